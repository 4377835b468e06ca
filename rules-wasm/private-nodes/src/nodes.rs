//! The nodes there are: rows 1, 2, 5, 7, 9 and 10.

use crate::exposure::{Judged, add_exposures, add_external, judge_exposures};
use crate::world::{Found, World, remark};
use eksamine_facts::Text;
use eksamine_facts::derive::Seen;
use eksamine_facts::derive::addresses::{is_global, is_gone, node_addresses};
use eksamine_facts::derive::node::{Machine, machine, origin};
use eksamine_facts::ec2::Instance;
use eksamine_facts::eks::Cluster;
use eksamine_facts::nodes::Node;
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// The tag that AWS puts on every instance of a cluster, whoever starts it.
const CLUSTER_TAG: &str = "aws:eks:cluster-name";

/// A finding for each node, and for each instance of the cluster that no node names.
pub(crate) fn judge_all(world: &World<'_>, tally: &mut Tally, cluster: &dyn Fn() -> Subject, nodes: &[Item<Node>]) {
    let mut unread = 0_usize;
    for node in nodes {
        if Known::derived(|| is_unread(world, node)).peek() == Some(&true) {
            unread += 1;
        } else {
            tally.judge(subject(node), || judge_node(world, node));
        }
    }
    if unread > 0 {
        tally.judge(cluster(), || {
            world.facts.complete::<Instance>().map_err(|unknown| {
                let nodes = match unread {
                    1 => "1 node is an EC2 instance".to_owned(),
                    n => format!("{n} nodes are EC2 instances"),
                };
                let text = "that Kubernetes names no external address does not rule out a public one";
                Unknown::because(format!("{unknown}, and {nodes}: {text}"))
            })?;
            Err(Unknown::because("instances were not read"))
        });
    }
    judge_unjoined(world, tally, nodes);
}

fn subject(node: &Item<Node>) -> Subject {
    let name = Known::derived(|| node.get()?.metadata.get()?.name.get().cloned());
    Subject::kubernetes(("", "v1", "Node"), None, &name, node.place())
}

/// Whether nothing is known of a node but that it names no external address: one finding tells of all of these.
fn is_unread(world: &World<'_>, item: &Item<Node>) -> Result<bool, Unknown> {
    let node = item.get()?;
    let Machine::Instance(id) = machine(node)? else { return Ok(false) };
    let external = node_addresses(node, &["ExternalIP"]);
    external.rest?;
    Ok(external.found.is_empty()
        && world.lacks::<Instance>()
        && !world.params.trust_node_addresses
        && world.instances().seen(&id).is_none())
}

fn judge_node(world: &World<'_>, item: &Item<Node>) -> Result<Outcome, Unknown> {
    let node = item.get()?;
    match machine(node)? {
        Machine::Fargate => Ok(pass("Fargate runs its nodes in private subnets only").at(item.at("/spec/providerID"))),
        Machine::Hybrid => judge_hybrid(item, node),
        Machine::Instance(id) => judge_ec2(world, item, node, &id),
    }
}

/// Row 7: AWS knows nothing of the network around a hybrid node.
fn judge_hybrid(item: &Item<Node>, node: &Node) -> Result<Outcome, Unknown> {
    let seen = node_addresses(node, &["InternalIP", "ExternalIP"]);
    seen.rest?;
    let mut global = Vec::new();
    for (address, field) in &seen.found {
        if is_global(address)? {
            global.push((address.clone(), field));
        }
    }
    if global.is_empty() {
        let clean = pass("a hybrid node that names private addresses only");
        return Ok(seen.found.iter().fold(clean, |outcome, (_, field)| outcome.at(item.at(field))));
    }
    let addresses: BTreeSet<&str> = global.iter().map(|(a, _)| a.as_str()).collect();
    let list = addresses.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!(
        "a hybrid node names {list}, which the internet routes: does a firewall keep the internet away from it?"
    );
    Ok(global.iter().fold(manual(text), |outcome, (_, field)| outcome.at(item.at(field))))
}

fn judge_ec2(world: &World<'_>, item: &Item<Node>, node: &Node, id: &str) -> Result<Outcome, Unknown> {
    let found = world.instance(id);
    let mut seen = Seen::default();
    if let Ok(Found::Instance(instance)) = &found {
        match instance.get().and_then(is_gone) {
            Ok(true) => return Ok(not_applicable(format!("{id} is being terminated")).at(instance.at("/State/Name"))),
            Ok(false) => {}
            Err(unknown) => seen.lose(unknown),
        }
        add_exposures(world, instance, &mut seen);
    }
    add_external(world, item, node, found.as_ref().ok(), &mut seen);
    let found = found.inspect_err(|unknown| seen.lose(unknown.clone()));
    // A failure stands without it; elsewhere not knowing who made the node is not knowing.
    let whose = origin(node).map_or_else(|_| id.to_owned(), |origin| format!("{id} ({origin})"));
    let cut_off = match judge_exposures(world, &whose, seen)? {
        Judged::Exposed(outcome) => {
            let name = Known::derived(|| node.metadata.get()?.name.get().cloned());
            return Ok(world.noting_pods(outcome.at(item.at("/spec/providerID")), &name));
        }
        Judged::Clean { cut_off } => cut_off,
    };
    Ok(match found? {
        Found::Instance(instance) => clean(world, instance, &whose, &cut_off),
        Found::Trusted => {
            remark(&world.remarks.trusted);
            let text = format!(
                "{whose}: Kubernetes names no external address, and trust_node_addresses takes that for an answer"
            );
            pass(text).at(item.at("/spec/providerID")).at("/facts/aws.ec2.instances/status")
        }
        Found::NotReturned => {
            let text = format!(
                "EC2 did not return {whose}: it was terminated meanwhile, belongs to another account, or is hidden by the \
                 account's managed resource visibility. Has it a public address?"
            );
            manual(text).at(item.at("/spec/providerID")).at("/facts/aws.ec2.instances/status")
        }
    })
}

/// Row 5, with what deserves a look.
fn clean(world: &World<'_>, instance: &Item<Instance>, whose: &str, cut_off: &[String]) -> Outcome {
    let mut text = format!("{whose} has no public address");
    if !cut_off.is_empty() {
        text = format!("{whose} cannot be reached: VPC Block Public Access cuts off {}", cut_off.join(", "));
    }
    let mut outcome_places = vec![instance.at("/PublicIpAddress"), instance.at("/State/Name")];
    // Notes only: what of them is not known is left out.
    let interfaces = Known::derived(|| instance.get()?.network_interfaces.get().cloned());
    let subnets: BTreeSet<Text> = interfaces
        .peek()
        .into_iter()
        .flat_map(|list| list.iter())
        .filter_map(|i| Known::derived(|| i.then(|i| i.subnet_id.get().cloned())).peek().cloned())
        .collect();
    for subnet in subnets.iter().filter(|_| world.looks_at_network()) {
        if let Some(Some(route)) = Known::derived(|| world.public_route(subnet)).peek() {
            text = format!(
                "{text}; its subnet {subnet} is public all the same (it routes {} to {})",
                route.destination, route.gateway
            );
            outcome_places.push(route.place.clone());
        }
    }
    outcome_places.into_iter().fold(pass(text), Outcome::at)
}

/// The second look: machines that run, and cost, and are reachable, without ever having become a node.
fn judge_unjoined(world: &World<'_>, tally: &mut Tally, nodes: &[Item<Node>]) {
    let joined: BTreeSet<Text> = nodes
        .iter()
        .filter_map(|node| match Known::derived(|| machine(node.get()?)).peek() {
            Some(Machine::Instance(id)) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let name = Known::derived(|| match world.facts.items::<Cluster>().next() {
        Some(cluster) => cluster.get()?.name.get().cloned(),
        None => Err(Unknown::because("the name of the cluster is not known")),
    });
    for item in world.facts.items::<Instance>() {
        let id = Known::derived(|| item.get()?.id.get().cloned());
        let of_node = id.peek().is_some_and(|id| joined.contains(id));
        // An instance of another cluster, as far as its tags are known, is none of ours.
        let ours = Known::derived(|| is_tagged(&item, name.get()?));
        let gone = Known::derived(|| item.get().and_then(is_gone));
        if of_node || ours.peek() == Some(&false) || gone.peek() == Some(&true) {
            continue;
        }
        let subject = id.peek().map_or_else(|| item.place(), |id| world.instance_arn(id));
        tally.judge(subject, || judge_instance(world, &item, &id, &ours, &gone));
    }
}

fn is_tagged(item: &Item<Instance>, cluster: &str) -> Result<bool, Unknown> {
    for tag in item.get()?.tags.get()?.iter() {
        let tag = tag.get()?;
        if *tag.key.get()? == CLUSTER_TAG {
            return Ok(*tag.value.get()? == *cluster);
        }
    }
    Ok(false)
}

fn judge_instance(
    world: &World<'_>,
    item: &Item<Instance>,
    id: &Known<Text>,
    ours: &Known<bool>,
    gone: &Known<bool>,
) -> Result<Outcome, Unknown> {
    let whose = format!("{}, an instance of the cluster that no node names,", id.get()?);
    ours.get()?;
    let mut seen = Seen::default();
    seen.add(gone.get().map(|_| Vec::new()));
    add_exposures(world, item, &mut seen);
    Ok(match judge_exposures(world, &whose, seen)? {
        Judged::Exposed(outcome) => outcome,
        Judged::Clean { cut_off } => clean(world, item, &whose, &cut_off),
    })
}
