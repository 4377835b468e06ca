//! Facts documents of any size, canonical: the example cluster, grown until it holds so many pods.

use crate::eprint;
use crate::pod::{PER_NAMESPACE, PER_NODE, Template, namespace, node_address, node_name, scattered, uid};
use anyhow::{Context as _, Result};
use eksamine_tests::rules::root;
use serde_json::{Map, Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const PODS: &str = "k8s.pods.v1";
const KUBELETS: &str = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";

/// A document that is removed when nobody needs it.
#[derive(Debug)]
pub struct Made {
    path: PathBuf,
    bytes: u64,
}

impl Made {
    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long it is.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // It lies in `target`, where it does no harm if it stays.
        drop(fs::remove_file(&self.path));
    }
}

/// Writes a document of so many pods, with the nodes, instances, namespaces and policies that go with them.
///
/// # Errors
/// When it cannot be written.
pub fn make(pods: usize) -> Result<Made> {
    let mut made = Made { path: crate::folder()?.join(format!("facts-{pods}.json")), bytes: 0 };
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&made.path)?);
    write(pods, &mut file)?;
    made.bytes = file.into_inner()?.metadata()?.len();
    eprint(&format!("{pods} pods: {} bytes of facts", made.bytes));
    Ok(made)
}

/// The same in memory.
///
/// # Errors
/// When the example is not what it was.
pub fn text(pods: usize) -> Result<String> {
    let mut bytes = Vec::new();
    write(pods, &mut bytes)?;
    Ok(String::from_utf8(bytes)?)
}

fn write(pods: usize, out: &mut impl Write) -> Result<()> {
    let example = fs::read_to_string(root().join("examples/hardened/facts.json"))?;
    let mut document: Map<String, Value> = serde_json::from_str(&example)?;
    let mut facts = document.remove("facts").and_then(object).context("the example has no facts")?;
    grow(&mut facts, pods)?;
    let template = Template::read()?;
    // Key by key, so that a gigabyte of pods never stands in memory.
    write!(
        out,
        "{{\"collected_at\":{},\"collector\":{},\"facts\":{{",
        document["collected_at"], document["collector"]
    )?;
    for (index, (kind, held)) in facts.iter().enumerate() {
        write!(out, "{}{}:", if index > 0 { "," } else { "" }, Value::from(kind.as_str()))?;
        if kind != PODS {
            write!(out, "{held}")?;
            continue;
        }
        write!(out, "{{\"items\":[")?;
        for pod in 0..pods {
            out.write_all(if pod > 0 { b"," } else { b"" })?;
            template.write(pod, out)?;
        }
        write!(out, "],\"status\":\"complete\"}}")?;
    }
    write!(out, "}},\"schema\":{},\"scope\":{}}}", document["schema"], document["scope"])?;
    Ok(out.flush()?)
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn complete(items: Vec<Value>) -> Value {
    json!({ "items": items, "status": "complete" })
}

fn grow(facts: &mut Map<String, Value>, pods: usize) -> Result<()> {
    let (nodes, namespaces) = (pods.div_ceil(PER_NODE), pods.div_ceil(PER_NAMESPACE));
    let first = |kind: &str, is: fn(&Value) -> bool| {
        let items = facts.get(kind).and_then(|kind| kind["items"].as_array());
        items.and_then(|items| items.iter().find(|item| is(item))).cloned().with_context(|| format!("no such {kind}"))
    };
    let node = first("k8s.nodes.v1", |node| !node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"].is_null())?;
    let instance = first("aws.ec2.instances", |instance| instance["State"]["Name"] == "running")?;
    let subnet = first("aws.ec2.subnets", |_| true)?;
    let kubelet = first(KUBELETS, |_| true)?;
    let grown = [
        ("k8s.nodes.v1", (0..nodes).map(|number| node_of(&node, number)).collect()),
        ("aws.ec2.instances", (0..nodes).map(|number| instance_of(&instance, number)).collect()),
        (KUBELETS, (0..nodes).map(|number| kubelet_of(&kubelet, number)).collect()),
        ("aws.ec2.routetables", vec![main_route_table(&subnet["VpcId"])]),
        ("k8s.namespaces.v1", (0..namespaces).map(namespace_of).collect()),
        ("k8s.networkpolicies.v1.networking.k8s.io", (0..namespaces).flat_map(policies_of).collect()),
        (PODS, Vec::new()),
    ];
    facts.extend(grown.map(|(kind, items)| (kind.to_owned(), complete(items))));
    Ok(())
}

fn instance_id(node: usize) -> String {
    format!("i-{:017x}", scattered(node))
}

fn node_of(like: &Value, number: usize) -> Value {
    let mut node = like.clone();
    let name = node_name(number);
    node["metadata"]["name"] = json!(name);
    node["metadata"]["uid"] = json!(uid(number));
    node["metadata"]["labels"]["kubernetes.io/hostname"] = json!(name);
    node["spec"]["providerID"] = json!(format!("aws:///eu-west-1a/{}", instance_id(number)));
    node["status"]["addresses"] = json!([
        { "address": node_address(number), "type": "InternalIP" },
        { "address": name, "type": "InternalDNS" },
        { "address": name, "type": "Hostname" },
    ]);
    node
}

fn instance_of(like: &Value, number: usize) -> Value {
    let mut instance = like.clone();
    let address = json!(node_address(number));
    instance["InstanceId"] = json!(instance_id(number));
    instance["PrivateDnsName"] = json!(node_name(number));
    instance["PrivateIpAddress"] = address.clone();
    let interface = &mut instance["NetworkInterfaces"][0];
    interface["NetworkInterfaceId"] = json!(format!("eni-{:017x}", scattered(number)));
    interface["PrivateIpAddress"] = address.clone();
    interface["PrivateIpAddresses"] = json!([{ "Primary": true, "PrivateIpAddress": address }]);
    instance
}

fn kubelet_of(like: &Value, number: usize) -> Value {
    let mut kubelet = like.clone();
    kubelet["node"] = json!(node_name(number));
    kubelet
}

/// Every subnet's way out is a NAT gateway.
fn main_route_table(vpc: &Value) -> Value {
    json!({
        "Associations": [{ "AssociationState": { "State": "associated" }, "Main": true,
            "RouteTableAssociationId": "rtbassoc-0d1c", "RouteTableId": "rtb-0d1c" }],
        "OwnerId": "111122223333",
        "PropagatingVgws": [],
        "RouteTableId": "rtb-0d1c",
        "Routes": [
            { "DestinationCidrBlock": "10.20.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active" },
            { "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0d1c", "Origin": "CreateRoute", "State": "active" },
        ],
        "Tags": [],
        "VpcId": vpc,
    })
}

fn namespace_of(number: usize) -> Value {
    let name = namespace(number);
    json!({
        "metadata": {
            "creationTimestamp": "2026-06-02T09:03:11Z",
            "labels": { "kubernetes.io/metadata.name": name, "pod-security.kubernetes.io/enforce": "restricted", "team": name },
            "name": name, "resourceVersion": "182635", "uid": uid(number),
        },
        "spec": { "finalizers": ["kubernetes"] },
        "status": { "phase": "Active" },
    })
}

/// All but every tenth namespace denies everything and then allows one app.
fn policies_of(number: usize) -> Vec<Value> {
    if number % 10 == 9 {
        return Vec::new();
    }
    let policy = |name: &str, spec: Value| {
        json!({
            "metadata": { "creationTimestamp": "2026-06-04T12:00:05Z", "generation": 1, "name": name,
                "namespace": namespace(number), "resourceVersion": "4107585", "uid": uid(number) },
            "spec": spec,
        })
    };
    let peer = json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "ingress" } } });
    let app = json!({ "matchLabels": { "app.kubernetes.io/name": "checkout-service-0" } });
    let allow = json!({
        "ingress": [{ "from": [peer], "ports": [{ "port": 8080, "protocol": "TCP" }] }],
        "podSelector": app, "policyTypes": ["Ingress"],
    });
    let deny = json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] });
    vec![policy("allow-ingress", allow), policy("default-deny", deny)]
}
