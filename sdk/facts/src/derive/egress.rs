//! Which addresses a NetworkPolicy keeps its pods from.

use super::cidr::network;
use super::selector::{label_selector, pods_own, value_of};
use crate::network::{IpBlock, NetworkPolicySpec};
use crate::{Known, Label, Map, Unknown};
use ipnet::IpNet;

/// Whether a policy of Kubernetes' own lets its pods reach no port of an address. Policies are additive: another one may
/// let them. Ports are not looked at: a rule that names an address counts as letting them reach it.
///
/// # Errors
/// [`Unknown`] when a rule cannot be read.
pub fn closes(spec: &NetworkPolicySpec, address: &IpNet) -> Result<bool, Unknown> {
    let rules = spec.egress.declared()?;
    let affected = match spec.policy_types.declared()? {
        Some(types) => types.all_known()?.into_iter().any(|kind| **kind == *"Egress"),
        // "policies that contain an egress section are assumed to affect egress"
        None => rules.is_some(),
    };
    if !affected {
        return Ok(false);
    }
    for rule in rules.into_iter().flat_map(|rules| rules.iter()) {
        // A rule without peers, or of null, is about all destinations.
        let Some(peers) = rule.declared()?.map(|rule| rule.to.declared()).transpose()?.flatten() else {
            return Ok(false);
        };
        for peer in peers.iter() {
            // Selectors select pods, and no pod has an address of the machine's own.
            let block = peer.in_view()?.map(|peer| peer.ip_block.declared()).transpose()?.flatten();
            if let Some(block) = block
                && allows(block, address)?
            {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether a policy of Kubernetes' own is about pods with these labels.
#[must_use]
pub fn selects(spec: &NetworkPolicySpec, labels: &Known<Map<Label>>) -> Known<bool> {
    label_selector(&spec.pod_selector, pods_own).matches(&|_, key| value_of(labels, key))
}

fn allows(block: &IpBlock, address: &IpNet) -> Result<bool, Unknown> {
    if !read(block.cidr.get()?)?.contains(address) {
        return Ok(false);
    }
    for except in block.except.declared()?.into_iter().flat_map(|list| list.iter()) {
        if read(except.get()?)?.contains(address) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(cidr: &str) -> Result<IpNet, Unknown> {
    network(cidr).ok_or_else(|| Unknown::because(format!("{cidr} is no range of addresses")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spec: &str) -> Result<bool, Unknown> {
        let known: Known<NetworkPolicySpec> = serde_json::from_str(spec).expect("JSON");
        closes(known.get().expect("a policy"), &"169.254.169.254/32".parse().expect("an address"))
    }

    fn to(peers: &str) -> Result<bool, Unknown> {
        of(&format!(r#"{{"podSelector":{{}},"policyTypes":["Egress"],"egress":[{{"to":[{peers}]}}]}}"#))
    }

    #[test]
    fn an_except_closes_what_the_block_would_let_in() {
        assert_eq!(to(r#"{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.169.254/32"]}}"#), Ok(true));
        assert_eq!(to(r#"{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8","169.254.0.0/16"]}}"#), Ok(true));
        assert_eq!(to(r#"{"ipBlock":{"cidr":"0.0.0.0/0"}}"#), Ok(false));
        assert_eq!(to(r#"{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/8"]}}"#), Ok(false));
        assert_eq!(to(r#"{"ipBlock":{"cidr":"10.0.0.0/8"}},{"namespaceSelector":{}}"#), Ok(true));
        assert_eq!(to(r#"{"ipBlock":{"cidr":"::/0"}}"#), Ok(true));
        let two = r#"{"ipBlock":{"cidr":"0.0.0.0/0","except":["169.254.169.254/32"]}},{"ipBlock":{"cidr":"169.254.169.254/32"}}"#;
        assert_eq!(to(two), Ok(false));
    }

    #[test]
    fn a_policy_that_says_nothing_of_egress_closes_nothing() {
        assert_eq!(of(r#"{"podSelector":{},"policyTypes":["Ingress"]}"#), Ok(false));
        assert_eq!(of(r#"{"podSelector":{}}"#), Ok(false));
        assert_eq!(of(r#"{"policyTypes":["Egress"]}"#), Ok(true));
        assert_eq!(of(r#"{"policyTypes":["Egress"],"egress":[]}"#), Ok(true));
        for open in ["{}", "null", r#"{"ports":[{"port":443}]}"#] {
            assert_eq!(of(&format!(r#"{{"policyTypes":["Egress"],"egress":[{open}]}}"#)), Ok(false), "{open}");
        }
    }

    #[test]
    fn a_policy_is_about_the_pods_that_it_selects() {
        let about = |labels: &str| {
            let spec: Known<NetworkPolicySpec> =
                serde_json::from_str(r#"{"podSelector":{"matchLabels":{"app":"web"}}}"#).expect("JSON");
            selects(spec.get().expect("a policy"), &serde_json::from_str(labels).expect("JSON"))
        };
        assert_eq!(about(r#"{"app":"web","tier":"x"}"#), Known::value(true));
        assert_eq!((about(r#"{"app":"db"}"#), about("null")), (Known::value(false), Known::value(false)));
    }

    #[test]
    fn nonsense_is_unknown() {
        for odd in [r#"{"ipBlock":{"cidr":"everywhere"}}"#, r#"{"ipBlock":{"cidr":7}}"#, "7"] {
            assert!(to(odd).is_err(), "{odd}");
        }
    }
}
