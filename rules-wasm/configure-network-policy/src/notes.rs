//! Evidence that decides nothing: add-on, node classes, Calico's operator, the number of policies.

use eksamine_facts::derive::engine::{Engine, Ground, Product};
use eksamine_facts::eks::{Addon, Cluster, Nodegroup};
use eksamine_facts::network::{Installation, NetworkPolicy};
use eksamine_facts::nodes::{Ec2NodeClass, NodeClass};
use eksamine_facts::{Noun, Tree};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// Node classes and node groups shown.
const SHOWN: usize = 5;

pub(crate) fn all(
    facts: &Facts<'_>,
    cluster: &Item<Cluster>,
    ground: &Ground<'_>,
    engines: &[Engine],
) -> Vec<Evidence> {
    let has = |product| engines.iter().any(|e| e.product == product);
    let mut notes = Vec::new();
    if has(Product::VpcCni) {
        notes.extend(aside(|| add_on(facts)));
        notes.extend(aside(|| addresses(cluster)));
    }
    if ground.lots.iter().any(|lot| lot.is_auto()) {
        notes.extend(aside(|| node_classes(facts)));
    }
    if has(Product::Calico) {
        notes.extend(aside(|| calico(facts)));
    }
    if ground.is_expected() && ground.fargate > 0 {
        notes.extend(aside(|| node_sources(facts)));
    }
    notes.extend(aside(|| policies(facts)));
    notes
}

/// Where the DaemonSets could not be read: what the add-on says is a hint, and no proof.
pub(crate) fn hint(facts: &Facts<'_>, unknown: Unknown) -> Unknown {
    let told = Known::derived(|| Ok(settings(facts)?.map(|(_, told)| told)));
    match told.peek() {
        Some(Some(told)) => {
            Unknown::because(format!("{unknown}; the add-on vpc-cni {told}, which does not prove what runs"))
        }
        _ => unknown,
    }
}

fn add_on(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    Ok(settings(facts)?.map_or_else(Vec::new, |(place, told)| {
        vec![Evidence::at(place).noting(format!("the add-on {told}; what runs decides"))]
    }))
}

/// The place of the settings of the add-on `vpc-cni`, and what they say.
fn settings(facts: &Facts<'_>) -> Result<Option<(String, String)>, Unknown> {
    for item in facts.items::<Addon>() {
        let addon = item.get()?;
        if *addon.name.get()? == *"vpc-cni" {
            let told = match addon.configuration_values.declared()?.map(|text| enables(text)) {
                None => "says nothing of enableNetworkPolicy".to_owned(),
                Some(None) => "has settings that cannot be read here".to_owned(),
                Some(Some(Some(value))) => format!("says enableNetworkPolicy is {value}"),
                Some(Some(None)) => "says nothing of enableNetworkPolicy".to_owned(),
            };
            return Ok(Some((item.at("/configurationValues"), told)));
        }
    }
    Ok(None)
}

/// What `enableNetworkPolicy` is, as text or as a boolean; `None` when the settings are no JSON.
fn enables(text: &str) -> Option<Option<String>> {
    let settings = Tree::parse(text).ok()?;
    let value = settings.get("enableNetworkPolicy");
    Some(value.map(|value| value.as_text().map_or_else(|| value.canonical(), str::to_owned)))
}

/// "In an IPv6 cluster, the VPC CNI applies IPv6 policies."
fn addresses(cluster: &Item<Cluster>) -> Result<Vec<Evidence>, Unknown> {
    let family = cluster.get()?.kubernetes_network_config.get()?.ip_family.get()?;
    let at = Evidence::at(cluster.at("/kubernetesNetworkConfig/ipFamily"));
    Ok(match family.as_str() {
        "ipv6" => vec![at.noting("policies apply to IPv6 only, not to the IPv4 interface of ENABLE_V4_EGRESS")],
        _ => Vec::new(),
    })
}

fn node_classes(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    let mut classes = Vec::new();
    for item in facts.items::<NodeClass>() {
        classes.push((item.get()?.metadata.get()?.name.get()?.clone(), item.at("/spec/networkPolicy")));
    }
    classes.sort();
    let note = |(name, place)| Evidence::at(place).noting(format!("of the node class {name}"));
    Ok(classes.into_iter().take(SHOWN).map(note).collect())
}

/// What starts nodes beside Fargate's. Node classes are looked at only where no node group has settled it.
fn node_sources(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    let mut sources = Vec::new();
    for item in facts.items::<Nodegroup>() {
        sources.push((item.get()?.name.get()?.clone(), item.at("/nodegroupName")));
    }
    if sources.is_empty() {
        for item in facts.items::<Ec2NodeClass>() {
            sources.push((item.get()?.metadata.get()?.name.get()?.clone(), item.at("/metadata/name")));
        }
    }
    sources.sort();
    let note = |(_, place)| Evidence::at(place).noting("starts nodes beside Fargate's");
    Ok(sources.into_iter().take(SHOWN).map(note).collect())
}

fn calico(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    let note = |item: Item<Installation>| {
        let plugin = item.get()?.spec.get()?.cni.get()?.plugin.get()?;
        let at = Evidence::at(item.at("/spec/cni/type"));
        Ok(match plugin.as_str() {
            "Calico" => at.noting("Calico connects the pods as well"),
            _ => at.noting("Calico enforces policies, and something else connects the pods"),
        })
    };
    facts.items::<Installation>().map(note).collect()
}

/// Whether there is anything to enforce is another rule's question.
fn policies(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    facts.complete::<NetworkPolicy>()?;
    let (mut count, mut namespaces) = (0_usize, BTreeSet::new());
    for item in facts.items::<NetworkPolicy>() {
        count += 1;
        namespaces.insert(item.get()?.metadata.get()?.namespace.get()?.to_string());
    }
    let note = match (count, namespaces.len()) {
        (0, _) => "0 network policies are there to be enforced".to_owned(),
        (count, spaces) => format!("network policies that are there: {count}, in namespaces: {spaces}"),
    };
    Ok(vec![Evidence::at(format!("/facts/{}/status", NetworkPolicy::KIND)).noting(note)])
}
