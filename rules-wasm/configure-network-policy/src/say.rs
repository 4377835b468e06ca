//! What an operator reads. Nothing here decides.

use eksamine_facts::derive::engine::{Engine, Ground, Product, Setting};
use eksamine_facts::workloads::DaemonSet;
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// Nodes and DaemonSets named in a message, and places shown.
const NAMED: usize = 5;

/// What there is to say something about.
pub(crate) struct Say<'s> {
    pub(crate) ground: &'s Ground<'s>,
    /// Engines that enforce on some node.
    pub(crate) enforcing: &'s [&'s Engine],
    /// Nodes without an engine, by number.
    pub(crate) open: &'s [usize],
}

impl Say<'_> {
    /// Row 1.
    pub(crate) fn covered(&self) -> Outcome {
        let text = format!("{}{}{}", self.where_enforced(), self.excused(), self.remarks());
        show(pass(text), self.enforcing)
    }

    /// Row 6: not all ready.
    pub(crate) fn incomplete(&self) -> Outcome {
        let lacking: Vec<String> = self
            .enforcing
            .iter()
            .filter(|e| !e.standing.text().is_empty())
            .map(|e| format!("{} {}", e.name, e.standing.text()))
            .collect();
        let text = format!("{}, but {}: does it come by itself?", self.where_enforced(), lacking.join(", and "));
        show(manual(text), self.enforcing)
    }

    /// Row 7.
    pub(crate) fn twice(&self, shared: &[usize]) -> Outcome {
        let both: Vec<&Engine> =
            self.enforcing.iter().copied().filter(|e| e.reach.iter().any(|lot| shared.contains(lot))).collect();
        let names: Vec<String> = both.iter().map(|e| titled(e)).collect();
        let here = shared.iter().filter(|lot| self.ground.lots[**lot].name.is_some()).count();
        let place = match here {
            0 => "nodes to come (0 are there)".to_owned(),
            _ => format!("{} ({})", nodes(here), self.classes(shared)),
        };
        let text = format!(
            "{} enforce network policies on the same {place}: which of them is to stay? AWS advises to remove the other",
            names.join(" and ")
        );
        show(manual(text), &both)
    }

    /// Row 6: only some nodes are covered.
    pub(crate) fn in_part(&self) -> Outcome {
        let whole = self.ground.lots.len();
        let covered = whole - self.open.len();
        let text = format!(
            "network policies are known to be enforced on {covered} of {}, and not on {}: does anything enforce there?",
            nodes(whole),
            self.named(),
        );
        self.show_open(show(manual(text), self.enforcing))
    }

    /// An engine whose settings do not tell.
    pub(crate) fn unclear(&self, engines: &[&Engine]) -> Outcome {
        let text = format!("{}: are network policies enforced on {}?", sentences(engines), self.named());
        self.show_open(show(manual(text), engines))
    }

    fn where_enforced(&self) -> String {
        let clauses: Vec<String> = self
            .enforcing
            .iter()
            .map(|engine| {
                let here = engine.reach.iter().filter(|lot| self.ground.lots[**lot].name.is_some()).count();
                match here {
                    0 => format!("{} enforces network policies on the nodes to come (0 are there)", titled(engine)),
                    _ => {
                        let whose = self.classes(&engine.reach);
                        format!("{} enforces network policies on {} ({whose})", titled(engine), nodes(here))
                    }
                }
            })
            .collect();
        clauses.join(", ")
    }

    /// Nodes that do not have to be covered.
    fn excused(&self) -> String {
        if self.open.is_empty() {
            return String::new();
        }
        format!("; not on {}, which require_all_node_classes = false excuses", self.named())
    }

    fn remarks(&self) -> String {
        let is_standard = |mode: &Setting| mode.value.as_deref() != Some("strict");
        let mut remarks = Vec::new();
        if self.enforcing.iter().any(|e| e.mode.as_ref().and_then(Known::peek).is_some_and(is_standard)) {
            remarks.push("; in standard mode, so that a new pod is open until its policies are set up".to_owned());
        }
        for (count, what) in [(self.ground.fargate, "Fargate"), (self.ground.windows, "Windows")] {
            if count > 0 {
                remarks.push(format!("; not judged: {} of {what}", nodes(count)));
            }
        }
        remarks.concat()
    }

    /// The nodes without an engine, by name and by what they are.
    fn named(&self) -> String {
        let names: Vec<&str> = self.open.iter().filter_map(|lot| self.ground.lots[*lot].name.as_deref()).collect();
        let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
        let list = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        if names.is_empty() {
            return "the nodes to come (0 are there)".to_owned();
        }
        format!("{list}{more} ({})", self.classes(self.open))
    }

    /// `hybrid: 1, node group blue: 2`.
    fn classes(&self, lots: &[usize]) -> String {
        let mut counts = BTreeMap::<&str, usize>::new();
        for lot in lots.iter().map(|lot| &self.ground.lots[*lot]).filter(|lot| lot.name.is_some()) {
            *counts.entry(&lot.class).or_default() += 1;
        }
        let clauses = counts.into_iter().map(|(class, count)| format!("{class}: {count}"));
        clauses.collect::<Vec<_>>().join(", ")
    }

    fn show_open(&self, outcome: Outcome) -> Outcome {
        let lots = self.open.iter().map(|lot| &self.ground.lots[*lot]).filter(|lot| lot.name.is_some());
        lots.take(NAMED).fold(outcome, |outcome, lot| match Known::derived(|| lot.has_an_old_kernel()).peek() {
            Some(true) => outcome.noting(
                format!("{}/status/nodeInfo/kernelVersion", lot.place),
                "older than 5.10, which the agent of the VPC CNI needs",
            ),
            _ => outcome.at(format!("{}/metadata/name", lot.place)),
        })
    }
}

/// Rows 2 to 6, where an engine is there and does not enforce.
pub(crate) fn failing(say: &Say<'_>, engines: &[&Engine]) -> Outcome {
    let else_where = match say.enforcing {
        [] => String::new(),
        _ => format!("; elsewhere {}", say.where_enforced()),
    };
    let text = format!("{}; so nothing enforces network policies on {}{else_where}", sentences(engines), say.named());
    show(fail(text), engines)
}

/// Row 8.
pub(crate) fn unknown_plugin(say: &Say<'_>, sets: &[Item<DaemonSet>]) -> Outcome {
    let mut systems: Vec<(String, String)> = sets.iter().filter_map(system_set).collect();
    systems.sort();
    let named: Vec<&str> = systems.iter().take(2 * NAMED).map(|(name, _)| name.as_str()).collect();
    let text = format!(
        "no engine of network policies is recognised on {}; DaemonSets of the system: {}. Does one of them enforce \
         network policies? Then name it in extra_engines",
        say.named(),
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    );
    systems.iter().take(2 * NAMED).fold(manual(text), |outcome, (_, place)| outcome.at(place.clone()))
}

/// A DaemonSet of a namespace that belongs to the system, with the place of its name.
fn system_set(item: &Item<DaemonSet>) -> Option<(String, String)> {
    let name = Known::derived(|| {
        let metadata = item.get()?.metadata.get()?;
        Ok((metadata.namespace.get()?.clone(), metadata.name.get()?.clone()))
    });
    let (namespace, name) = name.peek()?.clone();
    let is_system = namespace.starts_with("kube-") || namespace.ends_with("-system") || namespace == *"cilium";
    is_system.then(|| (format!("{namespace}/{name}"), item.at("/metadata/name")))
}

fn sentences(engines: &[&Engine]) -> String {
    engines.iter().map(|e| format!("{} {}", titled(e), e.standing.text())).collect::<Vec<_>>().join("; ")
}

/// `kube-system/aws-node (the VPC CNI, v1.19.2-eksbuild.1)`.
fn titled(engine: &Engine) -> String {
    match (engine.product, &engine.version) {
        (Product::AutoMode, _) => engine.name.clone(),
        (product, None) => format!("{} ({})", engine.name, product.word()),
        (product, Some(version)) => format!("{} ({}, {version})", engine.name, product.word()),
    }
}

fn nodes(count: usize) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

fn show(outcome: Outcome, engines: &[&Engine]) -> Outcome {
    // Two engines can hang on one setting.
    let mut places: Vec<&String> = Vec::new();
    for place in engines.iter().flat_map(|e| &e.places) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.into_iter().fold(outcome, |outcome, place| outcome.at(place.clone()))
}
