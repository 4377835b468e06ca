//! One walk over all pods, for everything that is asked of them.

use crate::hosts::Hosts;
use crate::keys::Keys;
use crate::mounts::Mounts;
use crate::nodes::Place;
use crate::roles::Roles;
use crate::tenants::Tenants;
use crate::words::short;
use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::core::{ObjectMeta, Pod};
use eksamine_facts::derive::aws_role::has_own_role;
use eksamine_facts::derive::imds::Reach;
use eksamine_facts::derive::workload;
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// What pods have, get and reach.
#[derive(Default)]
pub(crate) struct Pods {
    pub(crate) number: usize,
    pub(crate) keys: Keys,
    pub(crate) mounts: Mounts,
    pub(crate) hosts: Hosts,
    /// By node.
    pub(crate) tenants: BTreeMap<Text, Tenants>,
}

/// A pod that has not finished, or may not have, outside of exempt namespaces.
struct Running<'p> {
    item: &'p Item<Pod>,
    metadata: Option<&'p ObjectMeta>,
    workload: &'p str,
    subject: &'p str,
    name: &'p str,
    namespace: &'p Known<Text>,
    finished: &'p Known<bool>,
}

impl Pods {
    pub(crate) fn read(world: &World<'_>, roles: &Roles) -> Self {
        let mut pods = Self::default();
        for item in world.facts.items::<Pod>() {
            pods.add(world, roles, &item);
        }
        pods
    }

    fn add(&mut self, world: &World<'_>, roles: &Roles, item: &Item<Pod>) {
        self.number += 1;
        let metadata = item.known().peek().and_then(|pod| pod.metadata.peek());
        let identity = |of: fn(&ObjectMeta) -> Option<String>| metadata.and_then(of).unwrap_or_else(|| item.place());
        let (workload, subject) = (identity(workload::owner), identity(workload::pod));
        let name = metadata.and_then(|m| m.name.peek()).map_or("without a readable name", Text::as_str);
        self.keys.add(item, &workload, &subject, name);
        let finished = is_finished(item);
        if finished.peek() == Some(&true) {
            return;
        }
        let namespace = Known::derived(|| item.get()?.metadata.get()?.namespace.get().cloned());
        self.mounts.add(item, name, &namespace, &finished);
        if namespace.peek().is_some_and(|namespace| world.exempt.covers(namespace)) {
            return;
        }
        let running = Running {
            item,
            metadata,
            workload: &workload,
            subject: &subject,
            name,
            namespace: &namespace,
            finished: &finished,
        };
        self.place(world, roles, &running);
    }

    /// What it reaches where it runs. Where a node cannot be told, that is a finding about the node.
    fn place(&mut self, world: &World<'_>, roles: &Roles, pod: &Running<'_>) {
        let node = Known::derived(|| Ok(pod.item.get()?.spec.get()?.node_name.declared()?.cloned()));
        let node = match node.peek() {
            Some(Some(node)) => node,
            Some(None) => return,
            None => return self.hosts.doubts.add(pod.subject.to_owned(), format!("its node: {}", node.reason())),
        };
        let reach = match world.nodes.place(node) {
            Some(place) => match place.peek() {
                Some(Place::Instance { reach, .. }) => reach,
                _ => return,
            },
            // A node that is gone takes its pods with it.
            None if world.nodes.are_named() => return,
            None => {
                let why = format!("{node} may be a node whose name is not known");
                return self.hosts.doubts.add(pod.subject.to_owned(), why);
            }
        };
        if *reach == Reach::Nobody {
            return;
        }
        let own = has_own_role(pod.item.known(), &world.associated);
        let host = on_host(pod.item);
        let opens = matches!(reach, Reach::Pods(_));
        if own.peek() == Some(&true) || host.peek() == Some(&false) && !opens {
            return;
        }
        let doubt = [pod.finished, &own, &host].into_iter().find(|known| known.peek().is_none());
        let doubt = doubt.map(Known::reason).or_else(|| pod.namespace.peek().is_none().then(|| pod.namespace.reason()));
        match (doubt, host.peek()) {
            (Some(why), Some(true)) => self.hosts.doubts.add(pod.subject.to_owned(), why),
            (Some(why), _) if opens => {
                self.tenants.entry(node.clone()).or_default().doubt(format!("{}: {why}", short(pod.subject)));
            }
            (Some(why), _) => self.hosts.doubts.add(pod.subject.to_owned(), why),
            (None, Some(true)) => {
                self.hosts.add(pod.workload, pod.name, pod.item.at("/spec/hostNetwork"), node);
            }
            (None, _) => self.settle(world, roles, pod, node),
        }
    }

    fn settle(&mut self, world: &World<'_>, roles: &Roles, pod: &Running<'_>, node: &Text) {
        let tenants = self.tenants.entry(node.clone()).or_default();
        tenants.pods.add(pod.subject, pod.item.at("/spec/serviceAccountName"));
        tenants.workloads.insert(short(pod.workload));
        let account = Known::derived(|| pod.item.get()?.spec.get()?.service_account_name.get().cloned());
        if let (Some(namespace), Some(account)) = (pod.namespace.peek(), account.peek()) {
            tenants.with_account += usize::from(roles.has(namespace, account));
        }
        if let Some(metadata) = pod.metadata {
            tenants.guard(world.guards(metadata));
        }
    }
}

fn is_finished(item: &Item<Pod>) -> Known<bool> {
    Known::derived(|| {
        let phase = item.get()?.status.get()?.phase.get()?;
        Ok(*phase == *"Succeeded" || *phase == *"Failed")
    })
}

/// "Host networking requested for this pod. Default to false."
fn on_host(item: &Item<Pod>) -> Known<bool> {
    Known::derived(|| Ok(item.get()?.spec.get()?.host_network.declared()?.copied().unwrap_or(false)))
}
