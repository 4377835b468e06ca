//! Fails a cluster whose nodes have public addresses, or whose next nodes would get them.

mod exposure;
mod nodes;
mod sources;
mod world;

use crate::sources::Sources;
use crate::world::World;
use eksamine_facts::derive::node::{Machine, machine, origin};
use eksamine_facts::ec2::Instance;
use eksamine_facts::eks::{FargateProfile, Nodegroup};
use eksamine_facts::nodes::{Ec2NodeClass, Node, NodeClass};
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    prospective: Prospective,
    ipv6: Ipv6,
    trust_node_addresses: bool,
    honour_vpc_bpa: bool,
}

/// What becomes of a node source that would give its next nodes public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Prospective {
    Fail,
    Manual,
    Ignore,
}

/// What becomes of a global IPv6 address that an internet gateway serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ipv6 {
    FailIfIgwRouted,
    Ignore,
}

/// A finding for each node, for each instance that never became one, and for each source of further nodes.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("nodes and node sources");
    let cluster = facts.cluster();
    // A node can be seen to fail where the cluster was not read.
    if cluster.judge_elsewhere(&mut tally, "has no nodes of EKS's") && cluster.was_read() {
        return tally.finish("");
    }
    let subject = || cluster.subject();

    let nodes: Vec<Item<Node>> = facts.items().collect();
    let no_ec2 = nodes.iter().all(|node| matches!(machine_of(node).peek(), Some(Machine::Fargate)));
    // Where nothing prospective is asked, sources only tell a Fargate cluster and an empty one from others.
    let sources = if params.prospective != Prospective::Ignore || no_ec2 { Some(Sources::read(facts)) } else { None };
    let no_ec2 = no_ec2 && sources.as_ref().is_some_and(Sources::is_empty);
    let profiles: Vec<Item<FargateProfile>> = if no_ec2 { facts.items().collect() } else { Vec::new() };
    let fargate_only = no_ec2 && !(nodes.is_empty() && profiles.is_empty());

    let world = World::read(facts, params, fargate_only);
    nodes::judge_all(&world, &mut tally, &subject, &nodes);
    let judged = sources.filter(|_| params.prospective != Prospective::Ignore);
    if let Some(sources) = &judged {
        let addressed = nodes.iter().any(|n| matches!(machine_of(n).peek(), Some(Machine::Instance(_))));
        sources.judge_all(&world, &mut tally, addressed);
    }
    sources::judge_profiles(&world, &mut tally, &profiles, !nodes.is_empty());
    if is_blank(&tally) {
        tally.judge(subject(), || nothing(facts, params));
    }
    let sources = judged.as_ref().map_or(0, Sources::len);
    conclude(&world, tally, &nodes, sources + profiles.len())
}

fn machine_of(node: &Item<Node>) -> Known<Machine> {
    Known::derived(|| machine(node.get()?))
}

fn is_blank(tally: &Tally) -> bool {
    let all = [Status::Fail, Status::Unknown, Status::Manual, Status::Pass, Status::NotApplicable];
    all.into_iter().all(|status| tally.count(status) == 0)
}

/// That nothing is there is concluded only from kinds that were read to the end.
fn nothing(facts: &Facts<'_>, params: &Params) -> Result<Outcome, Unknown> {
    facts.complete::<Node>()?;
    facts.complete::<Nodegroup>()?;
    facts.complete::<Ec2NodeClass>()?;
    facts.complete::<NodeClass>()?;
    facts.complete::<FargateProfile>()?;
    facts.complete::<Instance>()?;
    let sources = match params.prospective {
        Prospective::Ignore => "what would make nodes is not judged (prospective is ignore)",
        _ => "nothing would make any: 0 node groups, 0 node classes, 0 Fargate profiles",
    };
    Ok(not_applicable(format!("the cluster has 0 nodes, and {sources}")).at("/facts/k8s.nodes.v1/status"))
}

/// A pass says what was counted, and what was not.
fn conclude(world: &World<'_>, tally: Tally, nodes: &[Item<Node>], sources: usize) -> Verdict {
    let mut verdict = tally.finish("");
    if verdict.status == Status::Pass {
        verdict.summary = format!("{}, and {}", of_nodes(world, nodes), of_sources(world, nodes.is_empty(), sources));
    }
    verdict
}

fn of_nodes(world: &World<'_>, nodes: &[Item<Node>]) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for node in nodes {
        let origin = Known::derived(|| origin(node.get()?));
        *counts.entry(origin.peek().map_or("unlabelled", |o| o.word())).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let (one, any) = match world.remarks.cut_off.get() {
        0 => ("the one node has no public address", "has a public address"),
        _ => ("the one node cannot be reached from the internet", "can be reached from the internet"),
    };
    let text = match nodes.len() {
        0 => return "there are no nodes".to_owned(),
        1 => format!("{one} ({})", counts.join(", ")),
        n => format!("none of {n} nodes {any} ({})", counts.join(", ")),
    };
    match world.remarks.trusted.get() {
        0 => text,
        n if n == nodes.len() => format!("{text}, by what Kubernetes says"),
        n => format!("{text}, {n} of them by what Kubernetes says"),
    }
}

fn of_sources(world: &World<'_>, no_nodes: bool, sources: usize) -> String {
    if world.params.prospective == Prospective::Ignore {
        return "what new nodes would get is not judged (prospective is ignore)".to_owned();
    }
    let excused = world.remarks.excused.get();
    let reached = if world.remarks.harmless.get() > 0 { " that the internet reaches" } else { "" };
    let judged = match sources - excused.min(sources) {
        0 if sources > 0 => String::new(),
        0 if no_nodes => "nothing makes any".to_owned(),
        0 => "nothing makes more".to_owned(),
        1 => format!("the one source of new nodes would give none{reached}"),
        n => format!("none of {n} sources of new nodes would give one{reached}"),
    };
    match (excused, judged.as_str()) {
        (0, _) => judged,
        (1, "") => "what the one source of new nodes would give is not judged (trust_node_addresses)".to_owned(),
        (n, "") => format!("what {n} sources of new nodes would give is not judged (trust_node_addresses)"),
        (n, _) => format!("{judged}; what {n} more would give is not judged (trust_node_addresses)"),
    }
}
