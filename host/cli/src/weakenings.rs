//! What the facts themselves take away from a scan: how they were gathered, and how old they are.

use eksamine_results::Weakening;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Facts older than this say what was, not what is.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// The tier that is gathered when nobody asks for another.
const TIER: u64 = 1;

/// What the collector wrote down about its own work. It stands in the document, so that a document judged later is as
/// weak as it was on its first day.
///
/// # Errors
/// A weakening that cannot be read: it must not be lost. What else stands there is the collector's own business.
pub(crate) fn of_gathering(collector: Option<&str>) -> Result<Vec<Weakening>, String> {
    let collector: Value = collector.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let noted = collector.get("weakenings").cloned().map(serde_json::from_value::<Vec<Weakening>>).transpose();
    let mut weakenings = noted.map_err(|error| format!("collector/weakenings: {error}"))?.unwrap_or_default();
    if let Some(tier) = collector.get("tier").and_then(Value::as_u64).filter(|tier| *tier < TIER) {
        weakenings.push(Weakening {
            kind: "tier-lowered".into(),
            subject: "facts".into(),
            detail: format!("gathered with --tier {tier}; without it, tier {TIER} is"),
        });
    }
    Ok(weakenings)
}

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
    fn a_collector_is_taken_at_its_word() {
        assert_eq!(of_gathering(None), Ok(Vec::new()));
        assert_eq!(of_gathering(Some(r#"{"name":"eksamine","tier":1}"#)), Ok(Vec::new()));
        let noted =
            of_gathering(Some(r#"{"tier":0,"weakenings":[{"kind":"other-cluster","subject":"s","detail":"d"}]}"#))
                .expect("readable");
        assert_eq!(noted.iter().map(|w| w.kind.as_str()).collect::<Vec<_>>(), ["other-cluster", "tier-lowered"]);
        let misspelt = of_gathering(Some(r#"{"weakenings":[{"kind":"other-cluster","subjekt":"s","detail":"d"}]}"#));
        assert!(misspelt.is_err_and(|why| why.starts_with("collector/weakenings: unknown field `subjekt`")));
    }

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
