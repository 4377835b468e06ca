//! Points in time as texts write them.

/// Seconds since 1970 of an RFC 3339 text such as `2026-11-23T12:00:00Z`; fractions of a second are dropped.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, offset) = offset(clock)?;
    let mut clock = clock.split('.').next()?.split(':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    fits.then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

fn number(text: &str) -> Option<i64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// What stands before the offset, and the offset in seconds.
fn offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = clock.rfind(['+', '-'])?;
    let (clock, offset) = clock.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let seconds = number(hours)? * 3_600 + number(minutes)? * 60;
    Some((clock, if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Days since 1970 in the Gregorian calendar, whose years are counted from March on.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_seconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:30:15Z", 951_827_415),
            ("2026-11-23T12:00:00Z", 1_795_435_200),
            ("2026-11-23T12:00:00.987Z", 1_795_435_200),
            ("2026-11-23T14:00:00+02:00", 1_795_435_200),
            ("2026-11-23T06:30:00-05:30", 1_795_435_200),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in
            ["", "2026-11-23", "2026-13-01T00:00:00Z", "2026-11-23T12:00:00", "2026-11-23Tnoon", "+1-1-1T0:0:0Z"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
