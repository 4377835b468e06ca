//! What a finding about a pod names: the workload, as its users call it.

use super::selector::{Value, value_of};
use crate::core::ObjectMeta;

/// What owns a pod, a Deployment rather than its ReplicaSet; the pod itself where nothing owns it; `None` when that is
/// not known. For the identity of findings only.
#[must_use]
pub fn owner(metadata: &ObjectMeta) -> Option<String> {
    let owned = || {
        let owner = metadata.owner_references.peek()?.first()?.peek()?;
        let namespace = metadata.namespace.peek()?;
        let version = owner.api_version.peek()?;
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let (kind, name) = deployment(metadata, owner.kind.peek()?, owner.name.peek()?);
        // A node owns the mirrors of its static pods.
        if kind == "Node" {
            return None;
        }
        Some(format!("k8s:{group}/{version}/{kind}/{namespace}/{name}"))
    };
    owned().or_else(|| pod(metadata))
}

/// The pod itself; `None` when its name is not known.
#[must_use]
pub fn pod(metadata: &ObjectMeta) -> Option<String> {
    Some(format!("k8s:/v1/Pod/{}/{}", metadata.namespace.peek()?, metadata.name.peek()?))
}

/// A Deployment names its ReplicaSets by its own name and the hash of the pods' template.
fn deployment<'m>(metadata: &ObjectMeta, kind: &'m str, name: &'m str) -> (&'m str, &'m str) {
    let Value::Is(hash) = value_of(&metadata.labels, "pod-template-hash") else { return (kind, name) };
    match name.strip_suffix(hash.as_str()).and_then(|name| name.strip_suffix('-')) {
        Some(deployment) if kind == "ReplicaSet" => ("Deployment", deployment),
        _ => (kind, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn of(json: &str) -> Option<String> {
        let metadata: Known<ObjectMeta> = serde_json::from_str(json).expect("JSON");
        owner(metadata.get().expect("metadata"))
    }

    #[test]
    fn a_pod_is_its_workloads() {
        let owned = |owner: &str| {
            of(&format!(
                r#"{{"namespace":"shop","name":"web-1f-x","labels":{{"pod-template-hash":"1f"}},"ownerReferences":[{owner}]}}"#
            ))
        };
        let told = |text: &str| Some(text.to_owned());
        let replicas = r#"{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1f"}"#;
        assert_eq!(owned(replicas), told("k8s:apps/v1/Deployment/shop/web"));
        let job = r#"{"apiVersion":"batch/v1","kind":"Job","name":"web-1f"}"#;
        assert_eq!(owned(job), told("k8s:batch/v1/Job/shop/web-1f"));
        let node = r#"{"apiVersion":"v1","kind":"Node","name":"ip-1"}"#;
        assert_eq!(owned(node), told("k8s:/v1/Pod/shop/web-1f-x"));
        assert_eq!(owned(r#"{"kind":"Job"}"#), told("k8s:/v1/Pod/shop/web-1f-x"));
        assert_eq!(of(r#"{"namespace":"shop","name":"a"}"#), told("k8s:/v1/Pod/shop/a"));
        assert_eq!(of(r#"{"name":"a"}"#), None);
    }
}
