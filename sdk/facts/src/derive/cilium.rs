//! Cilium's policies. Semantics: docs.cilium.io, "Policy Enforcement Modes" and "Layer 3 Policies", and the comments
//! in cilium/cilium `pkg/policy/api/rule.go`.

use super::logic::any;
use super::policy::{Effect, Level, Part, Policed};
use super::selector::{Selector, Whose, label_selector};
use crate::core::ObjectMeta;
use crate::known::State;
use crate::network::{
    CiliumClusterwideNetworkPolicy, CiliumEgress, CiliumIngress, CiliumNetworkPolicy, CiliumRule, DefaultDeny,
};
use crate::{Anything, Fact, Given, Known, List, Text, Unknown};
use smol_str::SmolStr;

/// A selector's key may name its source (`k8s:`, `any:`) and labels that Cilium itself gives to endpoints.
fn owner(key: &str) -> Result<(Whose, SmolStr), String> {
    let key = key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key);
    if key == "io.kubernetes.pod.namespace" {
        return Ok((Whose::NamespaceName, SmolStr::default()));
    }
    if let Some(label) = key.strip_prefix("io.cilium.k8s.namespace.labels.") {
        return Ok((Whose::Namespace, SmolStr::new(label)));
    }
    if key.starts_with("io.cilium.k8s.policy.") || key.starts_with("reserved:") {
        return Err(format!("Cilium gives the label {key} to endpoints; it is not among the facts"));
    }
    Ok((Whose::Pod, SmolStr::new(key)))
}

fn parts(spec: &Known<CiliumRule>, specs: &Known<List<CiliumRule>>) -> Result<Vec<Part>, Unknown> {
    let mut parts = Vec::new();
    if let Some(rule) = spec.declared()? {
        parts.extend(part(rule, "/spec".into())?);
    }
    for (index, rule) in specs.declared()?.into_iter().flat_map(|l| l.iter()).enumerate() {
        parts.extend(part(rule.get()?, format!("/specs/{index}"))?);
    }
    if parts.is_empty() && spec.declared()?.is_none() && specs.declared()?.is_none() {
        return Err(Unknown::because("neither spec nor specs is there"));
    }
    Ok(parts)
}

/// `None` for a rule about nodes.
fn part(rule: &CiliumRule, root: String) -> Result<Option<Part>, Unknown> {
    if rule.endpoint_selector.given()? == Given::Not {
        return match rule.node_selector.given()? {
            Given::Not => Err(Unknown::because("neither endpointSelector nor nodeSelector is there")),
            _ => Ok(None),
        };
    }
    Ok(Some(Part {
        root,
        level: Some(Level::Own),
        namespaces: Selector::All,
        pods: label_selector(&rule.endpoint_selector, owner),
        ingress: Known::derived(|| {
            effect(&rule.ingress, &rule.ingress_deny, rule.forced(|d| &d.ingress)?, CiliumIngress::is_open)
        }),
        egress: Known::derived(|| {
            effect(&rule.egress, &rule.egress_deny, rule.forced(|d| &d.egress)?, CiliumEgress::is_open)
        }),
        egress_v6: None,
        blocks: (false, false),
        rules: rule.places(),
    }))
}

impl CiliumRule {
    /// The fields that are there; few rules have more than one of them.
    fn places(&self) -> Vec<&'static str> {
        let lists = [
            ("/ingress", self.ingress.state == State::Absent),
            ("/ingressDeny", self.ingress_deny.state == State::Absent),
            ("/egress", self.egress.state == State::Absent),
            ("/egressDeny", self.egress_deny.state == State::Absent),
            ("/enableDefaultDeny", self.enable_default_deny.state == State::Absent),
        ];
        lists.into_iter().filter(|(_, absent)| !absent).map(|(place, _)| place).collect()
    }

    fn forced(&self, direction: fn(&DefaultDeny) -> &Known<bool>) -> Result<Option<bool>, Unknown> {
        match self.enable_default_deny.declared()? {
            Some(deny) => Ok(direction(deny).declared()?.copied()),
            None => Ok(None),
        }
    }
}

/// Rules of a direction put the endpoint into default deny, unless `enableDefaultDeny` says otherwise. A rule of `{}`
/// allows nothing: that is Cilium's way to write a default deny.
fn effect<R: Fact>(
    allowed: &Known<List<R>>,
    denied: &Known<List<Anything>>,
    forced: Option<bool>,
    is_open: fn(&R) -> Result<bool, Unknown>,
) -> Result<Effect, Unknown> {
    let allowed = allowed.declared()?;
    let has_rules = allowed.is_some() || denied.declared()?.is_some();
    if !forced.unwrap_or(has_rules) {
        return Ok(if has_rules { Effect::Filters } else { Effect::Untouched });
    }
    let Some(rules) = allowed else { return Ok(Effect::DeniesAll) };
    let open = |rule: &Known<R>| Known::derived(|| rule.declared()?.map_or(Ok(false), is_open));
    let open = any(rules.iter().map(open));
    if *open.get()? {
        return Ok(Effect::Opens);
    }
    let mut denies_all = true;
    for rule in rules.iter() {
        denies_all &= rule.declared()?.is_none();
    }
    Ok(if denies_all { Effect::DeniesAll } else { Effect::Isolates })
}

impl CiliumIngress {
    fn is_open(&self) -> Result<bool, Unknown> {
        is_open(&self.from_entities, &self.to_ports, &self.icmps)
    }
}

impl CiliumEgress {
    fn is_open(&self) -> Result<bool, Unknown> {
        is_open(&self.to_entities, &self.to_ports, &self.icmps)
    }
}

/// The entity `all` is "the combination of all known clusters as well as world", and no port narrows it.
fn is_open(
    entities: &Known<List<Text>>,
    ports: &Known<List<Anything>>,
    icmps: &Known<List<Anything>>,
) -> Result<bool, Unknown> {
    let Some(entities) = entities.declared()? else { return Ok(false) };
    let all = entities.all_known()?.into_iter().any(|e| *e == *"all");
    Ok(all && ports.declared()?.is_none() && icmps.declared()?.is_none())
}

impl Policed for CiliumNetworkPolicy {
    const TITLE: &'static str = "CiliumNetworkPolicy";
    const CLUSTER: bool = false;
    const SELECTS: &'static str = "/endpointSelector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        parts(&self.spec, &self.specs)
    }
}

impl Policed for CiliumClusterwideNetworkPolicy {
    const TITLE: &'static str = "CiliumClusterwideNetworkPolicy";
    const CLUSTER: bool = true;
    const SELECTS: &'static str = "/endpointSelector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        parts(&self.spec, &self.specs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(json: &str) -> Result<Vec<Part>, String> {
        let policy: Known<CiliumNetworkPolicy> = serde_json::from_str(json).expect("JSON");
        Known::settled(|| policy.get()?.parts())
    }

    fn effects(rule: &str) -> [Option<Effect>; 2] {
        let spec = format!(r#"{{"spec":{{"endpointSelector":{{}}{rule}}}}}"#);
        let parts = one(&spec).expect("readable");
        [parts[0].ingress.peek().copied(), parts[0].egress.peek().copied()]
    }

    #[test]
    fn a_direction_with_rules_is_in_default_deny() {
        use Effect::{DeniesAll, Filters, Isolates, Opens, Untouched};
        for (rule, expected) in [
            ("", [Some(Untouched), Some(Untouched)]),
            (r#","ingress":[]"#, [Some(Untouched), Some(Untouched)]),
            (r#","ingress":[{}]"#, [Some(DeniesAll), Some(Untouched)]),
            (r#","egress":[{"toEndpoints":[{}]}]"#, [Some(Untouched), Some(Isolates)]),
            (r#","ingress":[{"fromEntities":["world","all"]}]"#, [Some(Opens), Some(Untouched)]),
            (r#","ingress":[{"fromEntities":["all"],"toPorts":[{"ports":[]}]}]"#, [Some(Isolates), Some(Untouched)]),
            (r#","ingressDeny":[{"fromEntities":["world"]}]"#, [Some(DeniesAll), Some(Untouched)]),
            (r#","ingress":[{}],"enableDefaultDeny":{"ingress":false}"#, [Some(Filters), Some(Untouched)]),
            (r#","enableDefaultDeny":{"egress":true}"#, [Some(Untouched), Some(DeniesAll)]),
            (r#","ingress":"x""#, [None, Some(Untouched)]),
            (r#","enableDefaultDeny":{"egress":1}"#, [Some(Untouched), None]),
        ] {
            assert_eq!(effects(rule), expected, "{rule}");
        }
    }

    #[test]
    fn rules_about_nodes_are_not_about_pods() {
        assert_eq!(one(r#"{"spec":{"nodeSelector":{},"ingress":[{}]}}"#).map(|p| p.len()), Ok(0));
        assert_eq!(one(r#"{"specs":[{"endpointSelector":{}},{"endpointSelector":{}}]}"#).map(|p| p.len()), Ok(2));
        assert!(one(r#"{"spec":{"ingress":[{}]}}"#).is_err());
        assert!(one(r#"{"metadata":{"name":"x"}}"#).is_err());
    }

    #[test]
    fn keys_say_whose_label_they_are() {
        assert_eq!(owner("k8s:app"), Ok((Whose::Pod, "app".into())));
        assert_eq!(owner("any:io.kubernetes.pod.namespace").map(|o| o.0), Ok(Whose::NamespaceName));
        assert_eq!(owner("io.cilium.k8s.namespace.labels.team"), Ok((Whose::Namespace, "team".into())));
        assert!(owner("io.cilium.k8s.policy.serviceaccount").is_err());
    }
}
