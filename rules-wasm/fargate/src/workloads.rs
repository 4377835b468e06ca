//! Untrusted pods by workload: rows 2, 3 and 6. Pods of a workload that stand alike are counted, and one is shown.

use crate::nouns::Pod;
use crate::standing::{By, Question, Standing, evidence, standing};
use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::core::ObjectMeta;
use eksamine_facts::derive::workload;
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What was found of all untrusted pods.
#[derive(Default)]
pub(crate) struct Workloads {
    by_subject: BTreeMap<String, Workload>,
    /// Pods of which it is not known whether they are untrusted and there: by the reason, how many and one of them.
    doubts: BTreeMap<String, (usize, String)>,
}

#[derive(Default)]
struct Workload {
    pods: usize,
    standings: BTreeMap<Standing, Alike>,
}

/// Pods that stand alike.
struct Alike {
    pods: usize,
    /// The least name among them, so that it does not depend on the order.
    example: String,
    evidence: Vec<Evidence>,
}

impl Workloads {
    /// Adds a pod that is there and untrusted.
    pub(crate) fn add(&mut self, world: &World<'_>, item: &Item<Pod>) {
        let standing = standing(world, item);
        let name = name(item);
        let workload = self.by_subject.entry(subject(item)).or_default();
        workload.pods += 1;
        let show = |example| Alike { pods: 0, example, evidence: evidence(world, item, &standing) };
        let alike = match workload.standings.get_mut(&standing) {
            Some(alike) => alike,
            None => workload.standings.entry(standing.clone()).or_insert_with(|| show(name.clone())),
        };
        if name < alike.example {
            *alike = Alike { pods: alike.pods, ..show(name) };
        }
        alike.pods += 1;
    }

    /// Adds a pod that may be one.
    pub(crate) fn doubt(&mut self, item: &Item<Pod>, why: String) {
        let subject = pod_subject(item);
        let (pods, example) = self.doubts.entry(why).or_insert_with(|| (0, subject.clone()));
        *pods += 1;
        if subject < *example {
            *example = subject;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_subject.is_empty() && self.doubts.is_empty()
    }

    /// One finding for each.
    pub(crate) fn judge(&self, world: &World<'_>, tally: &mut Tally) {
        let mut unclear = BTreeMap::<&str, (usize, &String)>::new();
        for (subject, workload) in &self.by_subject {
            match workload.unclear() {
                Some(why) => unclear.entry(why).or_insert((0, subject)).0 += 1,
                None => tally.judge(subject.clone(), || Ok(workload.judge(world))),
            }
        }
        // A kind that could not be read is one finding, not one for each workload.
        for (why, (workloads, first)) in unclear {
            tally.judge(first.clone(), || {
                let more = match workloads {
                    1 => String::new(),
                    2 => " (and 1 more workload)".to_owned(),
                    n => format!(" (and {} more workloads)", n - 1),
                };
                Err(Unknown::because(format!("what isolates it{more}: {why}")))
            });
        }
        for (why, (pods, example)) in &self.doubts {
            tally.judge(example.clone(), || {
                let more = match pods {
                    1 => String::new(),
                    n => format!(" (and {} more)", n - 1),
                };
                Err(Unknown::because(format!("whether the pod is untrusted{more}: {why}")))
            });
        }
    }

    /// Profiles that an untrusted pod depends on.
    pub(crate) fn profiles(&self) -> BTreeSet<&Text> {
        let standings = self.by_subject.values().flat_map(|workload| workload.standings.keys());
        let profile = |standing| match standing {
            &Standing::Broken { ref profile, .. }
            | &Standing::Isolated(By::Fargate(ref profile) | By::FargateToBe(ref profile))
            | &Standing::Open(Question::NotTaken(ref profile)) => Some(profile),
            _ => None,
        };
        standings.filter_map(profile).collect()
    }

    /// What a pass says: how many pods each means isolates.
    pub(crate) fn summary(&self) -> String {
        let mut counts = BTreeMap::<&By, usize>::new();
        for (standing, alike) in self.by_subject.values().flat_map(|workload| &workload.standings) {
            if let Standing::Isolated(by) = standing {
                *counts.entry(by).or_default() += alike.pods;
            }
        }
        let pods: usize = counts.values().sum();
        let each: Vec<String> = counts.iter().map(|(by, count)| format!("{count} {}", by.text())).collect();
        let of = match self.by_subject.len() {
            1 => "of 1 workload".to_owned(),
            n => format!("of {n} workloads"),
        };
        let all =
            if pods == 1 { "the 1 untrusted pod is".to_owned() } else { format!("all {pods} untrusted pods {of} are") };
        format!("{all} isolated: {}", each.join(", "))
    }
}

impl Workload {
    /// Why it cannot be told whether it is isolated; `None` when it can, as it can where one pod is known not to be.
    fn unclear(&self) -> Option<&str> {
        let why = self.standings.keys().find_map(|standing| match standing {
            Standing::Unclear(why) => Some(why.as_str()),
            _ => None,
        });
        why.filter(|_| self.of(Standing::fails).is_empty())
    }

    fn judge(&self, world: &World<'_>) -> Outcome {
        let failing = self.of(Standing::fails);
        if !failing.is_empty() {
            let text = format!("{} (accepted isolation: {})", self.text(&failing), world.accepted);
            return show(fail(text), &failing);
        }
        let open = self.of(|standing| matches!(standing, Standing::Open(_)));
        if !open.is_empty() {
            return show(manual(self.text(&open)), &open);
        }
        let isolated = self.of(|standing| matches!(standing, Standing::Isolated(_)));
        show(pass(self.text(&isolated)), &isolated)
    }

    fn of(&self, chosen: fn(&Standing) -> bool) -> Vec<(&Standing, &Alike)> {
        self.standings.iter().filter(|(standing, _)| chosen(standing)).collect()
    }

    fn text(&self, parts: &[(&Standing, &Alike)]) -> String {
        let part = |(standing, alike): &(&Standing, &Alike)| {
            let which = match (self.pods, alike.pods) {
                (1, _) => "its one pod".to_owned(),
                (all, some) if all == some => format!("all {all} pods"),
                (all, some) => format!("{some} of {all} pods"),
            };
            format!("{which} {}", standing.text(alike.pods == 1))
        };
        parts.iter().map(part).collect::<Vec<_>>().join("; ")
    }
}

fn show(outcome: Outcome, parts: &[(&Standing, &Alike)]) -> Outcome {
    parts.iter().fold(outcome, |outcome, (_, alike)| outcome.with(alike.evidence.clone()))
}

/// The name of a pod, or its place.
fn name(item: &Item<Pod>) -> String {
    let name = item.known().peek().and_then(|pod| pod.metadata.peek()?.name.peek());
    name.map_or_else(|| item.place(), ToString::to_string)
}

fn pod_subject(item: &Item<Pod>) -> String {
    identity(item, workload::pod)
}

/// The workload of a pod, as its users call it.
fn subject(item: &Item<Pod>) -> String {
    identity(item, workload::owner)
}

fn identity(item: &Item<Pod>, of: fn(&ObjectMeta) -> Option<String>) -> String {
    let metadata = item.known().peek().and_then(|pod| pod.metadata.peek());
    metadata.and_then(of).unwrap_or_else(|| item.place())
}
