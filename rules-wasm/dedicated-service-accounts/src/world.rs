//! What the judgements ask.

use crate::Params;
use crate::nodes::Nodes;
use eksamine_facts::Text;
use eksamine_facts::core::{ObjectMeta, ServiceAccount};
use eksamine_facts::derive::aws_role::Associations;
use eksamine_facts::derive::egress::{closes, selects};
use eksamine_facts::eks::PodIdentityAssociation;
use eksamine_facts::network::NetworkPolicy;
use eksamine_rule::exempt::Exempt;
use eksamine_rule::prelude::*;
use std::cell::OnceCell;

/// Where the instance metadata service answers.
const IMDS: &str = "169.254.169.254/32";

/// The facts with their indexes.
pub(crate) struct World<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) params: &'a Params,
    pub(crate) exempt: Exempt,
    pub(crate) accounts: Vec<Item<ServiceAccount>>,
    pub(crate) associations: Vec<Item<PodIdentityAssociation>>,
    pub(crate) associated: Associations,
    pub(crate) nodes: Nodes,
    guards: OnceCell<Vec<Item<NetworkPolicy>>>,
}

impl<'a> World<'a> {
    pub(crate) fn read(facts: &'a Facts<'a>, params: &'a Params, exempt: Exempt) -> Self {
        let associations: Vec<Item<PodIdentityAssociation>> = facts.items().collect();
        let mut associated = Associations::default();
        associations.iter().for_each(|item| associated.add(item.known()));
        associated.unless(&facts.whole::<PodIdentityAssociation>());
        let (accounts, nodes) = (facts.items().collect(), Nodes::read(facts));
        Self { facts, params, exempt, accounts, associations, associated, nodes, guards: OnceCell::new() }
    }

    /// The policies that are known to keep a pod from the metadata service, by name and place. Evidence only: what of them
    /// cannot be read is passed over.
    pub(crate) fn guards(&self, pod: &ObjectMeta) -> Vec<(String, String)> {
        let guards = self.guards.get_or_init(|| self.facts.items().filter(is_guard).collect());
        let about = guards.iter().filter(|policy| {
            let about = Known::derived(|| {
                let policy = policy.get()?;
                let here = *policy.metadata.get()?.namespace.get()? == *pod.namespace.get()?;
                Ok(here && *selects(policy.spec.get()?, &pod.labels).get()?)
            });
            about.peek() == Some(&true)
        });
        about.map(|policy| (title(policy), policy.at("/spec/egress"))).collect()
    }
}

fn is_guard(policy: &Item<NetworkPolicy>) -> bool {
    let Ok(address) = IMDS.parse() else { return false };
    Known::derived(|| closes(policy.get()?.spec.get()?, &address)).peek() == Some(&true)
}

fn title(policy: &Item<NetworkPolicy>) -> String {
    let metadata = policy.known().peek().and_then(|policy| policy.metadata.peek());
    let names = metadata.and_then(|m| Some(format!("{}/{}", m.namespace.peek()?, m.name.peek()?)));
    names.unwrap_or_else(|| "without a name".to_owned())
}

/// `shop/web`.
pub(crate) fn account(namespace: &Text, name: &Text) -> String {
    format!("{namespace}/{name}")
}
