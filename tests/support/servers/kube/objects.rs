//! Objects that tests put into a cluster.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Kube, Object};

/// A namespace of that name with so many pods.
pub fn fill(kube: &Kube, namespace: &str, pods: usize) -> Result<()> {
    make_namespace(kube, namespace)?;
    let list = format!("/api/v1/namespaces/{namespace}/pods");
    let pod = |i| {
        let containers = json!([{"name": "c", "image": "i"}]);
        Object::new(&list, json!({"metadata": {"name": format!("p-{i}")}, "spec": {"containers": containers}}))
    };
    kube.create_all(&(0..pods).map(pod).collect::<Vec<_>>())
}

/// A namespace.
pub fn make_namespace(kube: &Kube, name: &str) -> Result<()> {
    let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    kube.apply(&format!("/api/v1/namespaces/{name}"), &body).map(|_| ())
}

/// Nodes: name and instance id.
pub fn make_nodes(kube: &Kube, names: &[(&str, &str)]) -> Result<()> {
    for (name, instance) in names {
        let body = json!({"metadata": {"name": name}, "spec": {"providerID": format!("aws:///eu-west-1a/{instance}")}});
        kube.create("/api/v1/nodes", &body)?;
    }
    Ok(())
}

/// Applies what `permissions` prints, document by document.
pub fn apply_manifests(kube: &Kube, yaml: &str) -> Result<()> {
    for document in yaml.split("---\n").filter(|document| !document.is_empty()) {
        let field = |name: &str| {
            let line = document.lines().find_map(|line| line.strip_prefix(name));
            line.map(str::trim).with_context(|| format!("no {name} in {document}"))
        };
        let plural = format!("{}s", field("kind:")?.to_lowercase());
        let within =
            field("  namespace:").map_or_else(|_| String::new(), |namespace| format!("/namespaces/{namespace}"));
        let path = format!("/apis/rbac.authorization.k8s.io/v1{within}/{plural}/{}", field("  name:")?);
        kube.apply_yaml(&path, document)?;
    }
    Ok(())
}

/// Binds a ClusterRole that lists these resources of the core group to a group of users.
pub fn let_list(kube: &Kube, group: &str, resources: &[&str]) -> Result<()> {
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let rules = json!([{"apiGroups": [""], "resources": resources, "verbs": ["list"]}]);
    kube.create(&format!("{rbac}/clusterroles"), &json!({"metadata": {"name": group}, "rules": rules}))?;
    let of = |kind: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": group});
    let binding = json!({"metadata": {"name": group}, "roleRef": of("ClusterRole"), "subjects": [of("Group")]});
    kube.create(&format!("{rbac}/clusterrolebindings"), &binding).map(|_| ())
}
