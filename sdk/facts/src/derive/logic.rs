//! Three-valued logic over [`Known<bool>`]: what is decided whatever the unknown were, is known.
//! The reason of an unknown is the least of all reasons, so that it does not depend on the order of items.

use crate::Known;
use crate::known::State;

/// Whether any is true.
pub fn any(answers: impl IntoIterator<Item = Known<bool>>) -> Known<bool> {
    decide(answers, true)
}

/// Whether all are true.
pub fn all(answers: impl IntoIterator<Item = Known<bool>>) -> Known<bool> {
    decide(answers, false)
}

/// Whether both are true.
#[must_use]
pub fn both(one: Known<bool>, other: Known<bool>) -> Known<bool> {
    all([one, other])
}

/// The opposite.
#[must_use]
pub fn not(answer: Known<bool>) -> Known<bool> {
    match answer.state {
        State::Value(value) => Known::value(!value),
        _ => answer,
    }
}

fn decide(answers: impl IntoIterator<Item = Known<bool>>, decisive: bool) -> Known<bool> {
    let mut doubt: Option<String> = None;
    for answer in answers {
        match answer.peek() {
            Some(value) if *value == decisive => return Known::value(decisive),
            Some(_) => {}
            None => {
                let why = answer.reason();
                doubt = Some(doubt.map_or_else(|| why.clone(), |least| least.min(why.clone())));
            }
        }
    }
    doubt.map_or_else(|| Known::value(!decisive), Known::lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_whatever_the_unknown_were_is_known() {
        let (yes, no) = (|| Known::value(true), || Known::value(false));
        let lost = |why: &str| Known::<bool>::lost(why.into());
        assert_eq!(any([no(), lost("x"), yes()]), yes());
        assert_eq!(all([yes(), lost("x"), no()]), no());
        assert_eq!(any([no(), lost("y"), lost("x")]), lost("x"));
        assert_eq!(all([lost("x"), yes()]), lost("x"));
        assert_eq!((any([]), all([])), (no(), yes()));
        assert_eq!((not(yes()), not(lost("x"))), (no(), lost("x")));
    }
}
