//! The objects of the cluster that a facts document was gathered from, put into a real API server.

use anyhow::{Context as _, Result};
use eksamine_facts::catalogue::{Kind, KubernetesKind};
use serde_json::{Map, Value, json};

use crate::servers::kube::{Kube, User};

/// Namespaces before what stands in them, and what refuses objects after all of them.
const FIRST: &str = "k8s.namespaces.v1";
const LAST: &str = "validatingadmissionpolic";
const NODES: &str = "k8s.nodes.v1";
const KUBELETS: &str = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";

/// Creates them, with their statuses, and says what their kubelets answer.
pub(super) fn create(kube: &Kube, facts: &Value) -> Result<()> {
    let mut kinds: Vec<(&String, &Value)> = facts.as_object().context("facts by kind")?.iter().collect();
    kinds.sort_by_key(|(name, _)| (name.as_str() != FIRST, name.contains(LAST)));
    for (name, found) in kinds {
        let Kind::Kubernetes(kind) = Kind::find(name)? else { continue };
        for item in found["items"].as_array().into_iter().flatten() {
            match name.as_str() {
                KUBELETS => describe(kube, facts, item),
                _ => object(kube, &kind, item),
            }
            .with_context(|| format!("{name}: {}", item["metadata"]["name"]))?;
        }
    }
    Ok(())
}

fn object(kube: &Kube, kind: &KubernetesKind<'_>, item: &Value) -> Result<()> {
    let group = if kind.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", kind.group) };
    let metadata = &item["metadata"];
    let within = metadata["namespace"].as_str().map_or_else(String::new, |name| format!("/namespaces/{name}"));
    let list = format!("{group}/{}{within}/{}", kind.version, kind.resource);
    let place = format!("{list}/{}", metadata["name"].as_str().context("an object has a name")?);
    let mut body = item.clone();
    let fields = body.as_object_mut().context("an object")?;
    let status = fields.remove("status");
    fields.insert("metadata".to_owned(), given(metadata));
    // Every API server makes some namespaces, and its own Service.
    if kube.get(&User::admin().token(), &place)?.code == 404 {
        kube.create(&list, &body)?;
    }
    if let Some(status) = status {
        kube.patch_status(&place, &json!({"status": status}))?;
    }
    if kind.resource == "nodes" {
        // A new node is tainted until a controller, which there is none of, sees that it is ready.
        kube.patch(&place, &json!({"spec": {"taints": item["spec"]["taints"]}}))?;
    }
    Ok(())
}

/// What its author gave: the rest is the API server's.
fn given(metadata: &Value) -> Value {
    let names = ["name", "namespace", "labels", "annotations", "ownerReferences", "generateName"];
    let kept = names.into_iter().filter_map(|name| Some((name.to_owned(), metadata.get(name)?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

fn describe(kube: &Kube, facts: &Value, item: &Value) -> Result<()> {
    let nodes = facts[NODES]["items"].as_array().into_iter().flatten();
    let node = nodes.into_iter().find(|node| node["metadata"]["name"] == item["node"]).context("no such node")?;
    let mut addresses = node["status"]["addresses"].as_array().into_iter().flatten();
    let address = addresses.find(|address| address["type"] == "InternalIP").context("the node has no InternalIP")?;
    let address = address["address"].as_str().context("an address is text")?;
    kube.kubelet(address, &json!({"kubeletconfig": item["config"]}))
}
