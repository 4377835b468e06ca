//! What a network policy does, in one form for all engines.

use super::coverage::Direction;
use super::logic::any;
use super::selector::{Selector, label_selector, pods_own};
use crate::core::ObjectMeta;
use crate::known::State;
use crate::network::{ApplicationNetworkPolicy, EgressRule, IngressRule, NetworkPolicy, NetworkPolicySpec, Peer};
use crate::{Known, List, Noun, Text, Unknown};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a policy does to one direction of the pods it selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    Untouched,
    /// Allows everything: a rule with neither peers nor ports.
    Opens,
    /// Decides about some traffic and lets the rest be.
    Filters,
    /// Denies all that its rules do not allow.
    Isolates,
    /// Denies everything.
    DeniesAll,
}

impl Effect {
    /// Whether what is not allowed is denied.
    #[must_use]
    pub const fn isolates(self) -> bool {
        matches!(self, Self::Isolates | Self::DeniesAll)
    }
}

/// When a policy is asked: what an earlier level decides, no later one can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Of an administrator, before all others.
    Admin,
    /// Of those who own the pods. Policies of this level are additive.
    Own,
    /// Of an administrator, for what no other policy decides.
    Baseline,
}

/// One rule set of a policy. Most policies have one.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it stands in its item.
    pub root: String,
    /// When it is asked; `None` for one that could not be read, if its kind does not say it.
    pub level: Option<Level>,
    /// Namespaces it is about; of a policy that lives in one, this is not asked.
    pub namespaces: Selector,
    /// Pods it is about.
    pub pods: Selector,
    /// What comes in.
    pub ingress: Known<Effect>,
    /// What goes out.
    pub egress: Known<Effect>,
    /// What goes out of pods with IPv6 addresses, where that is not the same.
    pub egress_v6: Option<Known<Effect>>,
    /// Whether its rules name blocks of IPv4 and of IPv6 addresses.
    pub blocks: (bool, bool),
    /// Below `root`, where it says what it does to them.
    pub rules: Vec<&'static str>,
}

impl Part {
    fn unreadable(level: Option<Level>, why: &str) -> Self {
        let lost = || Known::lost(why.to_owned());
        let unclear = || Selector::Unclear(why.to_owned());
        Self {
            root: "/spec".into(),
            level,
            namespaces: unclear(),
            pods: unclear(),
            ingress: lost(),
            egress: lost(),
            egress_v6: None,
            blocks: (false, false),
            rules: Vec::new(),
        }
    }
}

/// A noun that is a network policy.
pub trait Policed: Noun {
    /// Its kind, as Kubernetes names it.
    const TITLE: &'static str;
    /// Whether it lives in no namespace and is about the cluster.
    const CLUSTER: bool;
    /// When it is asked; `None` when each policy says it for itself.
    const LEVEL: Option<Level> = Some(Level::Own);
    /// Below [`Part::root`], where it says which pods it is about.
    const SELECTS: &'static str;
    /// Name and namespace.
    fn metadata(&self) -> &Known<ObjectMeta>;
    /// Its rule sets.
    ///
    /// # Errors
    /// [`Unknown`] when none can be read.
    fn parts(&self) -> Result<Vec<Part>, Unknown>;
}

/// A rule set of a policy of any kind, or the doubt that an unread one leaves.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `NetworkPolicy default-deny`
    pub title: String,
    /// Whether it is about the cluster.
    pub cluster: bool,
    /// Whether it is only a doubt: a kind or an item that could not be read.
    pub doubt: bool,
    /// Where it says which pods it is about.
    pub selects_at: String,
    /// Where it says what it does to them.
    pub rules_at: Vec<String>,
    /// The rule set.
    pub part: Part,
    /// Why its namespace is not known, when it is not.
    pub(super) lost: Option<String>,
}

/// The policies of a cluster, by namespace.
#[derive(Debug, Default)]
pub struct Policies {
    pub(super) here: BTreeMap<SmolStr, Vec<Policy>>,
    /// Of the cluster, or of a namespace that is not known.
    pub(super) anywhere: Vec<Policy>,
}

impl Policies {
    /// Adds an item of a kind. One that cannot be read may be about any pod.
    pub fn read<T: Policed>(&mut self, noun: &Known<T>, place: &str) {
        let metadata = |field: fn(&ObjectMeta) -> &Known<Text>| {
            Known::settled(|| field(noun.get()?.metadata().get()?).get().cloned())
        };
        let title = metadata(|m| &m.name)
            .map_or_else(|_| format!("a {} whose name is not known", T::TITLE), |name| format!("{} {name}", T::TITLE));
        let home = if T::CLUSTER { Ok(None) } else { metadata(|m| &m.namespace).map(Some) };
        let parts = Known::settled(|| noun.get()?.parts());
        let doubt = parts.is_err();
        for mut part in parts.unwrap_or_else(|why| vec![Part::unreadable(T::LEVEL, &why)]) {
            part.blame(&title);
            let at = |field: &str| format!("{place}{}{field}", part.root);
            let (selects_at, rules_at) = (at(T::SELECTS), part.rules.iter().map(|field| at(field)).collect());
            let lost = home.as_ref().err().map(|why| format!("{title}: {why}"));
            let policy = Policy { title: title.clone(), cluster: T::CLUSTER, doubt, selects_at, rules_at, part, lost };
            match &home {
                Ok(Some(namespace)) => self.here.entry(SmolStr::new(namespace.as_str())).or_default().push(policy),
                _ => self.anywhere.push(policy),
            }
        }
    }

    /// Adds the doubt that remains when a kind could not be read as a whole. `whole` is `Facts::whole`.
    pub fn unless<T: Policed>(&mut self, whole: &Known<()>) {
        if whole.peek().is_none() {
            let why = whole.reason();
            self.anywhere.push(Policy {
                title: T::TITLE.to_owned(),
                cluster: T::CLUSTER,
                doubt: true,
                selects_at: format!("/facts/{}/status", T::KIND),
                rules_at: Vec::new(),
                part: Part::unreadable(T::LEVEL, &why),
                lost: Some(why),
            });
        }
    }

    /// The label keys of pods that any selector asks for, sorted.
    #[must_use]
    pub fn pod_keys(&self) -> Vec<SmolStr> {
        let mut keys = BTreeSet::new();
        for policy in self.here.values().flatten().chain(&self.anywhere) {
            policy.part.pods.pod_keys(&mut |key| {
                keys.insert(key.clone());
            });
        }
        keys.into_iter().collect()
    }
}

impl Part {
    /// Says in the reasons of what is unclear which policy it is.
    fn blame(&mut self, title: &str) {
        self.namespaces.blame(title);
        self.pods.blame(title);
        for effect in [&mut self.ingress, &mut self.egress].into_iter().chain(&mut self.egress_v6) {
            if let State::Lost(why) = &mut effect.state {
                *why = format!("{title}: {why}");
            }
        }
    }
}

/// Whether a policy that does not say its types affects a direction: (direction, it has rules for it).
type Assumed = fn(Direction, bool) -> bool;

impl NetworkPolicySpec {
    /// As the API reference of NetworkPolicySpec says, field by field.
    fn part(&self, assumed: Assumed) -> Part {
        Part {
            root: "/spec".into(),
            level: Some(Level::Own),
            namespaces: Selector::All,
            pods: label_selector(&self.pod_selector, pods_own),
            ingress: Known::derived(|| {
                effect(self.affects(Direction::Ingress, &self.ingress, assumed)?, &self.ingress, IngressRule::is_open)
            }),
            egress: Known::derived(|| {
                effect(self.affects(Direction::Egress, &self.egress, assumed)?, &self.egress, EgressRule::is_open)
            }),
            egress_v6: None,
            blocks: self.blocks(),
            rules: vec!["/policyTypes", "/ingress", "/egress"],
        }
    }

    fn affects<R>(&self, direction: Direction, rules: &Known<List<R>>, assumed: Assumed) -> Result<bool, Unknown> {
        match self.policy_types.declared()? {
            Some(types) => Ok(types.all_known()?.into_iter().any(|t| **t == *direction.policy_type())),
            None => Ok(assumed(direction, rules.declared()?.is_some())),
        }
    }

    fn blocks(&self) -> (bool, bool) {
        let from = self.ingress.peek().into_iter().flat_map(|l| l.iter()).filter_map(|r| r.peek()?.from.peek());
        let to = self.egress.peek().into_iter().flat_map(|l| l.iter()).filter_map(|r| r.peek()?.to.peek());
        let cidrs =
            from.chain(to).flat_map(|peers| peers.iter()).filter_map(|p| p.peek()?.ip_block.peek()?.cidr.peek());
        cidrs.fold((false, false), |(v4, v6), cidr| (v4 || !cidr.contains(':'), v6 || cidr.contains(':')))
    }
}

/// No rules: nothing is allowed. An open rule: everything is.
fn effect<R: crate::Fact>(
    affected: bool,
    rules: &Known<List<R>>,
    is_open: fn(&R) -> Result<bool, Unknown>,
) -> Result<Effect, Unknown> {
    if !affected {
        return Ok(Effect::Untouched);
    }
    let Some(rules) = rules.declared()? else { return Ok(Effect::DeniesAll) };
    // The API server reads a rule of null as `{}`.
    let open = |rule: &Known<R>| Known::derived(|| rule.declared()?.map_or(Ok(true), is_open));
    let open = any(rules.iter().map(open));
    Ok(if *open.get()? { Effect::Opens } else { Effect::Isolates })
}

impl IngressRule {
    fn is_open(&self) -> Result<bool, Unknown> {
        Ok(is_unrestricted(&self.from)? && self.ports.declared()?.is_none())
    }
}

impl EgressRule {
    fn is_open(&self) -> Result<bool, Unknown> {
        Ok(is_unrestricted(&self.to)? && self.ports.declared()?.is_none())
    }
}

/// "If this field is empty or missing, this rule matches all sources."
fn is_unrestricted(peers: &Known<List<Peer>>) -> Result<bool, Unknown> {
    match peers.declared()? {
        Some(peers) => peers.all_known().map(|_| false),
        None => Ok(true),
    }
}

impl Policed for NetworkPolicy {
    const TITLE: &'static str = "NetworkPolicy";
    const CLUSTER: bool = false;
    const SELECTS: &'static str = "/podSelector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        // "If this field is not specified, it will default based on the existence of ingress or egress rules; policies
        // that contain an egress section are assumed to affect egress, and all policies (whether or not they contain an
        // ingress section) are assumed to affect ingress."
        parts(&self.spec, |direction, has_rules| direction == Direction::Ingress || has_rules)
    }
}

impl Policed for ApplicationNetworkPolicy {
    const TITLE: &'static str = "ApplicationNetworkPolicy";
    const CLUSTER: bool = false;
    const SELECTS: &'static str = "/podSelector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        // Of a custom resource the API server fills in no types, and AWS's controller hands them on as they are: without
        // them a direction without rules is not isolated.
        parts(&self.spec, |_, has_rules| has_rules)
    }
}

/// Every field of a spec may be absent.
fn parts(spec: &Known<NetworkPolicySpec>, assumed: Assumed) -> Result<Vec<Part>, Unknown> {
    Ok(vec![match spec.in_view()? {
        Some(spec) => spec.part(assumed),
        None => NetworkPolicySpec::default().part(assumed),
    }])
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
