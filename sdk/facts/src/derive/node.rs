//! What a node is: the machine behind it, and who made it.

use crate::nodes::Node;
use crate::{Text, Unknown};
use std::fmt;

/// Label that EKS sets: `ec2`, `auto`, `fargate`, `hybrid`.
const COMPUTE_TYPE: &str = "eks.amazonaws.com/compute-type";
/// Label that EKS sets on nodes of managed groups.
const NODEGROUP: &str = "eks.amazonaws.com/nodegroup";
/// Label that Karpenter and Auto Mode, which is built on it, set.
const NODEPOOL: &str = "karpenter.sh/nodepool";

/// The machine behind a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Machine {
    /// An EC2 instance, by its id.
    Instance(Text),
    /// Fargate's.
    Fargate,
    /// One outside of AWS, joined as an EKS hybrid node.
    Hybrid,
}

/// The machine behind a node. What `spec.providerID` tells beats labels, which anyone may set who may label nodes.
///
/// # Errors
/// [`Unknown`] when neither the provider id nor the label tells.
pub fn machine(node: &Node) -> Result<Machine, Unknown> {
    let provider = node.spec.get()?.provider_id.get()?;
    if let Some(id) = instance_id(provider) {
        return Ok(Machine::Instance(id));
    }
    if is_fargate(provider) {
        return Ok(Machine::Fargate);
    }
    // nodeadm writes eks-hybrid:///REGION/CLUSTER/NAME.
    if provider.starts_with("eks-hybrid://") {
        return Ok(Machine::Hybrid);
    }
    match label(node, COMPUTE_TYPE)?.as_deref() {
        Some("hybrid") => Ok(Machine::Hybrid),
        _ => Err(Unknown::because(format!("providerID {provider} names no machine of EC2, Fargate or hybrid nodes"))),
    }
}

/// `i-0abc` of `aws:///eu-west-1a/i-0abc`.
#[must_use]
pub fn instance_id(provider_id: &str) -> Option<Text> {
    let (zone, id) = provider_id.strip_prefix("aws://")?.rsplit_once('/')?;
    // Fargate's ids have one part more, and its last part is no instance id.
    (zone.matches('/').count() <= 1 && id.starts_with("i-")).then(|| Text::new(id))
}

/// `aws:///eu-west-1a/…/fargate-ip-10-0-2-7.eu-west-1.compute.internal`: the AWS cloud provider goes by the same prefix.
fn is_fargate(provider_id: &str) -> bool {
    let last = provider_id.strip_prefix("aws://").and_then(|rest| rest.rsplit('/').next());
    last.is_some_and(|last| last.starts_with("fargate-"))
}

/// Who made a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A managed node group, by its name.
    Nodegroup(Text),
    /// EKS Auto Mode, by its node pool if the node names one.
    AutoMode(Option<Text>),
    /// Karpenter, by its node pool.
    Karpenter(Text),
    /// Fargate.
    Fargate,
    /// Outside of AWS.
    Hybrid,
    /// Nobody that labels nodes.
    SelfManaged,
}

/// Who made a node: its machine tells, and of EC2's the labels that EKS and Karpenter set.
///
/// # Errors
/// [`Unknown`] when the machine is not known or the labels are no labels.
pub fn origin(node: &Node) -> Result<Origin, Unknown> {
    match machine(node)? {
        Machine::Fargate => return Ok(Origin::Fargate),
        Machine::Hybrid => return Ok(Origin::Hybrid),
        Machine::Instance(_) => {}
    }
    if label(node, COMPUTE_TYPE)?.as_deref() == Some("auto") {
        return Ok(Origin::AutoMode(label(node, NODEPOOL)?));
    }
    if let Some(group) = label(node, NODEGROUP)? {
        return Ok(Origin::Nodegroup(group));
    }
    Ok(label(node, NODEPOOL)?.map_or(Origin::SelfManaged, Origin::Karpenter))
}

pub(super) fn label(node: &Node, key: &str) -> Result<Option<Text>, Unknown> {
    let Some(labels) = node.metadata.get()?.labels.declared()? else { return Ok(None) };
    Ok(labels.entry(key).declared()?.map(|text| (*text).clone()))
}

impl Origin {
    /// Its kind in one word, for counts.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Nodegroup(_) => "managed",
            Self::AutoMode(_) => "Auto Mode",
            Self::Karpenter(_) => "Karpenter",
            Self::Fargate => "Fargate",
            Self::Hybrid => "hybrid",
            Self::SelfManaged => "self-managed",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodegroup(name) => write!(f, "node group {name}"),
            Self::AutoMode(Some(pool)) => write!(f, "Auto Mode node pool {pool}"),
            Self::Karpenter(pool) => write!(f, "Karpenter node pool {pool}"),
            other => f.write_str(other.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn node(provider: &str, labels: &str) -> Known<Node> {
        let json = format!(r#"{{"metadata":{{"name":"n","labels":{labels}}},"spec":{{"providerID":"{provider}"}}}}"#);
        serde_json::from_str(&json).expect("JSON")
    }

    #[test]
    fn the_provider_id_beats_labels() {
        let fargate = r#"{"eks.amazonaws.com/compute-type":"fargate"}"#;
        let hybrid = r#"{"eks.amazonaws.com/compute-type":"hybrid"}"#;
        let of = |provider: &str, labels: &str| machine(node(provider, labels).get().expect("a node"));
        assert_eq!(of("aws:///eu-west-1a/i-0abc", fargate), Ok(Machine::Instance(Text::new("i-0abc"))));
        assert_eq!(of("aws:///eu-west-1a/0c1-2f/fargate-ip-10-0-1-7", "{}"), Ok(Machine::Fargate));
        assert_eq!(of("aws:///eu-west-1a/0c1-2f/fargate-ip-10-0-1-7", hybrid), Ok(Machine::Fargate));
        assert_eq!(of("eks-hybrid:///eu-west-1/demo/mi-0abc", "{}"), Ok(Machine::Hybrid));
        assert_eq!(of("onprem://rack-1", hybrid), Ok(Machine::Hybrid));
        for elsewhere in ["gce://project/zone/vm", "gce://project/zone/fargate-ip-10-0-1-7", "aws:///eu-west-1a/x-0abc"]
        {
            assert!(of(elsewhere, fargate).is_err(), "{elsewhere}");
        }
        assert!(of("", fargate).is_err());
    }

    #[test]
    fn labels_tell_who_made_it() {
        let whose = |id: &str, labels: &str| origin(node(id, labels).get().expect("a node")).map(|o| o.to_string());
        let of = |labels: &str| whose("aws:///eu-west-1a/i-0abc", labels);
        let told = |text: &str| Ok(text.to_owned());
        assert_eq!(
            of(r#"{"eks.amazonaws.com/nodegroup":"blue","karpenter.sh/nodepool":"p"}"#),
            told("node group blue")
        );
        assert_eq!(of(r#"{"karpenter.sh/nodepool":"p"}"#), told("Karpenter node pool p"));
        let auto = r#"{"eks.amazonaws.com/compute-type":"auto","karpenter.sh/nodepool":"system"}"#;
        assert_eq!(of(auto), told("Auto Mode node pool system"));
        assert_eq!(of(r#"{"eks.amazonaws.com/compute-type":"hybrid"}"#), told("self-managed"));
        assert_eq!(of("{}"), told("self-managed"));
        assert_eq!(whose("eks-hybrid:///eu-west-1/demo/mi-0abc", "{}"), told("hybrid"));
        assert_eq!(whose("aws:///eu-west-1a/0c1-2f/fargate-ip-10-0-1-7", "{}"), told("Fargate"));
        assert!(of(r#"{"eks.amazonaws.com/nodegroup":7}"#).is_err());
    }
}
