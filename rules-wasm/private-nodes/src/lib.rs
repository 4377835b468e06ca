//! Fails a cluster whose nodes have public addresses, or whose next nodes would get them.

mod exposure;
mod nodes;
mod sources;
mod world;

use crate::sources::Sources;
use crate::world::World;
use eksamine_facts::derive::node::{Machine, machine, origin};
use eksamine_facts::ec2::Instance;
use eksamine_facts::eks::{Cluster, FargateProfile, Nodegroup};
use eksamine_facts::nodes::{Ec2NodeClass, Node, NodeClass};
use eksamine_facts::{Noun, Text};
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
    let cluster = facts.items::<Cluster>().next();
    let subject = || match &cluster {
        Some(cluster) => cluster.subject(|c| &c.arn),
        None => Subject::of(format!("/facts/{}", Cluster::KIND)),
    };
    match &cluster {
        None => tally.judge(subject(), || {
            facts.complete::<Cluster>()?;
            Err(Unknown::because("the facts hold no cluster"))
        }),
        Some(cluster) => {
            let registered = Known::derived(|| registered_from(cluster));
            if registered.peek() != Some(&None) {
                tally.judge(subject(), || judge_registered(cluster, &registered));
                return tally.finish("");
            }
        }
    }

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
    conclude(&world, tally, &nodes, judged.map_or(0, |s| s.len()))
}

/// Where a cluster that EKS did not make was registered from.
fn registered_from(cluster: &Item<Cluster>) -> Result<Option<Text>, Unknown> {
    match cluster.get()?.connector_config.declared()? {
        Some(connector) => Ok(Some(connector.provider.get()?.clone())),
        None => Ok(None),
    }
}

/// Its nodes are another vendor's, who is not asked.
fn judge_registered(cluster: &Item<Cluster>, registered: &Known<Option<Text>>) -> Result<Outcome, Unknown> {
    let provider = registered.get()?.as_deref().unwrap_or_default();
    let text = format!("a cluster registered from {provider} has no nodes of EKS's");
    Ok(not_applicable(text).at(cluster.at("/connectorConfig/provider")))
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

/// A pass says what was counted.
fn conclude(world: &World<'_>, tally: Tally, nodes: &[Item<Node>], sources: usize) -> Verdict {
    let mut verdict = tally.finish("");
    if verdict.status != Status::Pass {
        return verdict;
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    for node in nodes {
        let origin = Known::derived(|| origin(node.get()?));
        *counts.entry(origin.peek().map_or("unlabelled", |o| o.word())).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let nodes = match nodes.len() {
        0 => "there are no nodes".to_owned(),
        1 => format!("the one node has no public address ({})", counts.join(", ")),
        n => format!("none of {n} nodes has a public address ({})", counts.join(", ")),
    };
    let sources = match (world.params.prospective, sources) {
        (Prospective::Ignore, _) => "what new nodes would get is not judged (prospective is ignore)".to_owned(),
        (_, 0) => "no node group and no node class makes more".to_owned(),
        (_, 1) => "the one node source would give none either".to_owned(),
        (_, n) => format!("none of {n} node sources would give one"),
    };
    let trusted = if world.lacks::<Instance>() { "; by what Kubernetes says of their addresses" } else { "" };
    verdict.summary = format!("{nodes}, and {sources}{trusted}");
    verdict
}
