//! Row 7: pods on the network of their node that have no IAM role of their own, by workload.

use crate::doubts::Doubts;
use crate::mounts::Getting;
use crate::world::World;
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Hosts {
    by_workload: BTreeMap<String, Workload>,
    pub(crate) doubts: Doubts,
}

#[derive(Default)]
struct Workload {
    pods: Getting,
    /// The node of the least of them.
    node: String,
}

impl Hosts {
    pub(crate) fn add(&mut self, workload: &str, name: &str, place: String, node: &str) {
        let here = self.by_workload.entry(workload.to_owned()).or_default();
        here.pods.add(name, place);
        if here.pods.example.as_ref().is_some_and(|(least, _)| least == name) {
            here.node = node.to_owned();
        }
    }

    pub(crate) fn judge(&self, world: &World<'_>, tally: &mut Tally) {
        for (workload, here) in &self.by_workload {
            let text = match here.pods.pods {
                1 => "1 pod on the network of its node has no IAM role of its own, and reaches the role of the node \
                      whatever the hop limit is: is it meant to have that role?"
                    .to_owned(),
                n => format!(
                    "{n} pods on the network of their nodes have no IAM role of their own, and reach the role of the node \
                     whatever the hop limit is: are they meant to have that role?"
                ),
            };
            let places =
                here.pods.example.iter().map(|(_, place)| place.clone()).chain(world.nodes.endpoint(&here.node));
            let outcome = places.fold(manual(text), Outcome::at);
            tally.judge(workload.clone(), || Ok(outcome));
        }
        self.doubts.judge("whether the pod has the role of its node", tally);
    }
}
