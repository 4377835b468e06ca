//! What is to be gathered, and for whom: the selected rules' kinds and, through the catalogue, what those need.

use crate::error::GatherError;
use crate::kubelets::{KIND, Kubelets};
use eksamine_facts::catalogue::{self, AwsKind, CloudControlKind, Kind, KubernetesKind, Tier};
use std::collections::{BTreeMap, BTreeSet};

/// A plan. Same needs, same plan, in whatever order they are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    tier: Tier,
    kubelets: Kubelets,
    kinds: BTreeMap<String, Planned>,
}

/// Why a kind is planned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// The lowest tier that collects it.
    pub tier: Tier,
    /// The rules that declare it, or that declare a kind which needs it.
    pub rules: BTreeSet<String>,
    /// The planned kinds whose calls are made for its items.
    pub needed_by: BTreeSet<String>,
}

impl Plan {
    /// From what rules declare: `(rule, kind)`. Kinds above `tier` stay in the plan, to be said of each that it was not
    /// looked at, but nothing is gathered for their sake.
    ///
    /// # Errors
    /// [`GatherError::Kind`]: a name that is no kind, or a kind that is refused because it holds secrets.
    pub fn new<'a>(needs: impl IntoIterator<Item = (&'a str, &'a str)>, tier: Tier) -> Result<Self, GatherError> {
        Self::with_kubelets(needs, tier, None)
    }

    /// The same, where somebody says how kubelets are asked: then they are, whatever the tier.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn with_kubelets<'a>(
        needs: impl IntoIterator<Item = (&'a str, &'a str)>,
        tier: Tier,
        kubelets: Option<Kubelets>,
    ) -> Result<Self, GatherError> {
        let opted_in = |name: &str| name == KIND && kubelets.is_some();
        let tier_of = |name: &str, kind: &Kind<'_>| if opted_in(name) { 0 } else { kind.tier() };
        let mut plan = Self { tier, kubelets: kubelets.clone().unwrap_or_default(), kinds: BTreeMap::new() };
        for (rule, name) in needs {
            let refused = |source| GatherError::Kind { rule: rule.to_owned(), source };
            let above = tier_of(name, &Kind::find(name).map_err(refused)?) > tier;
            let all = if above { BTreeSet::from([name]) } else { catalogue::closure([name]).map_err(refused)? };
            for member in all {
                let kind = Kind::find(member).map_err(refused)?;
                let planned = plan.kinds.entry(member.to_owned()).or_default();
                planned.tier = tier_of(member, &kind);
                planned.rules.insert(rule.to_owned());
                let needs = if above { Vec::new() } else { kind.needs() };
                for need in needs {
                    plan.kinds.entry(need.to_owned()).or_default().needed_by.insert(member.to_owned());
                }
            }
        }
        Ok(plan)
    }

    /// The highest tier that is gathered.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// How kubelets are asked, if they are.
    #[must_use]
    pub fn kubelets(&self) -> &Kubelets {
        &self.kubelets
    }

    /// Every kind that the document will speak of.
    #[must_use]
    pub fn kinds(&self) -> &BTreeMap<String, Planned> {
        &self.kinds
    }

    /// Whether anything is to be read from AWS.
    #[must_use]
    pub fn wants_aws(&self) -> bool {
        self.within().any(|(_, kind)| !matches!(kind, Kind::Kubernetes(_)))
    }

    /// Whether anything is to be read from the API server.
    #[must_use]
    pub fn wants_kubernetes(&self) -> bool {
        self.within().any(|(_, kind)| matches!(kind, Kind::Kubernetes(_)))
    }

    /// The same, of some of the kinds.
    pub(crate) fn keeping(&self, keep: impl Fn(&Kind<'_>) -> bool) -> Self {
        let mut plan = self.clone();
        plan.kinds.retain(|name, _| Kind::find(name).is_ok_and(|kind| keep(&kind)));
        plan
    }

    /// The kinds within the tier.
    pub(crate) fn within(&self) -> impl Iterator<Item = (&str, Kind<'_>)> {
        let asked = self.kinds.iter().filter(|(_, planned)| planned.tier <= self.tier);
        asked.filter_map(|(name, _)| Some((name.as_str(), Kind::find(name).ok()?)))
    }

    /// The kinds above it.
    pub(crate) fn above(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().filter(|(_, planned)| planned.tier > self.tier).map(|(name, _)| name.as_str())
    }

    pub(crate) fn by_source(&self) -> BySource<'_> {
        let mut sorted = BySource::default();
        for (name, kind) in self.within() {
            match kind {
                Kind::Aws(row) => sorted.rows.push(row),
                Kind::CloudControl(kind) => sorted.types.push((name, kind)),
                Kind::Kubernetes(kind) => sorted.kubernetes.push((name, kind)),
            }
        }
        sorted
    }
}

/// The kinds within the tier, by who answers.
#[derive(Debug, Default)]
pub(crate) struct BySource<'a> {
    pub(crate) rows: Vec<&'static AwsKind>,
    pub(crate) types: Vec<(&'a str, CloudControlKind<'a>)>,
    pub(crate) kubernetes: Vec<(&'a str, KubernetesKind<'a>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(plan: &Plan) -> Vec<&str> {
        plan.kinds().keys().map(String::as_str).collect()
    }

    #[test]
    fn a_plan_holds_what_is_needed_and_says_for_whom() {
        let needs = [("private-nodes", "aws.ec2.instances"), ("policies", "k8s.networkpolicies.v1.networking.k8s.io")];
        let plan = Plan::new(needs, 1).expect("a plan");
        assert_eq!(kinds(&plan), ["aws.ec2.instances", "k8s.networkpolicies.v1.networking.k8s.io", "k8s.nodes.v1"]);
        let nodes = &plan.kinds()["k8s.nodes.v1"];
        assert!(nodes.rules.contains("private-nodes") && nodes.needed_by.contains("aws.ec2.instances"));
        assert!(plan.wants_aws() && plan.wants_kubernetes());
        let turned = Plan::new(needs.into_iter().rev(), 1).expect("a plan");
        assert_eq!(plan, turned);
    }

    #[test]
    fn what_is_above_the_tier_costs_nothing() {
        let kubelets = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";
        let plan = Plan::new([("kubelet", kubelets)], 1).expect("a plan");
        assert_eq!(kinds(&plan), [kubelets]);
        assert!(!plan.wants_kubernetes() && plan.above().count() == 1);
        let plan = Plan::new([("kubelet", kubelets)], 2).expect("a plan");
        assert_eq!(kinds(&plan), [kubelets, "k8s.nodes.v1"]);
        let plan = Plan::with_kubelets([("kubelet", kubelets)], 1, Some(Kubelets::Direct)).expect("a plan");
        assert_eq!(kinds(&plan), [kubelets, "k8s.nodes.v1"]);
        assert!(plan.within().count() == 2 && plan.above().count() == 0);
    }

    #[test]
    fn secrets_are_refused_with_a_sentence() {
        let refused = Plan::new([("nosy", "k8s.secrets.v1")], 2).expect_err("refused").to_string();
        assert_eq!(refused, "rule nosy: \"k8s.secrets.v1\" holds secret values, which never enter the facts");
    }
}
