//! What could not be told of pods, one finding for each reason.

use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// By the reason: how many pods, and the least of them.
#[derive(Default)]
pub(crate) struct Doubts(BTreeMap<String, (usize, String)>);

impl Doubts {
    pub(crate) fn add(&mut self, pod: String, why: String) {
        let (pods, example) = self.0.entry(why).or_insert_with(|| (0, pod.clone()));
        *pods += 1;
        if pod < *example {
            *example = pod;
        }
    }

    /// `what` cannot be told.
    pub(crate) fn judge(&self, what: &str, tally: &mut Tally) {
        for (why, (pods, example)) in &self.0 {
            tally.judge(example.clone(), || {
                let more = if *pods == 1 { String::new() } else { format!(" (and {} more)", pods - 1) };
                Err(Unknown::because(format!("{what}{more}: {why}")))
            });
        }
    }
}

/// Keeps the least reason, so that it does not depend on the order of items.
pub(crate) fn least(kept: &mut Option<String>, why: String) {
    match kept {
        Some(kept) if *kept <= why => {}
        _ => *kept = Some(why),
    }
}
