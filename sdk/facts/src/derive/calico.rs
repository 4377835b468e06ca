//! Calico's policies. Semantics: the comments in projectcalico/calico
//! `api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go` and `policy_common.go`; docs.tigera.io, "Network policy" and
//! "Global network policy".

use super::expression::parse;
use super::policy::{Effect, Level, Part, Policed};
use super::selector::{Owner, Selector, Whose, namespaces_own};
use crate::core::ObjectMeta;
use crate::network::{CalicoGlobalNetworkPolicy, CalicoNetworkPolicy, CalicoRule, CalicoSpec};
use crate::{Known, List, Text, Unknown};
use smol_str::SmolStr;

/// Endpoints also carry labels that Calico makes of their namespace and service account.
fn owner(key: &str) -> Result<(Whose, SmolStr), String> {
    if key == "projectcalico.org/namespace" {
        return Ok((Whose::NamespaceName, SmolStr::default()));
    }
    if let Some(label) = key.strip_prefix("pcns.") {
        return Ok((Whose::Namespace, SmolStr::new(label)));
    }
    if key.starts_with("projectcalico.org/") || key.starts_with("pcsa.") {
        return Err(format!("Calico gives the label {key} to endpoints; it is not among the facts"));
    }
    Ok((Whose::Pod, SmolStr::new(key)))
}

/// Keys of `namespaceSelector`, among which Calico puts the namespace's name.
fn namespace_owner(key: &str) -> Result<(Whose, SmolStr), String> {
    if key == "projectcalico.org/name" { Ok((Whose::NamespaceName, SmolStr::default())) } else { namespaces_own(key) }
}

/// "all() or the empty selector -> matches all endpoints."
fn selector(text: &Known<Text>, owner: Owner) -> Selector {
    Known::settled(|| {
        let Some(text) = text.declared()? else { return Ok(Selector::All) };
        parse(text, owner).map_err(Unknown::because)
    })
    .unwrap_or_else(Selector::Unclear)
}

impl CalicoSpec {
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        // These two are only for host endpoints.
        let host_only = |field: &Known<bool>| Ok::<_, Unknown>(field.declared()?.copied().unwrap_or(false));
        if host_only(&self.do_not_track)? || host_only(&self.pre_dnat)? {
            return Ok(Vec::new());
        }
        Ok(vec![Part {
            root: "/spec".into(),
            level: Some(Level::Own),
            namespaces: selector(&self.namespace_selector, namespace_owner),
            pods: self.pods(),
            ingress: Known::derived(|| self.effect("Ingress", &self.ingress)),
            egress: Known::derived(|| self.effect("Egress", &self.egress)),
            egress_v6: None,
            blocks: (false, false),
            rules: vec!["/types", "/ingress", "/egress"],
        }])
    }

    fn pods(&self) -> Selector {
        let pods = selector(&self.selector, owner);
        match selector(&self.service_account_selector, namespaces_own) {
            Selector::All => pods,
            Selector::Unclear(why) => Selector::And(vec![pods, Selector::Unclear(why)]),
            _ => Selector::And(vec![
                pods,
                Selector::Unclear(
                    "it selects pods by the labels of their service accounts, which are not among the facts".into(),
                ),
            ]),
        }
    }

    /// "The default is: Ingress, if there are no Egress rules; Egress, if there are Egress rules but no Ingress rules;
    /// both, if there are both."
    fn affects(&self, direction: &str) -> Result<bool, Unknown> {
        let has = |rules: &Known<List<CalicoRule>>| Ok::<_, Unknown>(rules.declared()?.is_some());
        match self.types.declared()? {
            Some(types) => Ok(types.all_known()?.into_iter().any(|t| *t == *direction)),
            None if direction == "Egress" => has(&self.egress),
            None => Ok(has(&self.ingress)? || !has(&self.egress)?),
        }
    }

    /// The first rule that matches decides; what none matches is denied at the end of the tier `default`.
    fn effect(&self, direction: &str, rules: &Known<List<CalicoRule>>) -> Result<Effect, Unknown> {
        if !self.affects(direction)? {
            return Ok(Effect::Untouched);
        }
        let tier = self.tier.declared()?.filter(|tier| **tier != *"default");
        let mut allows = false;
        for rule in rules.declared()?.into_iter().flat_map(|l| l.iter()) {
            let rule = rule.get()?;
            match (rule.action.get()?.as_str(), rule.matches_everything()?) {
                ("Deny", true) => return Ok(if allows { Effect::Isolates } else { Effect::DeniesAll }),
                ("Pass", true) if tier.is_some() => return Ok(Effect::Filters),
                ("Allow" | "Pass", true) => return Ok(Effect::Opens),
                ("Allow" | "Pass", false) => allows = true,
                ("Deny" | "Log", _) => {}
                (other, _) => return Err(Unknown::because(format!("{other} is no action of a rule"))),
            }
        }
        match tier {
            Some(tier) => {
                Err(Unknown::because(format!("the default action of the tier {tier} is not among the facts")))
            }
            None if allows => Ok(Effect::Isolates),
            None => Ok(Effect::DeniesAll),
        }
    }
}

/// Every field of a spec may be absent.
fn parts(spec: &Known<CalicoSpec>) -> Result<Vec<Part>, Unknown> {
    match spec.in_view()? {
        Some(spec) => spec.parts(),
        None => CalicoSpec::default().parts(),
    }
}

impl CalicoRule {
    fn matches_everything(&self) -> Result<bool, Unknown> {
        let mut narrowed = self.ip_version.declared()?.is_some();
        for protocol in [&self.protocol, &self.not_protocol] {
            narrowed |= protocol.declared()?.is_some();
        }
        for criteria in [&self.icmp, &self.not_icmp, &self.source, &self.destination, &self.http] {
            narrowed |= criteria.declared()?.is_some();
        }
        Ok(!narrowed)
    }
}

impl Policed for CalicoNetworkPolicy {
    const TITLE: &'static str = "Calico NetworkPolicy";
    const CLUSTER: bool = false;
    const SELECTS: &'static str = "/selector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        parts(&self.spec)
    }
}

impl Policed for CalicoGlobalNetworkPolicy {
    const TITLE: &'static str = "Calico GlobalNetworkPolicy";
    const CLUSTER: bool = true;
    const SELECTS: &'static str = "/selector";
    fn metadata(&self) -> &Known<ObjectMeta> {
        &self.metadata
    }
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        parts(&self.spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(spec: &str) -> Option<Part> {
        let policy: Known<CalicoGlobalNetworkPolicy> =
            serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
        Known::settled(|| policy.get()?.parts()).expect("readable").pop()
    }

    fn effects(spec: &str) -> [Option<Effect>; 2] {
        let part = part(spec).expect("about pods");
        [part.ingress.peek().copied(), part.egress.peek().copied()]
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        use Effect::{DeniesAll, Filters, Isolates, Opens, Untouched};
        for (spec, expected) in [
            (r#""selector":"all()""#, [Some(DeniesAll), Some(Untouched)]),
            (r#""types":["Egress"]"#, [Some(Untouched), Some(DeniesAll)]),
            (r#""egress":[{"action":"Allow"}]"#, [Some(Untouched), Some(Opens)]),
            (r#""ingress":[{"action":"Allow","source":{"nets":["10.0.0.0/8"]}}]"#, [Some(Isolates), Some(Untouched)]),
            (r#""ingress":[{"action":"Allow","source":{}}]"#, [Some(Opens), Some(Untouched)]),
            (r#""ingress":[{"action":"Allow","source":"x"}]"#, [None, Some(Untouched)]),
            (r#""ingress":[{"action":"Allow","protocol":6,"ipVersion":4}]"#, [Some(Isolates), Some(Untouched)]),
            (
                r#""ingress":[{"action":"Log"},{"action":"Deny"},{"action":"Allow"}]"#,
                [Some(DeniesAll), Some(Untouched)],
            ),
            (r#""ingress":[{"action":"Pass"}],"tier":"security""#, [Some(Filters), Some(Untouched)]),
            (r#""ingress":[{"action":"Deny","protocol":"TCP"}],"tier":"security""#, [None, Some(Untouched)]),
            (r#""ingress":[{"action":"Permit"}]"#, [None, Some(Untouched)]),
            (r#""ingress":7"#, [None, Some(Untouched)]),
        ] {
            assert_eq!(effects(spec), expected, "{spec}");
        }
    }

    #[test]
    fn selectors_of_policies() {
        assert!(part(r#""doNotTrack":true"#).is_none());
        assert_eq!(part(r#""types":["Ingress"]"#).map(|p| p.pods), Some(Selector::All));
        let by_account = part(r#""serviceAccountSelector":"has(x)""#).map(|p| p.pods);
        assert!(matches!(by_account, Some(Selector::And(_))));
        let broken = part(r#""selector":"has(""#).map(|p| p.pods);
        assert!(matches!(broken, Some(Selector::Unclear(_))));
        assert_eq!(owner("pcns.team"), Ok((Whose::Namespace, "team".into())));
        assert!(owner("pcsa.team").is_err());
    }
}
