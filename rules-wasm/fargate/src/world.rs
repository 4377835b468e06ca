//! What the judgements ask of nodes, profiles, classes and namespaces.

use crate::accepted::Accepted;
use crate::definition::{Definition, selects};
use crate::nouns::Pod;
use eksamine_facts::core::Namespace;
use eksamine_facts::derive::index::Index;
use eksamine_facts::derive::{all, any, both, not, value_of};
use eksamine_facts::eks::FargateProfile;
use eksamine_facts::nodes::{Node, RuntimeClass};
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The facts with their indexes, each made when it is first asked: a kind that nobody asks decides nothing.
pub(crate) struct World<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) definition: &'a Definition,
    pub(crate) accepted: &'a Accepted,
    nodes: OnceCell<Index<Item<Node>>>,
    profiles: OnceCell<Vec<Item<FargateProfile>>>,
    profiles_by_name: OnceCell<Index<usize>>,
    classes: OnceCell<Index<Item<RuntimeClass>>>,
    namespaces: OnceCell<Index<Item<Namespace>>>,
    shared_nodes: OnceCell<SharedNodes>,
}

impl<'a> World<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, definition: &'a Definition, accepted: &'a Accepted) -> Self {
        Self {
            facts,
            definition,
            accepted,
            nodes: OnceCell::new(),
            profiles: OnceCell::new(),
            profiles_by_name: OnceCell::new(),
            classes: OnceCell::new(),
            namespaces: OnceCell::new(),
            shared_nodes: OnceCell::new(),
        }
    }

    /// A node; `None` when there is none of that name.
    pub(crate) fn node(&self, name: &str) -> Result<Option<&Item<Node>>, Unknown> {
        let index = self.nodes.get_or_init(|| self.indexed(|n: &Node| n.metadata.get()?.name.get().cloned()));
        self.find(index, name)
    }

    /// A Fargate profile.
    pub(crate) fn profile(&self, name: &str) -> Result<Option<&Item<FargateProfile>>, Unknown> {
        let index = self.profiles_by_name.get_or_init(|| {
            let named = |(place, item): (usize, &Item<FargateProfile>)| {
                (Known::derived(|| item.get()?.name.get().cloned()), place)
            };
            Index::new(self.profiles().iter().enumerate().map(named))
        });
        if index.seen(name).is_none() {
            self.facts.complete::<FargateProfile>()?;
        }
        Ok(index.find(name)?.and_then(|place| self.profiles().get(*place)))
    }

    /// All Fargate profiles that were read, in the order of their names.
    pub(crate) fn profiles(&self) -> &[Item<FargateProfile>] {
        self.profiles.get_or_init(|| {
            let mut all: Vec<Item<FargateProfile>> = self.facts.items().collect();
            all.sort_by_key(|item| item.known().peek().and_then(|profile| profile.name.peek().cloned()));
            all
        })
    }

    /// Whether anything was asked of them.
    pub(crate) fn looked_at_profiles(&self) -> bool {
        self.profiles.get().is_some()
    }

    /// A RuntimeClass.
    pub(crate) fn class(&self, name: &str) -> Result<Option<&Item<RuntimeClass>>, Unknown> {
        let index = self.classes.get_or_init(|| self.indexed(|c: &RuntimeClass| c.metadata.get()?.name.get().cloned()));
        self.find(index, name)
    }

    fn indexed<T: Noun>(&self, name: impl Fn(&T) -> Result<Text, Unknown>) -> Index<Item<T>> {
        Index::new(self.facts.items::<T>().map(|item| (Known::derived(|| name(item.get()?)), item)))
    }

    /// That something is not there is concluded from a kind that was read to its end only.
    fn find<'i, T: Noun>(&self, index: &'i Index<Item<T>>, name: &str) -> Result<Option<&'i Item<T>>, Unknown> {
        if index.seen(name).is_none() {
            self.facts.complete::<T>()?;
        }
        index.find(name)
    }

    /// Whether a pod is there that nobody trusts: one that has finished is no longer.
    pub(crate) fn considers(&self, item: &Item<Pod>) -> Known<bool> {
        both(not(is_finished(item)), self.is_untrusted(item))
    }

    fn is_untrusted(&self, item: &Item<Pod>) -> Known<bool> {
        let Definition { names, namespaces, pods } = self.definition;
        let namespace = Known::derived(|| item.get()?.metadata.get()?.namespace.get().cloned());
        let by_name = names.as_ref().map(|names| Known::derived(|| Ok(names.cover(namespace.get()?))));
        let by_labels = namespaces.as_ref().map(|_| Known::derived(|| self.is_labelled(namespace.get()?)));
        let by_its_own = pods.as_ref().map(|(selector, _)| {
            Known::derived(|| {
                let labels = &item.get()?.metadata.get()?.labels;
                selects(selector, &|key| value_of(labels, key)).get().copied()
            })
        });
        any([by_name, by_labels, by_its_own].into_iter().flatten())
    }

    /// The labels that make a pod untrusted; the name of its namespace stands in every finding about it.
    pub(crate) fn why_untrusted(&self, item: &Item<Pod>) -> Vec<Evidence> {
        let metadata = item.known().peek().and_then(|pod| pod.metadata.peek());
        let Some(metadata) = metadata else { return Vec::new() };
        let own =
            self.definition.pods.as_ref().filter(|(selector, _)| {
                selects(selector, &|key| value_of(&metadata.labels, key)).peek() == Some(&true)
            });
        let own = own.map(|_| Evidence::at(item.at("/metadata/labels")));
        // Only what was read anyway.
        let namespace = self.namespaces.get().and_then(|all| all.seen(metadata.namespace.peek()?));
        let namespace = namespace.filter(|namespace| self.has_untrusted_labels(namespace).peek() == Some(&true));
        own.into_iter().chain(namespace.map(|namespace| Evidence::at(namespace.at("/metadata/labels")))).collect()
    }

    /// Whether the labels of a namespace make its pods untrusted.
    fn is_labelled(&self, name: &str) -> Result<bool, Unknown> {
        let index = self.namespaces.get_or_init(|| self.indexed(|n: &Namespace| n.metadata.get()?.name.get().cloned()));
        match self.find(index, name)? {
            Some(namespace) => self.has_untrusted_labels(namespace).get().copied(),
            None => Err(Unknown::because(format!("the namespace {name} is not among those that were read"))),
        }
    }

    pub(crate) fn has_untrusted_labels(&self, namespace: &Item<Namespace>) -> Known<bool> {
        Known::derived(|| {
            let labels = &namespace.get()?.metadata.get()?.labels;
            let Some((selector, _)) = &self.definition.namespaces else { return Ok(false) };
            selects(selector, &|key| value_of(labels, key)).get().copied()
        })
    }

    /// Whether pods that are not untrusted run on a node; those of DaemonSets run on every node.
    pub(crate) fn is_shared(&self, node: &Text) -> Known<bool> {
        let nodes = self.shared_nodes.get_or_init(|| {
            let mut nodes = SharedNodes::default();
            self.facts.items::<Pod>().for_each(|pod| nodes.add(self, &pod));
            nodes
        });
        let doubt = nodes.doubts.get(&Some(node.clone())).or_else(|| nodes.doubts.get(&None));
        match doubt {
            _ if nodes.shared.contains(node) => Known::value(true),
            None => Known::value(false),
            Some(why) => Known::derived(|| Err(Unknown::because(why.clone()))),
        }
    }
}

/// Where pods run that are not untrusted.
#[derive(Default)]
struct SharedNodes {
    shared: BTreeSet<Text>,
    /// Why there may be one: on a node, or on any where the pod's node is not known.
    doubts: BTreeMap<Option<Text>, String>,
}

impl SharedNodes {
    fn add(&mut self, world: &World<'_>, pod: &Item<Pod>) {
        let of_every_node = Known::derived(|| is_of_a_daemon_set(pod));
        let trusted = all([not(is_finished(pod)), not(world.is_untrusted(pod)), not(of_every_node)]);
        let node = Known::derived(|| Ok(pod.get()?.spec.get()?.node_name.declared()?.cloned()));
        let (why, node) = match (trusted.peek(), node.peek()) {
            (Some(false), _) | (_, Some(None)) => return,
            (Some(true), Some(Some(node))) => {
                self.shared.insert(node.clone());
                return;
            }
            (None, Some(Some(node))) => (trusted.reason(), Some(node.clone())),
            (_, None) => (node.reason(), None),
        };
        let why = format!("whether another pod is trusted and shares the node: {why}");
        // The least reason, whatever the order.
        let kept = self.doubts.entry(node).or_insert_with(|| why.clone());
        if why < *kept {
            *kept = why;
        }
    }
}

fn is_finished(item: &Item<Pod>) -> Known<bool> {
    Known::derived(|| {
        let phase = item.get()?.status.get()?.phase.get()?;
        Ok(*phase == *"Succeeded" || *phase == *"Failed")
    })
}

fn is_of_a_daemon_set(item: &Item<Pod>) -> Result<bool, Unknown> {
    let owners = item.get()?.metadata.get()?.owner_references.declared()?;
    for owner in owners.into_iter().flat_map(|list| list.iter()) {
        if *owner.get()?.kind.get()? == *"DaemonSet" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says whose field it is that is not known.
pub(crate) fn of<T>(whose: &str, name: &str, read: Result<T, Unknown>) -> Result<T, Unknown> {
    read.map_err(|unknown| Unknown::because(format!("{whose} {name}: {unknown}")))
}

/// Whether a pod may still run: what is listed of those of which that is not known decides nothing.
pub(crate) fn may_run(item: &Item<Pod>) -> bool {
    is_finished(item).peek() != Some(&true)
}
