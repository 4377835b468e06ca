//! Policies of an administrator: AWS's ClusterNetworkPolicy and the AdminNetworkPolicies of sig-network. They isolate
//! nothing by being there; only a rule that denies does. Semantics: the comments in
//! aws/amazon-network-policy-controller-k8s `api/v1alpha1/clusternetworkpolicy_types.go` and
//! kubernetes-sigs/network-policy-api `apis/v1alpha1/adminnetworkpolicy_types.go`.

use super::logic::any;
use super::policy::{Effect, Level, Part, Policed};
use super::selector::{Selector, label_selector, namespaces_own, pods_own};
use crate::core::ObjectMeta;
use crate::network::{
    AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy, TieredPeer, TieredRule, TieredSpec,
    TieredSubject,
};
use crate::{Given, Known, List, Unknown};

impl TieredSpec {
    fn parts(&self, level: Level) -> Result<Vec<Part>, Unknown> {
        let (namespaces, pods) = self.subject.get()?.selectors()?;
        Ok(vec![Part {
            root: "/spec".into(),
            level: Some(level),
            namespaces,
            pods,
            ingress: Known::derived(|| effect(&self.ingress, |rule| &rule.from, TieredPeer::is_every_source)),
            egress: Known::derived(|| effect(&self.egress, |rule| &rule.to, |peer| peer.reaches("0.0.0.0/0"))),
            egress_v6: Some(Known::derived(|| effect(&self.egress, |rule| &rule.to, |peer| peer.reaches("::/0")))),
            blocks: self.blocks(),
            rules: vec!["/ingress", "/egress"],
        }])
    }

    fn level(&self) -> Result<Level, Unknown> {
        match self.tier.get()?.as_str() {
            "Admin" => Ok(Level::Admin),
            "Baseline" => Ok(Level::Baseline),
            other => Err(Unknown::because(format!("{other} is no tier"))),
        }
    }

    fn blocks(&self) -> (bool, bool) {
        let peers = self.egress.peek().into_iter().flat_map(|l| l.iter()).filter_map(|r| r.peek()?.to.peek());
        let networks = peers.flat_map(|l| l.iter()).filter_map(|p| p.peek()?.networks.peek());
        let blocks = networks.flat_map(|l| l.iter()).filter_map(Known::peek);
        blocks.fold((false, false), |(v4, v6), block| (v4 || !block.contains(':'), v6 || block.contains(':')))
    }
}

impl TieredSubject {
    /// "Exactly one field must be set."
    fn selectors(&self) -> Result<(Selector, Selector), Unknown> {
        if self.namespaces.given()? != Given::Not {
            return Ok((label_selector(&self.namespaces, namespaces_own), Selector::All));
        }
        let pods = self.pods.get()?;
        if pods.namespace_selector.given()? == Given::Not || pods.pod_selector.given()? == Given::Not {
            return Err(Unknown::because("pods lacks one of its two selectors"));
        }
        Ok((label_selector(&pods.namespace_selector, namespaces_own), label_selector(&pods.pod_selector, pods_own)))
    }
}

/// Rules stand in the order in which they decide. One about everyone and without ports leaves nothing to later ones.
fn effect(
    rules: &Known<List<TieredRule>>,
    peers: fn(&TieredRule) -> &Known<List<TieredPeer>>,
    is_everyone: fn(&TieredPeer) -> Result<bool, Unknown>,
) -> Result<Effect, Unknown> {
    let Some(rules) = rules.declared()? else { return Ok(Effect::Untouched) };
    let mut allows = false;
    for rule in rules.iter() {
        let rule = rule.get()?;
        let everyone = any(peers(rule).get()?.iter().map(|peer| Known::derived(|| is_everyone(peer.get()?))));
        let blanket = *everyone.get()? && rule.ports.declared()?.is_none();
        match (rule.action.get()?.as_str(), blanket) {
            ("Deny", true) => return Ok(if allows { Effect::Isolates } else { Effect::DeniesAll }),
            ("Allow" | "Accept", true) => return Ok(Effect::Opens),
            // Delegated to the policies after it.
            ("Pass", true) => return Ok(Effect::Filters),
            ("Allow" | "Accept" | "Pass", false) => allows = true,
            ("Deny", false) => {}
            (other, _) => return Err(Unknown::because(format!("{other} is no action of a rule"))),
        }
    }
    Ok(Effect::Filters)
}

impl TieredPeer {
    /// Sources outside of the cluster cannot be named at all; every namespace is the most that a rule can say.
    fn is_every_source(&self) -> Result<bool, Unknown> {
        match self.namespaces.given()? {
            Given::Not => Ok(false),
            _ => match label_selector(&self.namespaces, namespaces_own) {
                Selector::Unclear(why) => Err(Unknown::because(why)),
                selector => Ok(selector == Selector::All),
            },
        }
    }

    /// Every namespace is not the internet. "If you Allow or Deny traffic to "0.0.0.0/0", that will allow or deny all
    /// IPv4 pod-to-pod traffic as well."
    fn reaches(&self, everywhere: &str) -> Result<bool, Unknown> {
        let Some(networks) = self.networks.declared()? else { return Ok(false) };
        Ok(networks.all_known()?.into_iter().any(|n| *n == *everywhere))
    }
}

macro_rules! tiered {
    ($($noun:ident = $title:literal at $level:expr),* $(,)?) => {$(
        impl Policed for $noun {
            const TITLE: &'static str = $title;
            const CLUSTER: bool = true;
            const LEVEL: Option<Level> = $level;
            const SELECTS: &'static str = "/subject";
            fn metadata(&self) -> &Known<ObjectMeta> {
                &self.metadata
            }
            fn parts(&self) -> Result<Vec<Part>, Unknown> {
                let spec = self.spec.get()?;
                spec.parts(Self::LEVEL.map_or_else(|| spec.level(), Ok)?)
            }
        }
    )*};
}

tiered! {
    ClusterNetworkPolicy = "ClusterNetworkPolicy" at None,
    AdminNetworkPolicy = "AdminNetworkPolicy" at Some(Level::Admin),
    BaselineAdminNetworkPolicy = "BaselineAdminNetworkPolicy" at Some(Level::Baseline),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(spec: &str) -> Result<Part, String> {
        let policy: Known<AdminNetworkPolicy> =
            serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
        Known::settled(|| policy.get()?.parts()).map(|mut parts| parts.remove(0))
    }

    fn egress(rules: &str) -> Option<Effect> {
        let part = parts(&format!(r#""subject":{{"namespaces":{{}}}},"egress":[{rules}]"#)).expect("readable");
        part.egress.peek().copied()
    }

    fn ingress(rules: &str) -> Option<Effect> {
        let part = parts(&format!(r#""subject":{{"namespaces":{{}}}},"ingress":[{rules}]"#)).expect("readable");
        assert_eq!(part.egress.peek(), Some(&Effect::Untouched));
        part.ingress.peek().copied()
    }

    #[test]
    fn only_a_rule_that_denies_everyone_isolates() {
        use Effect::{DeniesAll, Filters, Isolates, Opens};
        let deny = r#"{"action":"Deny","from":[{"namespaces":{}}]}"#;
        let some = r#"{"action":"Allow","from":[{"namespaces":{"matchLabels":{"team":"a"}}}]}"#;
        for (rules, expected) in [
            (deny.to_owned(), Some(DeniesAll)),
            (format!("{some},{deny}"), Some(Isolates)),
            (some.to_owned(), Some(Filters)),
            (format!(r#"{{"action":"Accept","from":[{{"namespaces":{{}}}}]}},{deny}"#), Some(Opens)),
            (format!(r#"{{"action":"Pass","from":[{{"namespaces":{{}}}}]}},{deny}"#), Some(Filters)),
            (r#"{"action":"Deny","from":[{"namespaces":{}}],"ports":[{"namedPort":"x"}]}"#.into(), Some(Filters)),
            (r#"{"action":"Deny","from":[{"namespaces":null}]}"#.into(), None),
            (r#"{"action":"Deny"}"#.into(), None),
            ("7".into(), None),
        ] {
            assert_eq!(ingress(&rules), expected, "{rules}");
        }
    }

    #[test]
    fn denying_every_namespace_leaves_the_internet() {
        let to = |action: &str, peer: &str| format!(r#"{{"action":"{action}","to":[{peer}]}}"#);
        let (inside, all) = (r#"{"namespaces":{}}"#, r#"{"networks":["0.0.0.0/0"]}"#);
        assert_eq!(egress(&to("Deny", inside)), Some(Effect::Filters));
        assert_eq!(egress(&to("Deny", all)), Some(Effect::DeniesAll));
        assert_eq!(egress(&format!("{},{}", to("Pass", inside), to("Deny", all))), Some(Effect::Isolates));
        assert_eq!(
            egress(&to("Accept", r#"{"networks":["fd00::/8"]},{"networks":["0.0.0.0/0"]}"#)),
            Some(Effect::Opens)
        );
        assert_eq!(egress(&to("Deny", r#"{"networks":7}"#)), None);
    }

    #[test]
    fn levels_and_families() {
        let read = |tier: &str| {
            let spec = format!(
                r#""subject":{{"namespaces":{{}}}},"egress":[{{"action":"Deny","to":[{{"networks":["::/0"]}}]}}]{tier}"#
            );
            let policy: Known<ClusterNetworkPolicy> =
                serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
            Known::settled(|| policy.get()?.parts()).map(|mut parts| parts.remove(0))
        };
        let admin = read(r#","tier":"Admin""#).expect("readable");
        assert_eq!((admin.level, admin.blocks), (Some(Level::Admin), (false, true)));
        assert_eq!(admin.egress.peek(), Some(&Effect::Filters), "no pod with IPv4 addresses is denied anything");
        assert_eq!(admin.egress_v6.as_ref().and_then(Known::peek), Some(&Effect::DeniesAll));
        assert_eq!(read(r#","tier":"Baseline""#).map(|p| p.level), Ok(Some(Level::Baseline)));
        assert!(read(r#","tier":"Middle""#).is_err() && read("").is_err());
        assert_eq!(parts(r#""subject":{"namespaces":{}}"#).map(|p| p.level), Ok(Some(Level::Admin)));
    }

    #[test]
    fn a_subject_is_one_of_two() {
        let pods = parts(r#""subject":{"pods":{"namespaceSelector":{},"podSelector":{"matchLabels":{"a":"b"}}}}"#);
        assert!(pods.is_ok_and(|p| p.namespaces == Selector::All && p.pods != Selector::All));
        assert!(parts(r#""subject":{"pods":{"podSelector":{}}}"#).is_err());
        assert!(parts(r#""subject":{"pods":{}}"#).is_err());
        assert!(parts(r#""priority":1"#).is_err());
    }
}
