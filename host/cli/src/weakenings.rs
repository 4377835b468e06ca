//! What the age of the facts takes away from a scan.

use eksamine_results::Weakening;
use jiff::{SignedDuration, Timestamp};

/// Facts older than this say what was, not what is.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Facts that are old at `as_of`, or were taken after it.
pub(crate) fn of_age(collected_at: Timestamp, as_of: Timestamp) -> Option<Weakening> {
    let age = as_of.duration_since(collected_at);
    let weakening = |kind: &str, detail: String| Weakening { kind: kind.into(), subject: "facts".into(), detail };
    if age > FRESH {
        let hours = age.as_hours();
        let age = if hours < 72 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
        return Some(weakening("old-facts", format!("taken {collected_at}, {age} before they were judged")));
    }
    age.is_negative().then(|| {
        // Whatever expired in between would still count as valid.
        weakening("later-facts", format!("taken {collected_at}, judged as of an earlier instant"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_fresh_and_more_is_old() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let of = |as_of| of_age(at("2026-11-23T10:00:00Z"), at(as_of)).map(|w| (w.kind, w.detail));
        assert_eq!(of("2026-11-24T10:00:00Z"), None);
        let (kind, detail) = of("2026-11-24T11:00:00Z").expect("old");
        assert_eq!((&*kind, &*detail), ("old-facts", "taken 2026-11-23T10:00:00Z, 25 hours before they were judged"));
        assert!(of("2027-11-23T10:00:00Z").expect("old").1.contains("365 days"));
        assert_eq!(of("2026-11-23T09:59:59Z").expect("early").0, "later-facts");
    }
}
