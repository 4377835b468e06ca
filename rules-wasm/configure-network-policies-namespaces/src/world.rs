//! What the rule reads: policies of all engines, and pods, a chunk at a time.

use eksamine_facts::core::{Namespace, Pod};
use eksamine_facts::derive::{Cover, Pods, Policed, Policies};
use eksamine_facts::network as engines;
use eksamine_facts::{Label, Map};
use eksamine_rule::prelude::*;

/// Policies, and the pods they can be about.
pub(crate) struct World {
    policies: Policies,
    pub(crate) pods: Pods,
    /// Whether policies of the cluster count.
    pub(crate) of_the_cluster: bool,
}

impl World {
    /// With Kubernetes' own policies only.
    pub(crate) fn of_core_policies(facts: &Facts<'_>, of_the_cluster: bool) -> Self {
        let mut policies = Policies::default();
        read::<engines::NetworkPolicy>(facts, &mut policies);
        let pods = read_pods(facts, &policies);
        Self { policies, pods, of_the_cluster }
    }

    /// And those of every engine that is served.
    pub(crate) fn add_other_engines(&mut self, facts: &Facts<'_>) {
        let policies = &mut self.policies;
        read::<engines::CiliumNetworkPolicy>(facts, policies);
        read::<engines::CalicoNetworkPolicy>(facts, policies);
        read::<engines::ApplicationNetworkPolicy>(facts, policies);
        if self.of_the_cluster {
            read::<engines::CiliumClusterwideNetworkPolicy>(facts, policies);
            read::<engines::CalicoGlobalNetworkPolicy>(facts, policies);
            read::<engines::ClusterNetworkPolicy>(facts, policies);
            read::<engines::AdminNetworkPolicy>(facts, policies);
            read::<engines::BaselineAdminNetworkPolicy>(facts, policies);
        }
        if policies.pod_keys() != self.pods.keys() {
            self.pods = read_pods(facts, policies);
        }
    }

    pub(crate) fn cover(&self, item: &Item<Namespace>) -> Cover<'_> {
        let metadata = item.known().peek().and_then(|n| n.metadata.peek());
        let name = metadata.and_then(|m| m.name.peek()).map_or("", |name| name.as_str());
        let none = Known::value(Map::<Label>::default());
        Cover::new(name, metadata.map_or(&none, |m| &m.labels), &self.policies, &self.pods)
    }
}

fn read<T: Policed>(facts: &Facts<'_>, policies: &mut Policies) {
    policies.unless::<T>(&facts.whole::<T>());
    for item in facts.items::<T>() {
        policies.read(item.known(), &item.place());
    }
}

fn read_pods(facts: &Facts<'_>, policies: &Policies) -> Pods {
    let mut pods = Pods::new(policies.pod_keys());
    pods.unless(&match facts.availability::<Pod>() {
        Availability::Absent => {
            Known::derived(|| Err(Unknown::because("k8s.pods.v1 is absent, and every cluster serves it")))
        }
        _ => facts.whole::<Pod>(),
    });
    for item in facts.items::<Pod>() {
        pods.add(item.known(), &item.place());
    }
    pods
}
