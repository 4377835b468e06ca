//! What puts a cluster outside of this rule: rows 1 and 8. Whoever cannot tell whether it is outside cannot fail it.

use crate::Params;
use eksamine_facts::Noun;
use eksamine_facts::derive::node::{Machine, machine};
use eksamine_facts::eks::{Cluster, FargateProfile};
use eksamine_facts::nodes::Node;
use eksamine_rule::prelude::*;

/// What is said when Fargate is all that is accepted, and cannot be had.
const ALONE: &str = "and accepted_isolation names nothing else";

/// A cluster that is not EKS's, or of which somebody vouches that nothing untrusted runs there; else `None`.
pub(crate) fn is_spared(params: &Params, item: &Item<Cluster>) -> Result<Option<Outcome>, Unknown> {
    if let Some(elsewhere) = item.elsewhere("has no Fargate profiles")? {
        return Ok(Some(elsewhere));
    }
    let text = "whoever set no_untrusted_workloads vouches that nothing untrusted runs here; no pod was looked at";
    Ok(params.no_untrusted_workloads.then(|| not_applicable(text).at(item.at("/arn"))))
}

/// A cluster without Fargate; `None` where it can be had.
pub(crate) fn has_no_fargate(facts: &Facts<'_>, item: &Item<Cluster>) -> Result<Option<Outcome>, Unknown> {
    let cluster = item.get()?;
    if let Some(outpost) = cluster.outpost_config.declared()? {
        outpost.outpost_arns.get()?;
        let text = format!("a local cluster on Outposts runs no pods on Fargate, {ALONE}");
        return Ok(Some(not_applicable(text).at(item.at("/outpostConfig/outpostArns"))));
    }
    let profiles = format!("/facts/{}/status", FargateProfile::KIND);
    if facts.availability::<FargateProfile>() == Availability::Absent {
        let text = format!("EKS offers no Fargate in this region, {ALONE}");
        return Ok(Some(not_applicable(text).at(profiles)));
    }
    if facts.items::<FargateProfile>().next().is_some() || has_fargate_node(facts) {
        return Ok(None);
    }
    facts.complete::<FargateProfile>()?;
    // Without networks of its own there are no hybrid nodes to look for.
    if cluster.remote_network_config.declared()?.is_none() {
        return Ok(None);
    }
    Ok(hybrid_nodes_alone(facts)?.map(|(nodes, place)| {
        let nodes = if nodes == 1 { "the one node is".to_owned() } else { format!("all {nodes} nodes are") };
        let text = format!("{nodes} outside of AWS and there are 0 Fargate profiles, {ALONE}");
        not_applicable(text).at(place).at(profiles)
    }))
}

fn machine_of(node: &Item<Node>) -> Known<Machine> {
    Known::derived(|| machine(node.get()?))
}

/// Fargate runs something here, whatever is known of profiles. Nodes are not asked where profiles tell.
fn has_fargate_node(facts: &Facts<'_>) -> bool {
    facts.availability::<FargateProfile>() != Availability::Complete
        && facts.items::<Node>().any(|node| machine_of(&node).peek() == Some(&Machine::Fargate))
}

/// How many nodes there are where all are hybrid, and the place of one.
fn hybrid_nodes_alone(facts: &Facts<'_>) -> Result<Option<(usize, String)>, Unknown> {
    let nodes: Vec<Item<Node>> = facts.items().collect();
    if nodes.iter().any(|node| machine_of(node).peek().is_some_and(|machine| *machine != Machine::Hybrid)) {
        return Ok(None);
    }
    facts.complete::<Node>()?;
    for node in &nodes {
        machine_of(node).get()?;
    }
    // The same one whatever the order.
    let name = |node: &&Item<Node>| Known::derived(|| node.get()?.metadata.get()?.name.get().cloned()).peek().cloned();
    Ok(nodes.iter().min_by_key(name).map(|first| (nodes.len(), first.at("/spec/providerID"))))
}
