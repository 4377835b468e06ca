//! From what was read, and where it failed, to what the document says of a kind.

use eksamine_facts::{Availability, Gap, Gathered, Item};

/// A kind as the document holds it. `whole`: some way to its items was read to its end.
pub(crate) fn gathered(items: Vec<Item>, gaps: Vec<Gap>, whole: bool) -> Gathered {
    if gaps.is_empty() {
        return Gathered::complete(items);
    }
    if whole || !items.is_empty() {
        let reason = Some(format!("{} of its parts could not be read", gaps.len()));
        return Gathered { status: Availability::Partial, reason, permission: permissions(&gaps), items, gaps };
    }
    // Nothing was read: the kind is what its gaps are, if they agree.
    let first = gaps[0].status;
    let status = if gaps.iter().all(|gap| gap.status == first) { first } else { Availability::Error };
    let reason = gaps[0].reason.clone();
    let mut kind = Gathered::missing(status, reason, permissions(&gaps));
    // One gap says nothing that the kind itself does not say.
    kind.gaps = if gaps.len() > 1 { gaps } else { Vec::new() };
    kind
}

/// What to grant for all of the gaps.
fn permissions(gaps: &[Gap]) -> Option<String> {
    let mut all: Vec<&str> = gaps.iter().filter_map(|gap| gap.permission.as_deref()).collect();
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_gap(status: Availability, permission: &str) -> Gap {
        let permission = (!permission.is_empty()).then(|| permission.to_owned());
        Gap { subject: "s".into(), status, reason: "r".into(), permission }
    }

    #[test]
    fn nothing_read_is_what_its_gaps_say() {
        let denied = || a_gap(Availability::Denied, "a:B");
        let kind = gathered(vec![], vec![denied(), denied()], false);
        assert_eq!((kind.status, kind.permission.as_deref(), kind.gaps.len()), (Availability::Denied, Some("a:B"), 2));
        let kind = gathered(vec![], vec![denied(), a_gap(Availability::Error, "")], false);
        assert_eq!(kind.status, Availability::Error);
        assert_eq!(gathered(vec![], vec![denied()], true).status, Availability::Partial);
        assert_eq!(gathered(vec![], vec![], false).status, Availability::Complete);
    }
}
