//! Where an untrusted pod stands: what isolates it, or that nothing does.

use crate::nouns::{Pod, PodSpec};
use crate::obstacles::obstacles;
use crate::world::{World, of};
use eksamine_facts::Text;
use eksamine_facts::core::ObjectMeta;
use eksamine_facts::derive::fargate::{PROFILE_LABEL, ailment, takes};
use eksamine_facts::derive::node::{Machine, machine};
use eksamine_facts::eks::FargateProfile;
use eksamine_facts::nodes::Node;
use eksamine_rule::prelude::*;

/// Where a pod stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It runs without any isolation that is accepted.
    Exposed(On),
    /// It depends on a Fargate profile that does not work.
    Broken { profile: Text, ailment: String },
    /// It cannot be told, and why.
    Unclear(String),
    /// The facts are there, and a human must look.
    Open(Question),
    /// As demanded.
    Isolated(By),
}

/// What a pod runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum On {
    Ec2,
    Fargate,
    Hybrid,
}

/// What isolates a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// Fargate, by a profile.
    Fargate(Text),
    /// It will start on Fargate, by a profile.
    FargateToBe(Text),
    /// The handler of its RuntimeClass.
    Handler(Text),
    /// A taint of its node, by its key.
    Taint(Text),
}

/// What only a human can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// It waits for a node, and nothing says for which.
    Unscheduled,
    /// It waits, and the profile that it names does not take it.
    NotTaken(Text),
    /// Its node is gone.
    NodeGone(Text),
    /// Its profile is gone.
    ProfileGone(Text),
    /// Its RuntimeClass is gone.
    ClassGone(Text),
    /// Trusted pods run on its tainted node.
    Shared(Text),
}

impl Standing {
    /// Whether it is a violation.
    pub(crate) const fn fails(&self) -> bool {
        matches!(self, Self::Exposed(_) | Self::Broken { .. })
    }
}

/// Where an untrusted pod stands. What its RuntimeClass isolates is isolated wherever it runs.
pub(crate) fn standing(world: &World<'_>, item: &Item<Pod>) -> Standing {
    let by_class = Known::derived(|| by_class(world, item.get()?.spec.get()?));
    if let Some(Some(isolated @ Standing::Isolated(_))) = by_class.peek() {
        return isolated.clone();
    }
    let by_node = Known::derived(|| by_node(world, item));
    match (by_node.peek(), by_class.peek()) {
        (Some(decided @ (Standing::Broken { .. } | Standing::Isolated(_))), _) => decided.clone(),
        (None, _) => Standing::Unclear(by_node.reason()),
        (_, None) => Standing::Unclear(by_class.reason()),
        (_, Some(Some(open))) => open.clone(),
        (Some(node), Some(None)) => node.clone(),
    }
}

/// What its RuntimeClass makes of it; `None` when it names none, or one whose handler is not accepted.
fn by_class(world: &World<'_>, spec: &PodSpec) -> Result<Option<Standing>, Unknown> {
    let Some(name) = spec.runtime_class_name.declared()?.filter(|_| !world.accepted.handlers.is_empty()) else {
        return Ok(None);
    };
    let Some(class) = world.class(name)? else { return Ok(Some(Standing::Open(Question::ClassGone(name.clone())))) };
    let handler = of("its RuntimeClass", name, class.get().and_then(|class| class.handler.get()))?;
    let accepted = world.accepted.handlers.iter().any(|accepted| *handler == **accepted);
    Ok(accepted.then(|| Standing::Isolated(By::Handler(handler.clone()))))
}

fn by_node(world: &World<'_>, item: &Item<Pod>) -> Result<Standing, Unknown> {
    let pod = item.get()?;
    let Some(name) = pod.spec.get()?.node_name.declared()? else { return waiting(world, pod.metadata.get()?) };
    let Some(node) = world.node(name)? else { return Ok(Standing::Open(Question::NodeGone(name.clone()))) };
    let node = of("its node", name, node.get())?;
    match of("its node", name, machine(node))? {
        Machine::Fargate if world.accepted.fargate => on_fargate(world, pod.metadata.get()?),
        Machine::Fargate => Ok(Standing::Exposed(On::Fargate)),
        Machine::Instance(_) => Ok(tainted(world, name, node)?.unwrap_or(Standing::Exposed(On::Ec2))),
        Machine::Hybrid => Ok(tainted(world, name, node)?.unwrap_or(Standing::Exposed(On::Hybrid))),
    }
}

/// The profile that a pod's label names.
fn profile_label(metadata: &ObjectMeta) -> Result<Option<Text>, Unknown> {
    let Some(labels) = metadata.labels.declared()? else { return Ok(None) };
    Ok(labels.entry(PROFILE_LABEL).declared()?.map(|label| Text::new(label.as_str())))
}

/// Row 6 decides over a pod that Fargate runs.
fn on_fargate(world: &World<'_>, metadata: &ObjectMeta) -> Result<Standing, Unknown> {
    let Some(name) = profile_label(metadata)? else {
        return Err(Unknown::because(format!("it runs on Fargate, and no label {PROFILE_LABEL} names its profile")));
    };
    let Some(profile) = world.profile(&name)? else { return Ok(Standing::Open(Question::ProfileGone(name))) };
    Ok(match of("its Fargate profile", &name, profile.get().and_then(ailment))? {
        Some(ailment) => Standing::Broken { profile: name, ailment },
        None => Standing::Isolated(By::Fargate(name)),
    })
}

/// A pod without a node. A label alone promises nothing: whoever writes the pod may write it, and Fargate takes only what
/// a selector of the profile takes.
fn waiting(world: &World<'_>, metadata: &ObjectMeta) -> Result<Standing, Unknown> {
    let unscheduled = Standing::Open(Question::Unscheduled);
    if !world.accepted.fargate {
        return Ok(unscheduled);
    }
    let Some(name) = profile_label(metadata)? else { return Ok(unscheduled) };
    let Some(item) = world.profile(&name)? else { return Ok(Standing::Open(Question::ProfileGone(name))) };
    let profile = of("its Fargate profile", &name, item.get())?;
    let taken = takes(profile, &metadata.namespace, &metadata.labels);
    if !*of("its Fargate profile", &name, taken.get())? {
        return Ok(Standing::Open(Question::NotTaken(name)));
    }
    Ok(match of("its Fargate profile", &name, ailment(profile))? {
        Some(ailment) => Standing::Broken { profile: name, ailment },
        None => Standing::Isolated(By::FargateToBe(name)),
    })
}

/// What an accepted taint of its node makes of it.
fn tainted(world: &World<'_>, name: &Text, node: &Node) -> Result<Option<Standing>, Unknown> {
    if world.accepted.taints.is_empty() {
        return Ok(None);
    }
    let Some(key) = of("its node", name, accepted_taint(world, node))? else { return Ok(None) };
    Ok(Some(if *world.is_shared(name).get()? {
        Standing::Open(Question::Shared(key))
    } else {
        Standing::Isolated(By::Taint(key))
    }))
}

/// `PreferNoSchedule` keeps nothing away.
fn accepted_taint(world: &World<'_>, node: &Node) -> Result<Option<Text>, Unknown> {
    for taint in node.spec.get()?.taints.declared()?.into_iter().flat_map(|list| list.iter()) {
        let taint = taint.get()?;
        let key = taint.key.get()?;
        let accepted = world.accepted.taints.iter().any(|accepted| **key == **accepted);
        if accepted && matches!(taint.effect.get()?.as_str(), "NoSchedule" | "NoExecute") {
            return Ok(Some(key.clone()));
        }
    }
    Ok(None)
}

/// Where to look.
pub(crate) fn evidence(world: &World<'_>, item: &Item<Pod>, standing: &Standing) -> Vec<Evidence> {
    let mut found = vec![Evidence::at(item.at("/spec/nodeName"))];
    let node_at = |field: &str| {
        let node = Known::derived(|| world.node(item.get()?.spec.get()?.node_name.get()?));
        node.peek().copied().flatten().map(|node| Evidence::at(node.at(field)))
    };
    let label = || Evidence::at(item.at("/metadata/labels/eks.amazonaws.com~1fargate-profile"));
    match standing {
        Standing::Exposed(on) => {
            found.extend(node_at("/spec/providerID"));
            found.extend(world.why_untrusted(item));
            if world.accepted.fargate && *on != On::Fargate {
                found.extend(obstacles(item));
            }
        }
        Standing::Broken { profile, .. } => {
            found.extend(node_at("/spec/providerID"));
            found.extend([label()].into_iter().chain(profile_places(world, profile, &["/status", "/health/issues"])));
        }
        Standing::Isolated(By::Fargate(profile)) => {
            found.extend(node_at("/spec/providerID"));
            found.extend([label()].into_iter().chain(profile_places(world, profile, &["/status"])));
        }
        Standing::Isolated(By::FargateToBe(profile)) | Standing::Open(Question::NotTaken(profile)) => {
            found.extend([label()].into_iter().chain(profile_places(world, profile, &["/status", "/selectors"])));
        }
        Standing::Isolated(By::Handler(_)) | Standing::Open(Question::ClassGone(_)) => {
            found = vec![Evidence::at(item.at("/spec/runtimeClassName"))];
            let class = Known::derived(|| world.class(item.get()?.spec.get()?.runtime_class_name.get()?));
            found.extend(class.peek().copied().flatten().map(|class| Evidence::at(class.at("/handler"))));
        }
        Standing::Isolated(By::Taint(_)) | Standing::Open(Question::Shared(_)) => found.extend(node_at("/spec/taints")),
        Standing::Open(Question::ProfileGone(_)) => found.push(label()),
        Standing::Open(Question::Unscheduled | Question::NodeGone(_)) | Standing::Unclear(_) => {}
    }
    found
}

fn profile_places(world: &World<'_>, name: &str, fields: &[&str]) -> Vec<Evidence> {
    let profile = Known::derived(|| world.profile(name));
    let of = |profile: &Item<FargateProfile>| fields.iter().map(|field| Evidence::at(profile.at(field))).collect();
    profile.peek().copied().flatten().map_or_else(Vec::new, of)
}
