//! Who has a role: the finding about the cluster, and what a pass says.

use crate::Automount;
use crate::accounts::is_default;
use crate::pods::Pods;
use crate::roles::Roles;
use crate::world::World;
use eksamine_facts::Noun;
use eksamine_facts::core::Pod;
use eksamine_facts::eks::{Addon, Capability};
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

/// Places shown of each.
const SHOWN: usize = 20;
/// The add-on that hands out the roles of associations.
const AGENT: &str = "eks-pod-identity-agent";

pub(crate) fn outcome(world: &World<'_>, roles: &Roles, pods: &Pods) -> Outcome {
    let text = format!(
        "{} and {}: {}",
        count(pods.number, "pod", "pods"),
        count(world.accounts.len(), "service account", "service accounts"),
        with_roles(roles)
    );
    let outcome = roles
        .places()
        .take(SHOWN)
        .fold(pass(text), |outcome, (account, place)| outcome.noting(place.as_str(), format!("the role of {account}")));
    let outcome = outcome.at(format!("/facts/{}/status", Pod::KIND));
    outcome.with(aside(|| agent(world))).with(aside(|| capabilities(world)))
}

fn with_roles(roles: &Roles) -> String {
    match roles.len() {
        0 => "no service account gets an IAM role".to_owned(),
        n => format!(
            "{} an IAM role ({} by annotation, {} by EKS Pod Identity)",
            if n == 1 { "1 service account gets".to_owned() } else { format!("{n} service accounts get") },
            roles.by_annotation.len(),
            roles.by_association.len()
        ),
    }
}

/// Whether associations are of use.
fn agent(world: &World<'_>) -> Result<Vec<Evidence>, Unknown> {
    if world.associations.is_empty() {
        return Ok(Vec::new());
    }
    for addon in world.facts.items::<Addon>() {
        if *addon.get()?.name.get()? == AGENT {
            return Ok(vec![Evidence::at(addon.at("/addonName")).noting("the agent that hands out their roles")]);
        }
    }
    world.facts.complete::<Addon>()?;
    let note = format!("{AGENT} is not among the add-ons; Auto Mode has an agent of its own, other nodes need it");
    Ok(vec![Evidence::at(format!("/facts/{}/status", Addon::KIND)).noting(note)])
}

/// What acts in AWS for the cluster with a role of its own, and is no pod.
fn capabilities(world: &World<'_>) -> Result<Vec<Evidence>, Unknown> {
    let mut found = Vec::new();
    for capability in world.facts.items::<Capability>().take(SHOWN) {
        let (name, kind) = (capability.get()?.name.get()?, capability.get()?.kind.get()?);
        let note = format!("the role of the capability {name} ({kind}), which is no pod");
        found.push(Evidence::at(capability.at("/roleArn")).noting(note));
    }
    Ok(found)
}

pub(crate) fn summary(world: &World<'_>, roles: &Roles, pods: &Pods) -> String {
    let defaults = world.accounts.iter().filter(|item| is_default(item)).count();
    let inert = match world.params.default_sa_automount {
        Automount::Fail => "inert outside of exempt namespaces",
        Automount::Note => "without rights and roles",
    };
    let nodes = match world.nodes.len() {
        0 => "there are 0 nodes".to_owned(),
        1 => "the instance metadata service of the one node is closed to pods".to_owned(),
        n => format!("the instance metadata service of all {n} nodes is closed to pods"),
    };
    let accounts = if defaults == 1 {
        format!("the one default service account is {inert}")
    } else {
        format!("the {defaults} default service accounts are {inert}")
    };
    let keys = format!("no static AWS keys in {}", count(pods.number, "pod", "pods"));
    format!("{accounts}, {keys}, {nodes}; {}", with_roles(roles))
}
