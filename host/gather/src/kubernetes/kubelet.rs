//! What every kubelet says of its own configuration: over the API server's node proxy, or straight from its node.

use super::client::Kubernetes;
use super::discovery::read;
use super::failure::Failure;
use crate::kubelets::{Files, Kubelets};
use crate::outcome::gathered;
use eksamine_facts::derive::node::{Machine, machine};
use eksamine_facts::nodes::Node;
use eksamine_facts::{Availability, Gap, Gathered, Item, Known, Tree, redact};
use futures::StreamExt as _;
use futures::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::net::{IpAddr, SocketAddr};

/// Nodes asked at a time. Of requests over the node proxy fewer are in flight: those are the API server's.
const ABREAST: usize = 32;
const HEADERS: &str = "staticPodURLHeader";
/// Where kubelets listen unless their nodes say otherwise.
const PORT: u16 = 10_250;

#[derive(Deserialize)]
struct Answer {
    kubeletconfig: Box<RawValue>,
}

impl Kubernetes {
    /// One item for each of these nodes but Fargate's, whose kubelets nobody can ask: `{node, source, config}`.
    pub(super) async fn kubelets(&self, nodes: &Gathered, how: &Kubelets) -> Gathered {
        if !matches!(nodes.status, Availability::Complete | Availability::Partial) {
            let reason = format!("k8s.nodes.v1 could not be read: {}", nodes.reason.as_deref().unwrap_or_default());
            return Gathered::missing(Availability::Error, reason, nodes.permission.clone());
        }
        let mut gaps = nodes.gaps.clone();
        let asked: Vec<Asked> = nodes.items.iter().filter_map(|item| Asked::of(item.text())).collect();
        let whole = asked.is_empty();
        let answers: Vec<_> = stream::iter(asked)
            .map(|node| async move { (self.kubelet(&node, how).await, node.name) })
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

    async fn kubelet(&self, node: &Asked, how: &Kubelets) -> Result<Item, Gap> {
        match how {
            Kubelets::Files(files) => from_file(files, &node.name),
            Kubelets::Proxy => {
                let encoded = utf8_percent_encode(&node.name, NON_ALPHANUMERIC);
                let answer = self.get_once(&format!("/api/v1/nodes/{encoded}/proxy/configz")).await;
                item(&node.name, "proxy", answer).map_err(|failure| gap(&failure, "get nodes/proxy"))
            }
            Kubelets::Direct => {
                let answer = match &node.address {
                    Some(address) => self.get_from_node(&format!("https://{address}/configz")).await,
                    None => Err(Failure::Unasked("the node names no InternalIP".to_owned())),
                };
                item(&node.name, "direct", answer).map_err(|failure| gap(&failure, "get nodes/configz"))
            }
        }
    }
}

fn gap(failure: &Failure, permission: &str) -> Gap {
    failure.gap(String::new(), permission.to_owned())
}

fn item(node: &str, source: &'static str, answer: Result<Vec<u8>, Failure>) -> Result<Item, Failure> {
    let body = answer?;
    let answer: Answer = read(&body)?;
    let config = Tree::parse(answer.kubeletconfig.get());
    let mut config = config.map_err(|error| Failure::Malformed(error.to_string()))?;
    hide_headers(&mut config);
    let mut item = Tree::Object(Vec::new());
    item.set("node", Tree::text(node));
    item.set("source", Tree::text(source));
    item.set("config", config);
    Ok(Item::new(&item, &["/node"]))
}

fn from_file(files: &Files, node: &str) -> Result<Item, Gap> {
    let missing = || Failure::Unasked(format!("{} holds nothing of this node", files.path.display()));
    let of = |text: &str| {
        let mut line = Tree::parse(text).map_err(|error| Failure::Malformed(error.to_string()))?;
        // Whoever wrote the line: nothing else of it enters the facts, and headers are hidden here as well.
        let mut item = Tree::Object(Vec::new());
        for key in ["node", "source", "flags"] {
            line.remove(key).into_iter().for_each(|value| item.set(key, value));
        }
        if let Some(mut config) = line.remove("config") {
            hide_headers(&mut config);
            item.set("config", config);
        }
        Ok(Item::new(&item, &["/node"]))
    };
    files.item(node).ok_or_else(missing).and_then(of).map_err(|failure| gap(&failure, ""))
}

/// Headers that static pods are fetched with may hold passwords.
pub(crate) fn hide_headers(config: &mut Tree<'_>) {
    if config.get(HEADERS).is_some() {
        config.set(HEADERS, Tree::text(redact::MARKER));
    }
}

/// A node whose kubelet is asked.
struct Asked {
    name: String,
    /// `10.0.1.10:10250`, where its kubelet listens.
    address: Option<String>,
}

impl Asked {
    fn of(node: &str) -> Option<Self> {
        let noun: Known<Node> = serde_json::from_str(node).ok()?;
        let machine = Known::derived(|| machine(noun.get()?));
        if machine.peek() == Some(&Machine::Fargate) {
            return None;
        }
        let tree = Tree::parse(node).ok()?;
        let name = tree.at("/metadata/name")?.as_text()?.to_owned();
        Some(Self { name, address: address(&tree) })
    }
}

fn address(node: &Tree<'_>) -> Option<String> {
    let Some(Tree::Array(addresses)) = node.at("/status/addresses") else { return None };
    let text = |address: &Tree<'_>, key| address.get(key).and_then(Tree::as_text).map(str::to_owned);
    let internal = addresses.iter().find(|a| text(a, "type").as_deref() == Some("InternalIP"))?;
    let ip: IpAddr = text(internal, "address")?.parse().ok()?;
    let port = match node.at("/status/daemonEndpoints/kubeletEndpoint/Port") {
        Some(Tree::Token(port)) => port.parse().ok()?,
        _ => PORT,
    };
    Some(SocketAddr::new(ip, port).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kubelet_is_asked_where_its_node_says() {
        let of = |status: &str| {
            let node =
                format!(r#"{{"metadata":{{"name":"n"}},"spec":{{"providerID":"aws:///a/i-1"}},"status":{status}}}"#);
            Asked::of(&node).and_then(|node| node.address)
        };
        let addresses =
            r#""addresses":[{"type":"Hostname","address":"n"},{"type":"InternalIP","address":"10.0.1.10"}]"#;
        assert_eq!(of(&format!("{{{addresses}}}")).as_deref(), Some("10.0.1.10:10250"));
        let port = r#""daemonEndpoints":{"kubeletEndpoint":{"Port":10260}}"#;
        assert_eq!(of(&format!("{{{addresses},{port}}}")).as_deref(), Some("10.0.1.10:10260"));
        let six = r#"{"addresses":[{"type":"InternalIP","address":"2001:db8::7"}]}"#;
        assert_eq!(of(six).as_deref(), Some("[2001:db8::7]:10250"));
        for none in ["{}", r#"{"addresses":[{"type":"InternalIP","address":"evil.example/x"}]}"#] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
