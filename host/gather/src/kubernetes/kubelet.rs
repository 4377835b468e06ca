//! What every kubelet says of its own configuration, over the API server's node proxy.

use super::client::Kubernetes;
use super::discovery::read;
use crate::outcome::gathered;
use eksamine_facts::derive::node::{Machine, machine};
use eksamine_facts::nodes::Node;
use eksamine_facts::{Availability, Gap, Gathered, Item, Known, Tree, redact};
use futures::StreamExt as _;
use futures::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Nodes asked at a time; how many requests are in flight is the gate's to decide.
const ABREAST: usize = 32;
const HEADERS: &str = "staticPodURLHeader";
const PERMISSION: &str = "get nodes/proxy";

#[derive(Deserialize)]
struct Answer {
    kubeletconfig: Box<RawValue>,
}

impl Kubernetes {
    /// One item for each of these nodes but Fargate's, whose kubelets nobody can ask: `{node, source, config}`.
    pub(super) async fn kubelets(&self, nodes: &Gathered) -> Gathered {
        if !matches!(nodes.status, Availability::Complete | Availability::Partial) {
            let reason = format!("k8s.nodes.v1 could not be read: {}", nodes.reason.as_deref().unwrap_or_default());
            return Gathered::missing(Availability::Error, reason, nodes.permission.clone());
        }
        let mut gaps = nodes.gaps.clone();
        let names: Vec<String> = nodes.items.iter().filter_map(|item| asked(item.text())).collect();
        let whole = names.is_empty();
        let answers: Vec<_> = stream::iter(names)
            .map(|node| async move { (self.kubelet(&node).await, node) })
            .buffered(ABREAST)
            .collect()
            .await;
        let mut items = Vec::new();
        for (answer, node) in answers {
            match answer {
                Ok(item) => items.push(item),
                Err(gap) => gaps.push(Gap { subject: node, ..gap }),
            }
        }
        gathered(items, gaps, whole)
    }

    async fn kubelet(&self, node: &str) -> Result<Item, Gap> {
        let encoded = utf8_percent_encode(node, NON_ALPHANUMERIC);
        let path = format!("/api/v1/nodes/{encoded}/proxy/configz");
        let failed = |failure: super::Failure| failure.gap(String::new(), PERMISSION.to_owned());
        let body = self.get_once(&path).await.map_err(failed)?;
        let answer: Answer = read(&body).map_err(failed)?;
        let config = Tree::parse(answer.kubeletconfig.get());
        let mut config = config.map_err(|error| failed(super::Failure::Malformed(error.to_string())))?;
        hide_headers(&mut config);
        let mut item = Tree::Object(Vec::new());
        item.set("node", Tree::text(node.to_owned()));
        item.set("source", Tree::text("proxy"));
        item.set("config", config);
        Ok(Item::new(&item, &["/node"]))
    }
}

/// Headers that static pods are fetched with may hold passwords.
fn hide_headers(config: &mut Tree<'_>) {
    if config.get(HEADERS).is_some() {
        config.set(HEADERS, Tree::text(redact::MARKER));
    }
}

/// The name of a node whose kubelet is asked.
fn asked(node: &str) -> Option<String> {
    let noun: Known<Node> = serde_json::from_str(node).ok()?;
    let machine = Known::derived(|| machine(noun.get()?));
    if machine.peek() == Some(&Machine::Fargate) {
        return None;
    }
    Tree::parse(node).ok()?.at("/metadata/name")?.as_text().map(str::to_owned)
}
