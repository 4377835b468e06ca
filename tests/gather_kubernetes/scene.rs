//! Plans, ways in and documents, as short as tests want them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use eksamine_gather::kubernetes::Limits;
use eksamine_gather::ways_in::{Options, WayIn, WaysIn, open};
use eksamine_gather::{Gathering, Plan, Step, gather};
pub(crate) use eksamine_tests::servers::kube::{apply_manifests, fill, let_list, make_namespace, make_nodes};
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
    let read = eksamine_facts::Document::read(gathering.document.clone(), &eksamine_facts::Projection::default());
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
