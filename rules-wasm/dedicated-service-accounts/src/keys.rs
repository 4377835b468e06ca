//! Row 4: static AWS keys in environments, by workload.

use crate::Params;
use crate::doubts::Doubts;
use crate::words::list;
use eksamine_facts::core::Pod;
use eksamine_facts::derive::aws_role::{StaticKey, static_keys};
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(crate) struct Keys {
    by_workload: BTreeMap<String, Held>,
    doubts: Doubts,
}

/// What the pods of a workload hold.
struct Held {
    pods: usize,
    texts: BTreeSet<String>,
    /// The least pod by its name, and where it says so.
    example: (String, Vec<String>),
}

impl Keys {
    /// Finished pods count too: what they were made from makes more of them.
    pub(crate) fn add(&mut self, item: &Item<Pod>, workload: &str, pod: &str, name: &str) {
        let (found, doubt) = static_keys(item.known());
        if let Some(why) = doubt.filter(|_| found.is_empty()) {
            self.doubts.add(pod.to_owned(), why);
        }
        if found.is_empty() {
            return;
        }
        let places: Vec<String> = found.iter().map(|key| item.at(&key.place)).collect();
        let held = self.by_workload.entry(workload.to_owned()).or_insert_with(|| Held {
            pods: 0,
            texts: BTreeSet::new(),
            example: (name.to_owned(), places.clone()),
        });
        held.pods += 1;
        if *name < *held.example.0 {
            held.example = (name.to_owned(), places);
        }
        let text = |key: &StaticKey| format!("{} of container {} ({})", key.variable, key.container, key.source);
        held.texts.extend(found.iter().map(text));
    }

    pub(crate) fn judge(&self, params: &Params, tally: &mut Tally) {
        for (workload, held) in &self.by_workload {
            let pods = if held.pods == 1 { "1 pod has".to_owned() } else { format!("{} pods have", held.pods) };
            let texts = list(held.texts.iter().cloned());
            let text = format!("{pods} static AWS keys in the environment: {texts}");
            let outcome = params.static_keys.outcome(&text, "Can an IAM role take their place?");
            let outcome = held.example.1.iter().fold(outcome, |outcome, place| outcome.at(place.as_str()));
            tally.judge(workload.clone(), || Ok(outcome));
        }
        self.doubts.judge("whether static AWS keys are in the environment", tally);
    }
}
