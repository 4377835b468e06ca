//! What the network policies of a cluster do to one namespace.

use super::logic::{all, any, both, not};
use super::pods::{Group, NamespacePods, Pods};
use super::policy::{Effect, Level, Policies, Policy};
use super::selector::{Selector, Value, Whose, value_of};
use crate::{Known, Label, Map};
use smol_str::SmolStr;

/// What comes in or what goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

impl Direction {
    /// In lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// As policies spell it among their types.
    pub(super) const fn policy_type(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

/// A policy that is, or may be, about a namespace.
#[derive(Debug)]
pub struct Applied<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// Whether it is about the namespace.
    present: Known<bool>,
    /// What it asks of the pods here.
    pods: Selector,
    /// Whether the pods of the cluster have IPv6 addresses, when that is known; a cluster has one family.
    v6: Option<bool>,
}

/// One namespace under the policies that may be about it.
#[derive(Debug)]
pub struct Cover<'p> {
    applied: Vec<Applied<'p>>,
    keys: &'p [SmolStr],
    pods: Option<&'p NamespacePods>,
    /// Why there may be pods here that are not counted.
    doubt: Option<String>,
}

impl<'p> Cover<'p> {
    /// `pods` must have been made for the keys of `policies`.
    #[must_use]
    pub fn new(name: &str, labels: &Known<Map<Label>>, policies: &'p Policies, pods: &'p Pods) -> Self {
        let look = |whose: Whose, key: &str| match whose {
            Whose::Namespace => value_of(labels, key),
            Whose::NamespaceName => Value::Is(SmolStr::new(name)),
            Whose::Pod => Value::Missing,
        };
        let apply = |policy: &'p Policy| Applied {
            policy,
            present: match &policy.lost {
                Some(why) => Known::lost(why.clone()),
                None => policy.part.namespaces.within(&look).is_everything(),
            },
            pods: policy.part.pods.within(&look),
            v6: (pods.addresses.0 != pods.addresses.1).then_some(pods.addresses.1),
        };
        let here = policies.here.get(name).into_iter().flatten().chain(&policies.anywhere);
        let applied = here.map(apply).filter(|a| a.present.peek() != Some(&false)).collect();
        let pods_here = pods.of(name);
        let doubt = [pods_here.and_then(NamespacePods::doubt), pods.astray()].into_iter().flatten().min();
        Self { applied, keys: pods.keys(), pods: pods_here, doubt: doubt.map(str::to_owned) }
    }

    fn groups(&self) -> impl Iterator<Item = (&'p [Value], &'p Group)> {
        self.pods.into_iter().flat_map(NamespacePods::groups)
    }

    /// What remains open when every pod that is counted has been asked.
    fn uncounted(&self) -> impl Iterator<Item = Known<bool>> {
        self.doubt.clone().into_iter().map(Known::lost)
    }

    /// How many pods are counted here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups().map(|(_, group)| group.count).sum()
    }

    /// How many further pods are on the network of their nodes, where no policy reaches them.
    #[must_use]
    pub fn on_nodes(&self) -> usize {
        self.pods.map_or(0, NamespacePods::on_nodes)
    }

    /// Whether there is any pod.
    #[must_use]
    pub fn has_pods(&self) -> Known<bool> {
        any((self.count() > 0).then(|| Known::value(true)).into_iter().chain(self.uncounted()))
    }

    /// Policies that are about the namespace, sorted by title, and doubts that may be.
    #[must_use]
    pub fn applied(&self) -> Vec<&Applied<'p>> {
        let mut applied: Vec<_> = self.applied.iter().filter(|a| self.counts(a).peek() != Some(&false)).collect();
        applied.sort_by(|a, b| a.policy.title.cmp(&b.policy.title));
        applied
    }

    /// Whether any policy is about the namespace.
    #[must_use]
    pub fn has_policy(&self) -> Known<bool> {
        any(self.applied.iter().map(|a| self.counts(a)))
    }

    /// Why there may be pods here that are not counted.
    #[must_use]
    pub fn uncounted_reason(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// A policy of the namespace is about it by being there; one of the cluster by selecting all or some of its pods.
    #[must_use]
    pub fn counts(&self, applied: &Applied<'_>) -> Known<bool> {
        if !applied.policy.cluster {
            return applied.present.clone();
        }
        both(applied.present.clone(), any([applied.pods.is_everything(), self.selects(applied)]))
    }

    /// Whether a policy selects a pod that exists.
    #[must_use]
    pub fn selects(&self, applied: &Applied<'_>) -> Known<bool> {
        any(self.groups().map(|(labels, _)| self.matches(applied, labels)).chain(self.uncounted()))
    }

    fn matches(&self, applied: &Applied<'_>, labels: &[Value]) -> Known<bool> {
        applied.pods.matches(&|_, key| match self.keys.binary_search_by(|k| k.as_str().cmp(key)) {
            Ok(index) => labels[index].clone(),
            Err(_) => Value::Missing,
        })
    }

    /// Whether a policy isolates a direction of a pod that exists, or would isolate one if there were any.
    #[must_use]
    pub fn isolates(&self, applied: &Applied<'_>) -> Known<bool> {
        let isolates = any([Direction::Ingress, Direction::Egress].map(|d| applied.has(d, Effect::isolates)));
        let mut reaches = vec![applied.pods.is_everything(), self.selects(applied)];
        if !applied.policy.cluster {
            reaches.push(not(self.has_pods()));
        }
        all([applied.present.clone(), isolates, any(reaches)])
    }

    /// Whether any policy does.
    #[must_use]
    pub fn is_isolated(&self) -> Known<bool> {
        any(self.applied.iter().map(|a| self.isolates(a)))
    }

    /// Whether a policy selects every pod, now and later, and allows nothing in that direction.
    #[must_use]
    pub fn denies(&self, applied: &Applied<'_>, direction: Direction) -> Known<bool> {
        let denies = applied.has(direction, |effect| effect == Effect::DeniesAll);
        all([applied.present.clone(), denies, applied.pods.is_everything()])
    }

    /// Whether any policy does.
    #[must_use]
    pub fn is_denied(&self, direction: Direction) -> Known<bool> {
        any(self.applied.iter().map(|a| self.denies(a, direction)))
    }

    /// Whether a pod with these labels is isolated: a policy that isolates selects it, and none that allows everything
    /// on its level or an earlier one. Where administrators contradict each other the pod counts as open.
    fn is_pod_isolated(&self, labels: &[Value], direction: Direction) -> Known<bool> {
        let by = |level: Level, effect: fn(Effect) -> bool| {
            let of_level = self.applied.iter().filter(move |a| a.policy.part.level.is_none_or(|its| its == level));
            any(of_level.map(|a| all([a.present.clone(), a.has(direction, effect), self.matches(a, labels)])))
        };
        let closed = |level| by(level, Effect::isolates);
        let open = |level| by(level, |effect| effect == Effect::Opens);
        let baseline = all([closed(Level::Baseline), not(open(Level::Own)), not(open(Level::Baseline))]);
        let own = both(closed(Level::Own), not(open(Level::Own)));
        both(not(open(Level::Admin)), any([closed(Level::Admin), own, baseline]))
    }

    /// Whether all pods are isolated in that direction.
    #[must_use]
    pub fn all_isolated(&self, direction: Direction) -> Known<bool> {
        all(self.groups().map(|(labels, _)| self.is_pod_isolated(labels, direction)).chain(self.uncounted()))
    }

    /// How many of the counted pods are known to be isolated in that direction.
    #[must_use]
    pub fn isolated(&self, direction: Direction) -> usize {
        let known = |labels: &[Value]| self.is_pod_isolated(labels, direction).peek() == Some(&true);
        self.groups().filter(|(labels, _)| known(labels)).map(|(_, group)| group.count).sum()
    }

    /// Groups of pods that are known not to be.
    pub fn open(&self, direction: Direction) -> impl Iterator<Item = &'p Group> {
        let open = move |labels: &[Value]| self.is_pod_isolated(labels, direction).peek() == Some(&false);
        self.groups().filter(move |(labels, _)| open(labels)).map(|(_, group)| group)
    }

    /// Groups of pods that some policy is known to select.
    pub fn selected(&self) -> impl Iterator<Item = &'p Group> {
        let selected = |labels: &[Value]| {
            any(self.applied.iter().map(|a| both(a.present.clone(), self.matches(a, labels)))).peek() == Some(&true)
        };
        self.groups().filter(move |(labels, _)| selected(labels)).map(|(_, group)| group)
    }
}

impl Applied<'_> {
    /// Whether what it does to a direction is so.
    #[must_use]
    pub fn has(&self, direction: Direction, so: fn(Effect) -> bool) -> Known<bool> {
        let part = &self.policy.part;
        let is = |effect: &Known<Effect>| {
            effect.peek().map_or_else(|| Known::lost(effect.reason()), |effect| Known::value(so(*effect)))
        };
        match (direction, &part.egress_v6) {
            (Direction::Ingress, _) => is(&part.ingress),
            (Direction::Egress, None) => is(&part.egress),
            (Direction::Egress, Some(v6)) => match (self.v6, is(&part.egress), is(v6)) {
                (Some(true), _, answer) | (Some(false), answer, _) => answer,
                (None, one, other) if one == other => one,
                _ => {
                    Known::lost(format!("{}: whether pods have IPv4 or IPv6 addresses is not known", self.policy.title))
                }
            },
        }
    }

    /// Whether it selects every pod of the namespace, now and later.
    #[must_use]
    pub fn selects_all(&self) -> Known<bool> {
        self.pods.is_everything()
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
