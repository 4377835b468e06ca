//! Which nodes were made alike, so that the kubelet of one speaks for the others.

use crate::derive::node::{Origin, label, origin};
use crate::nodes::Node;
use crate::{Text, Unknown};
use std::fmt;

/// Labels that EKS sets on the nodes of managed groups: what they were started from.
const STARTED_FROM: [&str; 3] = [
    "eks.amazonaws.com/sourceLaunchTemplateId",
    "eks.amazonaws.com/sourceLaunchTemplateVersion",
    "eks.amazonaws.com/nodegroup-image",
];
/// Annotation that Karpenter sets on its nodes: which state of its EC2NodeClass they were started from.
const CLASS_HASH: &str = "karpenter.k8s.aws/ec2nodeclass-hash";

/// Nodes that were made alike: by the same, from the same, and running the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    origin: Origin,
    made_from: Vec<Option<Text>>,
    runs: [Text; 2],
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [image, kubelet] = &self.runs;
        write!(f, "{} ({image}, kubelet {kubelet})", self.origin)
    }
}

/// The group of a node; `None` for one of which nothing tells what it was made from.
///
/// # Errors
/// [`Unknown`] when something that decides cannot be read.
pub fn group(node: &Node) -> Result<Option<Group>, Unknown> {
    let origin = origin(node)?;
    let made_from = match &origin {
        Origin::Nodegroup(_) => STARTED_FROM.iter().map(|key| label(node, key)).collect::<Result<_, Unknown>>()?,
        Origin::Karpenter(_) => match class_hash(node)? {
            Some(hash) => vec![Some(hash)],
            None => return Ok(None),
        },
        // Nobody but AWS says what its kubelets are made from.
        Origin::AutoMode(_) => Vec::new(),
        Origin::Fargate | Origin::Hybrid | Origin::SelfManaged => return Ok(None),
    };
    let info = node.status.get()?.node_info.get()?;
    let runs = [info.os_image.get()?.clone(), info.kubelet_version.get()?.clone()];
    Ok(Some(Group { origin, made_from, runs }))
}

fn class_hash(node: &Node) -> Result<Option<Text>, Unknown> {
    let Some(annotations) = node.metadata.get()?.annotations.declared()? else { return Ok(None) };
    Ok(annotations.entry(CLASS_HASH).declared()?.map(|text| (*text).clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn of(meta: &str, version: &str) -> Result<Option<Group>, Unknown> {
        let node: Known<Node> = serde_json::from_str(&format!(
            r#"{{"metadata":{{"name":"n",{meta}}},"spec":{{"providerID":"aws:///eu-west-1a/i-0"}},
                "status":{{"nodeInfo":{{"osImage":"Amazon Linux 2023.9.1","kubeletVersion":"{version}"}}}}}}"#
        ))
        .expect("JSON");
        group(node.get().expect("a node"))
    }

    #[test]
    fn alike_is_made_by_the_same_from_the_same_and_running_the_same() {
        let managed = |image: &str| {
            format!(r#""labels":{{"eks.amazonaws.com/nodegroup":"g","eks.amazonaws.com/nodegroup-image":"{image}"}}"#)
        };
        let one = of(&managed("ami-1"), "v1.34.1");
        assert!(matches!(one, Ok(Some(_))));
        assert_eq!(one, of(&managed("ami-1"), "v1.34.1"));
        assert_ne!(one, of(&managed("ami-2"), "v1.34.1"));
        assert_ne!(one, of(&managed("ami-1"), "v1.33.5"));
        let karpenter = |hash: &str| {
            format!(
                r#""labels":{{"karpenter.sh/nodepool":"p"}},"annotations":{{"karpenter.k8s.aws/ec2nodeclass-hash":{hash}}}"#
            )
        };
        assert_eq!(of(&karpenter("\"1\""), "v1"), of(&karpenter("\"1\""), "v1"));
        assert_ne!(of(&karpenter("\"1\""), "v1"), of(&karpenter("\"2\""), "v1"));
    }

    #[test]
    fn a_node_of_unknown_making_is_like_no_other() {
        assert_eq!(of(r#""labels":{}"#, "v1"), Ok(None));
        assert_eq!(of(r#""labels":{"karpenter.sh/nodepool":"p"}"#, "v1"), Ok(None));
        assert!(
            of(r#""labels":{"eks.amazonaws.com/nodegroup":"g","eks.amazonaws.com/nodegroup-image":1}"#, "v1").is_err()
        );
        assert!(of(r#""labels":{"eks.amazonaws.com/nodegroup":"g"}"#, "").is_err());
    }
}
