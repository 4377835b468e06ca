//! Load balancers with what belongs to them, each kind read when it is asked for.

use eksamine_facts::Noun;
use eksamine_facts::Text;
use eksamine_facts::derive::load_balancers::Serving;
use eksamine_facts::elb::ClassicLoadBalancer;
use eksamine_facts::elbv2::{Listener, ListenerRule, LoadBalancer, TargetGroup};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The load balancers of the account in the region.
pub(crate) struct Balancers<'a> {
    facts: &'a Facts<'a>,
    /// Of each object, in the order of the objects.
    hostnames: Vec<Known<Vec<Text>>>,
    current: OnceCell<Joined<LoadBalancer>>,
    classic: OnceCell<Joined<ClassicLoadBalancer>>,
    listeners: OnceCell<Grouped<Listener>>,
    rules: OnceCell<Grouped<ListenerRule>>,
    groups: OnceCell<Vec<Item<TargetGroup>>>,
}

/// Load balancers of one generation, joined with the objects.
pub(crate) struct Joined<T> {
    pub(crate) items: Vec<Item<T>>,
    pub(crate) serving: Serving,
}

/// A load balancer, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Current(usize),
    Classic(usize),
}

/// Items by what they belong to.
pub(crate) struct Grouped<T> {
    by_owner: BTreeMap<Text, Vec<Item<T>>>,
    /// Those that do not say.
    pub(crate) stray: Vec<Item<T>>,
}

impl<'a> Balancers<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, hostnames: Vec<Known<Vec<Text>>>) -> Self {
        let (current, classic, listeners) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { facts, hostnames, current, classic, listeners, rules: OnceCell::new(), groups: OnceCell::new() }
    }

    pub(crate) fn current(&self) -> &Joined<LoadBalancer> {
        self.current.get_or_init(|| self.joined(|balancer: &LoadBalancer| balancer.dns_name.get().cloned()))
    }

    pub(crate) fn classic(&self) -> &Joined<ClassicLoadBalancer> {
        self.classic.get_or_init(|| self.joined(|balancer: &ClassicLoadBalancer| balancer.dns_name.get().cloned()))
    }

    fn joined<T: Noun>(&self, dns_name: impl Fn(&T) -> Result<Text, Unknown>) -> Joined<T> {
        let items: Vec<Item<T>> = self.facts.items().collect();
        let names: Vec<Known<Text>> = items.iter().map(|item| Known::derived(|| dns_name(item.get()?))).collect();
        Joined { serving: Serving::new(names, &self.hostnames), items }
    }

    /// Whether any object has a hostname.
    pub(crate) fn is_asked(&self) -> bool {
        self.hosts().next().is_some()
    }

    /// Whether some hostname is not that of a load balancer of the current generation.
    pub(crate) fn is_classic_asked(&self) -> bool {
        self.hosts().any(|host| !matches!(self.in_current(host).peek(), Some(Some(_))))
    }

    fn hosts(&self) -> impl Iterator<Item = &Text> {
        self.hostnames.iter().filter_map(Known::peek).flatten()
    }

    fn in_current(&self, host: &str) -> Known<Option<usize>> {
        Known::derived(|| self.current().serving.find(host))
    }

    /// The load balancer of a hostname; `None` when there is none in this account and region.
    pub(crate) fn find(&self, host: &str) -> Result<Option<Found>, Unknown> {
        let current = self.in_current(host);
        if let Some(Some(number)) = current.peek() {
            return Ok(Some(Found::Current(*number)));
        }
        let classic = Known::derived(|| self.classic().serving.find(host));
        if let Some(Some(number)) = classic.peek() {
            return Ok(Some(Found::Classic(*number)));
        }
        current.get()?;
        classic.get()?;
        self.facts.complete::<LoadBalancer>()?;
        self.facts.complete::<ClassicLoadBalancer>()?;
        Ok(None)
    }

    pub(crate) fn listeners(&self) -> &Grouped<Listener> {
        self.listeners.get_or_init(|| grouped(self.facts, |listener: &Listener| listener.load_balancer.get().cloned()))
    }

    pub(crate) fn rules(&self) -> &Grouped<ListenerRule> {
        self.rules.get_or_init(|| grouped(self.facts, |rule: &ListenerRule| rule.listener.get().cloned()))
    }

    pub(crate) fn target_groups(&self) -> &[Item<TargetGroup>] {
        self.groups.get_or_init(|| self.facts.items().collect())
    }
}

fn grouped<T: Noun>(facts: &Facts<'_>, owner: impl Fn(&T) -> Result<Text, Unknown>) -> Grouped<T> {
    let mut grouped = Grouped { by_owner: BTreeMap::new(), stray: Vec::new() };
    for item in facts.items::<T>() {
        let owner = Known::derived(|| owner(item.get()?));
        match owner.peek() {
            Some(owner) => grouped.by_owner.entry(owner.clone()).or_default().push(item),
            None => grouped.stray.push(item),
        }
    }
    grouped
}

impl<T> Grouped<T> {
    /// Those that belong to it.
    pub(crate) fn of(&self, owner: &Text) -> &[Item<T>] {
        self.by_owner.get(owner).map_or(&[], Vec::as_slice)
    }
}
