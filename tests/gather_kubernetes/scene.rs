//! Plans, ways in and documents, as short as tests want them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use eksamine_gather::kubernetes::Limits;
use eksamine_gather::ways_in::{Options, WayIn, WaysIn, open};
use eksamine_gather::{Gathering, Plan, Step, gather};
use eksamine_tests::servers::kube::{Kube, Object};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PODS: &str = "k8s.pods.v1";
pub(crate) const NODES: &str = "k8s.nodes.v1";
pub(crate) const POLICIES: &str = "k8s.networkpolicies.v1.networking.k8s.io";
pub(crate) const CONFIG_MAPS: &str = "k8s.configmaps.v1";
pub(crate) const KUBELETS: &str = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";
pub(crate) const NOW: &str = "2026-11-23T10:00:00Z";

pub(crate) fn plan(kinds: &[&str]) -> Result<Plan> {
    Ok(Plan::new(kinds.iter().map(|kind| ("a-rule", *kind)), 1)?)
}

/// As impatient as a test.
pub(crate) fn quick() -> Limits {
    Limits {
        backoff: Duration::from_millis(20),
        longest_backoff: Duration::from_secs(2),
        connect: Duration::from_secs(1),
        ..Limits::default()
    }
}

/// By a kubeconfig, and without AWS.
pub(crate) fn by_kubeconfig(file: &Path) -> Options {
    Options {
        aws_config: Some(nobody()),
        way_in: WayIn::Kubeconfig { file: Some(file.to_owned()), context: None },
        kubernetes: quick(),
        ..Options::default()
    }
}

/// AWS settings without credentials.
pub(crate) fn nobody() -> SdkConfig {
    SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-west-1")).build()
}

/// A kubeconfig for any server.
pub(crate) fn kubeconfig(server: &str, user: &Value) -> Result<(TempDir, std::path::PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("config");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    });
    std::fs::write(&path, config.to_string())?;
    Ok((folder, path))
}

pub(crate) async fn through(plan: &Plan, server: &str) -> Result<WaysIn> {
    let (_folder, path) = kubeconfig(server, &json!({}))?;
    Ok(open(plan, &by_kubeconfig(&path)).await?)
}

pub(crate) async fn gathered(plan: &Plan, options: &Options) -> Result<Value> {
    facts(&silent(plan, &open(plan, options).await?).await)
}

pub(crate) async fn silent(plan: &Plan, ways_in: &WaysIn) -> Gathering {
    gather(plan, ways_in, NOW, &|_: &Step<'_>| {}).await
}

/// The kinds of a document that eksamine itself can read.
pub(crate) fn facts(gathering: &Gathering) -> Result<Value> {
    let read = eksamine_facts::Document::read(&gathering.document, &eksamine_facts::Projection::default());
    ensure!(read.is_ok(), "what was gathered cannot be read: {:?}", read.err());
    let document: Value = serde_json::from_str(&gathering.document)?;
    Ok(document["facts"].clone())
}

pub(crate) fn count(kind: &Value) -> usize {
    kind["items"].as_array().map_or(0, Vec::len)
}

/// `namespace/name` of every item, in the document's order.
pub(crate) fn names(kind: &Value) -> Vec<String> {
    let text = |item: &Value, at: &str| item.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = |item: &Value| format!("{}/{}", text(item, "/metadata/namespace"), text(item, "/metadata/name"));
    kind["items"].as_array().map_or_else(Vec::new, |items| items.iter().map(name).collect())
}

/// Whether the kind says that status, and that in its reason.
pub(crate) fn says(kind: &Value, status: &str, reason: &str) -> Result<()> {
    let why = kind["reason"].as_str().unwrap_or_default();
    ensure!(kind["status"] == status && why.contains(reason), "{kind:#}");
    Ok(())
}

/// A namespace of that name with so many pods.
pub(crate) fn fill(kube: &Kube, namespace: &str, pods: usize) -> Result<()> {
    make_namespace(kube, namespace)?;
    let list = format!("/api/v1/namespaces/{namespace}/pods");
    let pod = |i| {
        let containers = json!([{"name": "c", "image": "i"}]);
        Object::new(&list, json!({"metadata": {"name": format!("p-{i}")}, "spec": {"containers": containers}}))
    };
    kube.create_all(&(0..pods).map(pod).collect::<Vec<_>>())
}

pub(crate) fn make_namespace(kube: &Kube, name: &str) -> Result<()> {
    let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    kube.apply(&format!("/api/v1/namespaces/{name}"), &body).map(|_| ())
}

pub(crate) fn make_nodes(kube: &Kube, names: &[(&str, &str)]) -> Result<()> {
    for (name, instance) in names {
        let body = json!({"metadata": {"name": name}, "spec": {"providerID": format!("aws:///eu-west-1a/{instance}")}});
        kube.create("/api/v1/nodes", &body)?;
    }
    Ok(())
}

/// Applies what `permissions` prints, document by document.
pub(crate) fn apply_manifests(kube: &Kube, yaml: &str) -> Result<()> {
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
pub(crate) fn let_list(kube: &Kube, group: &str, resources: &[&str]) -> Result<()> {
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    let rules = json!([{"apiGroups": [""], "resources": resources, "verbs": ["list"]}]);
    kube.create(&format!("{rbac}/clusterroles"), &json!({"metadata": {"name": group}, "rules": rules}))?;
    let of = |kind: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": group});
    let binding = json!({"metadata": {"name": group}, "roleRef": of("ClusterRole"), "subjects": [of("Group")]});
    kube.create(&format!("{rbac}/clusterrolebindings"), &binding).map(|_| ())
}
