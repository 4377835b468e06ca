//! Judging the kubelet of every node: what all rules about kubelets share.
//!
//! What a kubelet says of itself decides. Where it was not asked, AWS's own kubelets are trusted, the kubelet of one node
//! speaks for others that were made alike, or the defaults of an image count, as far as [`Trust`] says so.

mod coverage;
mod unread;

use crate::kubelets::coverage::Coverage;
use crate::kubelets::unread::Makers;
use crate::{Evidence, Facts, Item, Outcome, Status, Tally, Verdict, aside, manual, not_applicable, pass};
use eksamine_facts::derive::kubelet::{Group, Managed, Stock, managed};
use eksamine_facts::derive::node::{Origin, origin};
use eksamine_facts::eks::Cluster;
use eksamine_facts::kubelet::KubeletConfiguration;
use eksamine_facts::nodes::Node;
use eksamine_facts::{Availability, Known, Noun as _, Subject, Text, Unknown};
use serde::Deserialize;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// How far to trust what was not read of a kubelet: parameters that all rules about kubelets have.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Trust {
    sampling: Sampling,
    accept_inferred: bool,
    trust_provider_managed: bool,
}

/// Whether a kubelet speaks for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sampling {
    Off,
    /// For those of nodes that were made alike.
    PerGroup,
}

/// What a rule demands of a kubelet.
pub trait Demand {
    /// Judges a configuration that was read; `whose` is the node with who made it.
    ///
    /// # Errors
    /// [`Unknown`] when a field that decides cannot be read.
    fn judge(&self, whose: &str, kubelet: &Item<KubeletConfiguration>) -> Result<Outcome, Unknown>;

    /// What the defaults of an image amount to.
    ///
    /// # Errors
    /// Why they are not what is demanded.
    fn infer(&self, stock: &Stock) -> Result<String, String>;

    /// Whether the rule speaks about nodes of Fargate.
    fn speaks_of_fargate(&self) -> bool;

    /// What is so when every node passes.
    fn when_all_pass(&self) -> &'static str;
}

/// A finding for each node; where none was read for one and the same reason, one for all of these.
pub fn judge(facts: &Facts<'_>, trust: Trust, demand: &dyn Demand, mut tally: Tally) -> Verdict {
    tally.counts("nodes");
    let world = World::read(facts, trust, demand);
    let together = world.kubelets.is_empty()
        && !trust.accept_inferred
        && !matches!(world.asked, None | Some(Availability::Complete | Availability::Partial));
    let mut unread = Vec::new();
    for (node, item) in world.nodes.iter().enumerate() {
        if together && !world.is_settled(node) {
            unread.push(node);
        } else {
            tally.judge(subject(item), || world.judge(node));
        }
    }
    if !unread.is_empty() {
        tally.judge(cluster(facts), || world.judge_unread(&unread));
    }
    world.judge_nodeless(&mut tally);
    world.coverage.conclude(tally.finish("the cluster has 0 nodes"), demand.when_all_pass())
}

/// What is known of nodes and kubelets.
struct World<'a> {
    facts: &'a Facts<'a>,
    trust: Trust,
    demand: &'a dyn Demand,
    nodes: Vec<Item<Node>>,
    /// Whether a label of Auto Mode is believed: the cluster runs it, or nothing hangs on the label.
    label_holds: Known<bool>,
    managed: Vec<Known<Option<Managed>>>,
    /// How much there is of kubelets, where something hangs on those that were not read.
    asked: Option<Availability>,
    kubelets: Vec<Item<KubeletConfiguration>>,
    /// The kubelets of each node, by name: a node may have been asked in two ways.
    by_node: BTreeMap<Text, Vec<usize>>,
    /// Whether some kubelet does not say whose it is.
    nameless: bool,
    alike: OnceCell<Alike>,
    makers: OnceCell<Makers>,
    coverage: Coverage,
}

/// Nodes by how they were made.
struct Alike {
    of_node: Vec<Known<Option<Group>>>,
    samples: BTreeMap<Group, Sample>,
}

/// What is known of nodes that were made alike.
#[derive(Default)]
struct Sample {
    nodes: usize,
    /// Kubelets of some of them.
    read: Vec<usize>,
    asked: usize,
    /// Whether one of these does not pass.
    bad: bool,
}

fn name(node: &Item<Node>) -> Known<Text> {
    Known::derived(|| node.get()?.metadata.get()?.name.get().cloned())
}

fn subject(node: &Item<Node>) -> Subject {
    Subject::kubernetes(("", "v1", "Node"), None, &name(node), node.place())
}

/// What a finding about many nodes names.
fn cluster(facts: &Facts<'_>) -> Subject {
    let arn = Known::derived(|| facts.scope()).peek().and_then(|scope| scope.cluster_arn.clone());
    Subject::of(arn.unwrap_or_else(|| format!("/facts/{}", Node::KIND)))
}

impl<'a> World<'a> {
    fn read(facts: &'a Facts<'a>, trust: Trust, demand: &'a dyn Demand) -> Self {
        let nodes: Vec<Item<Node>> = facts.items().collect();
        let is_labelled = |node: &Item<Node>| matches!(made_by(node).peek(), Some(Origin::AutoMode(_)));
        // Where no label says so, or nobody trusts it, the cluster need not be asked.
        let label_holds = if trust.trust_provider_managed && nodes.iter().any(is_labelled) {
            Known::derived(|| facts.cluster().get()?.runs_auto_mode())
        } else {
            Known::value(true)
        };
        let managed = nodes.iter().map(|node| Known::derived(|| managed(node.get()?, &label_holds))).collect();
        let coverage = Coverage::of(nodes.len());
        let (kubelets, by_node, nameless) = (Vec::new(), BTreeMap::new(), false);
        let (alike, makers) = (OnceCell::new(), OnceCell::new());
        let mut world = Self {
            facts,
            trust,
            demand,
            nodes,
            label_holds,
            managed,
            asked: None,
            kubelets,
            by_node,
            nameless,
            alike,
            makers,
            coverage,
        };
        // What was read of a kubelet counts, whoever runs it.
        world.kubelets = facts.items().collect();
        // Where AWS answers for every node, nobody needs the permission to ask kubelets: how many were is not asked.
        let settled = (0..world.nodes.len()).all(|node| world.is_settled(node));
        world.asked =
            (!settled || facts.whole::<Node>().peek().is_none()).then(|| facts.availability::<KubeletConfiguration>());
        for (index, kubelet) in world.kubelets.iter().enumerate() {
            match Known::derived(|| kubelet.get()?.node.get().cloned()).peek() {
                Some(node) => world.by_node.entry(node.clone()).or_default().push(index),
                None => world.nameless = true,
            }
        }
        world
    }

    /// A node with who made it, as far as that is known.
    fn whose(&self, node: usize) -> String {
        let item = &self.nodes[node];
        match (name(item).peek(), made_by(item).peek(), self.label_holds.peek()) {
            (None, ..) => "a node that is not named".to_owned(),
            (Some(name), Some(Origin::AutoMode(_)), Some(false)) => {
                format!("{name} (labelled as Auto Mode's, which is off)")
            }
            (Some(name), None, _) | (Some(name), Some(Origin::AutoMode(_)), None) => name.to_string(),
            (Some(name), Some(origin), _) => format!("{name} ({origin})"),
        }
    }

    /// Whether a node is judged without its kubelet.
    fn is_settled(&self, node: usize) -> bool {
        match self.managed[node].peek() {
            Some(Some(Managed::Fargate)) => true,
            Some(Some(Managed::AutoMode)) => self.trust.trust_provider_managed,
            _ => false,
        }
    }

    fn judge(&self, node: usize) -> Result<Outcome, Unknown> {
        let item = &self.nodes[node];
        let name = name(item);
        let whose = self.whose(node);
        if let Some(read) = name.peek().and_then(|name| self.by_node.get(name)) {
            self.coverage.count_read();
            return self.judge_read(&whose, read);
        }
        match self.managed[node].peek() {
            Some(Some(Managed::Fargate)) => return Ok(self.judge_fargate(&whose, item)),
            Some(Some(managed)) if self.trust.trust_provider_managed => {
                self.coverage.count_managed(*managed);
                let text = format!("{whose}: {managed} configures its kubelet, which its user cannot change");
                return Ok(of_auto_mode(self.facts, pass(text), item).at(unread()));
            }
            _ => {}
        }
        let known = name.get()?;
        if self.nameless {
            return Err(Unknown::because(format!(
                "a configuration does not say whose it is; it may be that of {known}"
            )));
        }
        self.judge_alike(&whose, node)
    }

    /// A violation in one of them is one, whatever the others say.
    fn judge_read(&self, whose: &str, read: &[usize]) -> Result<Outcome, Unknown> {
        let mut answers: Vec<_> = read.iter().map(|index| self.demand.judge(whose, &self.kubelets[*index])).collect();
        let rank = |answer: &Result<Outcome, Unknown>| match answer {
            Ok(outcome) if outcome.status() == Status::Fail => 0,
            Err(_) => 1,
            Ok(_) => 2,
        };
        answers.sort_by_key(rank);
        answers.into_iter().next().unwrap_or_else(|| Err(Unknown::because("nothing was read")))
    }

    fn judge_fargate(&self, whose: &str, item: &Item<Node>) -> Outcome {
        self.coverage.count_managed(Managed::Fargate);
        let outcome = if !self.demand.speaks_of_fargate() {
            not_applicable(format!("{whose} has no kubelet that its user could configure"))
        } else if self.trust.trust_provider_managed {
            pass(format!("{whose}: Fargate configures its kubelet, which its user cannot change")).at(unread())
        } else {
            let why = "Fargate's kubelets cannot be asked, and trust_provider_managed is false";
            manual(format!("{whose}: {why}. Does what AWS says of them suffice?"))
        };
        outcome.at(item.at("/spec/providerID"))
    }

    /// A kubelet whose node is not among the nodes that were read may have gone with it; a violation is one all the same.
    fn judge_nodeless(&self, tally: &mut Tally) {
        let names: Vec<Known<Text>> = self.nodes.iter().map(name).collect();
        let names: BTreeSet<&Text> = names.iter().filter_map(Known::peek).collect();
        for kubelet in &self.kubelets {
            let node = Known::derived(|| kubelet.get()?.node.get().cloned());
            if node.peek().is_some_and(|node| names.contains(node)) {
                continue;
            }
            let whose = node.peek().map_or("a node that is not named", Text::as_str);
            let fails = Known::derived(|| Ok(self.demand.judge(whose, kubelet)?.status() == Status::Fail));
            if fails.peek() == Some(&true) {
                let subject = Subject::kubernetes(("", "v1", "Node"), None, &node, kubelet.place());
                tally.judge(subject, || self.demand.judge(whose, kubelet));
            } else if node.peek().is_none() {
                tally.judge(kubelet.place(), || {
                    node.get()?;
                    Err(Unknown::because("a configuration does not say whose it is"))
                });
            }
        }
    }
}

/// Where it is said how many kubelets could be read, for whoever relies on those that were not.
fn unread() -> String {
    format!("/facts/{}/status", KubeletConfiguration::KIND)
}

fn made_by(node: &Item<Node>) -> Known<Origin> {
    Known::derived(|| origin(node.get()?))
}

/// With what tells that a node is Auto Mode's.
fn of_auto_mode(facts: &Facts<'_>, outcome: Outcome, item: &Item<Node>) -> Outcome {
    let enabled =
        aside(|| Ok(facts.items::<Cluster>().map(|c| Evidence::at(c.at("/computeConfig/enabled"))).collect()));
    outcome.at(item.at("/metadata/labels/eks.amazonaws.com~1compute-type")).with(enabled)
}
