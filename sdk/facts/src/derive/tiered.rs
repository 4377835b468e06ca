//! Policies of an administrator: AWS's ClusterNetworkPolicy and the AdminNetworkPolicies of sig-network. They isolate
//! nothing by being there; only a rule that denies does. Semantics: the comments in
//! aws/amazon-network-policy-controller-k8s `api/v1alpha1/clusternetworkpolicy_types.go` and
//! kubernetes-sigs/network-policy-api `apis/v1alpha1/adminnetworkpolicy_types.go`.

use super::logic::any;
use super::policy::{Effect, Part, Policed};
use super::selector::{Selector, label_selector, namespaces_own, pods_own};
use crate::core::ObjectMeta;
use crate::network::{
    AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy, TieredPeer, TieredRule, TieredSpec,
    TieredSubject,
};
use crate::{Given, Known, List, Unknown};

impl TieredSpec {
    fn parts(&self) -> Result<Vec<Part>, Unknown> {
        let (namespaces, pods) = self.subject.get()?.selectors()?;
        Ok(vec![Part {
            root: "/spec".into(),
            namespaces,
            pods,
            ingress: Known::derived(|| effect(&self.ingress, |rule| &rule.from)),
            egress: Known::derived(|| effect(&self.egress, |rule| &rule.to)),
            blocks: (false, false),
        }])
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

/// Rules stand in the order in which they decide. One with a peer that is every namespace and without ports leaves
/// nothing in the cluster to later ones.
fn effect(
    rules: &Known<List<TieredRule>>,
    peers: fn(&TieredRule) -> &Known<List<TieredPeer>>,
) -> Result<Effect, Unknown> {
    let Some(rules) = rules.declared()? else { return Ok(Effect::Untouched) };
    let mut allows = false;
    for rule in rules.iter() {
        let rule = rule.get()?;
        let everyone = any(peers(rule).get()?.iter().map(|peer| Known::derived(|| peer.get()?.is_everyone())));
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
    fn is_everyone(&self) -> Result<bool, Unknown> {
        match self.namespaces.given()? {
            Given::Not => {}
            _ => return Ok(label_selector(&self.namespaces, namespaces_own) == Selector::All),
        }
        let Some(networks) = self.networks.declared()? else { return Ok(false) };
        Ok(networks.all_known()?.into_iter().any(|n| *n == *"0.0.0.0/0" || *n == *"::/0"))
    }
}

macro_rules! tiered {
    ($($noun:ident = $title:literal),* $(,)?) => {$(
        impl Policed for $noun {
            const TITLE: &'static str = $title;
            const CLUSTER: bool = true;
            const SELECTS: &'static str = "/subject";
            fn metadata(&self) -> &Known<ObjectMeta> {
                &self.metadata
            }
            fn parts(&self) -> Result<Vec<Part>, Unknown> {
                self.spec.get()?.parts()
            }
        }
    )*};
}

tiered! {
    ClusterNetworkPolicy = "ClusterNetworkPolicy",
    AdminNetworkPolicy = "AdminNetworkPolicy",
    BaselineAdminNetworkPolicy = "BaselineAdminNetworkPolicy",
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(spec: &str) -> Result<Part, String> {
        let policy: Known<AdminNetworkPolicy> =
            serde_json::from_str(&format!(r#"{{"spec":{{{spec}}}}}"#)).expect("JSON");
        Known::settled(|| policy.get()?.parts()).map(|mut parts| parts.remove(0))
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
            (r#"{"action":"Deny","from":[{"networks":["0.0.0.0/0"]}]}"#.into(), Some(DeniesAll)),
            (r#"{"action":"Deny","from":[{"namespaces":{}}],"ports":[{"namedPort":"x"}]}"#.into(), Some(Filters)),
            (r#"{"action":"Deny","from":[{"namespaces":null}]}"#.into(), None),
            (r#"{"action":"Deny"}"#.into(), None),
            ("7".into(), None),
        ] {
            assert_eq!(ingress(&rules), expected, "{rules}");
        }
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
