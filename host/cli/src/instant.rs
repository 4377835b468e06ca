//! Instants: read, written, compared. The clock is read here and nowhere else.

use crate::error::CliError;
use jiff::{Timestamp, Unit};

/// The clock.
pub(crate) fn now() -> Result<Timestamp, CliError> {
    Timestamp::now().round(Unit::Second).map_err(CliError::bug)
}

/// The instant that `--as-of` names.
pub(crate) fn given(text: &str) -> Result<Timestamp, CliError> {
    rfc3339(text).ok_or_else(|| {
        CliError::usage(format!("--as-of {text:?} is no RFC 3339 instant"))
            .hint("write date, time and zone: 2026-11-23T10:00:00Z or 2026-11-23T11:00:00+01:00")
    })
}

/// jiff also reads ISO 8601 that RFC 3339 leaves out: ordinal and week dates, comma fractions, zones in brackets.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let shape = date_time.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        10 => matches!(byte, b'T' | b't' | b' '),
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let plain = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'Z' | b'z' | b'+' | b'-' | b':'));
    text.parse().ok().filter(|_| shape && plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rfc_3339_is_read_and_written_in_utc() {
        let read = |text| rfc3339(text).map(|t| t.to_string());
        assert_eq!(read("2026-11-23T11:00:00+01:00").as_deref(), Some("2026-11-23T10:00:00Z"));
        assert_eq!(read("2026-11-23T10:00:00.5Z").as_deref(), Some("2026-11-23T10:00:00.5Z"));
        for wrong in ["2026-11-23", "2026-11-23T10:00:00", "2026-13-23T10:00:00Z", "20261123T100000Z", "now", "é"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("2026-11-23T11:00:00+01:00[Europe/Paris]"), None);
    }
}
