//! A cluster in AWS together with its API server, which asks the AWS authenticator about tokens.

use crate::servers::aws::{AwsEndpoint, AwsWorld};
use crate::servers::kube::{Kube, Options, apply_manifests, fill, make_nodes};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Where the cluster is.
pub const REGION: &str = "eu-west-1";
/// What it is called.
pub const CLUSTER: &str = "prod";

/// The two servers that a live scan meets.
pub struct Live {
    /// The API server.
    pub kube: Kube,
    /// AWS.
    pub world: AwsWorld,
}

impl Live {
    /// A few pods and nodes, two of everything in AWS, and whatever these manifests grant to the group `eksamine`.
    pub fn start(manifests: &str) -> Result<Self> {
        let endpoint = AwsEndpoint::shared()?;
        let webhook = Some(endpoint.token_webhook(CLUSTER));
        let kube = Kube::start(Options { audit: true, webhook, ..Options::default() })?;
        fill(&kube, "some", 4)?;
        // Of the account's own registry, whose policy is looked at.
        let own = json!([{"name": "c", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:1"}]);
        kube.create(
            "/api/v1/namespaces/some/pods",
            &json!({"metadata": {"name": "own"}, "spec": {"containers": own}}),
        )?;
        make_nodes(&kube, &[("n1", "i-0a"), ("n2", "i-0b"), ("n3", "i-0c"), ("n4", "i-0d")])?;
        let world = endpoint.world(&world_of(&kube)?)?;
        apply_manifests(&kube, manifests)?;
        Ok(Self { kube, world })
    }
}

/// Two of everything, in a cluster whose endpoint is this server.
pub fn world_of(kube: &Kube) -> Result<Value> {
    let mut data: Value = serde_json::from_str(include_str!("../worlds/two_of_everything.json"))?;
    let answers = data["answers"].as_array_mut().context("no answers")?;
    for entry in answers.iter_mut().filter(|entry| entry["operation"] == "DescribeCluster") {
        let cluster = &mut entry["answer"]["cluster"];
        cluster["endpoint"] = json!(kube.server());
        cluster["certificateAuthority"]["data"] = json!(STANDARD.encode(std::fs::read(kube.ca())?));
    }
    Ok(data)
}

impl Live {
    /// The same with all of it as the official rules demand.
    pub fn hardened(manifests: &str) -> Result<Self> {
        let live = Self::start(manifests)?;
        let mut data = world_of(&live.kube)?;
        harden(&mut data)?;
        isolate(&live.kube)?;
        Ok(Self { world: AwsEndpoint::shared()?.world(&data)?, ..live })
    }
}

/// All log types on, no public address, no way to an internet gateway.
fn harden(data: &mut Value) -> Result<()> {
    for entry in data["answers"].as_array_mut().context("no answers")? {
        let operation = entry["operation"].as_str().unwrap_or_default().to_owned();
        let answer = &mut entry["answer"];
        match operation.as_str() {
            "DescribeCluster" => {
                let types = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
                answer["cluster"]["logging"] = json!({"clusterLogging": [{"types": types, "enabled": true}]});
            }
            "DescribeInstances" => {
                let reservations = answer["Reservations"].as_array_mut().into_iter().flatten();
                for instance in reservations.flat_map(|r| r["Instances"].as_array_mut().into_iter().flatten()) {
                    let subnet = instance["SubnetId"].clone();
                    for interface in instance["NetworkInterfaces"].as_array_mut().into_iter().flatten() {
                        interface.as_object_mut().map(|fields| fields.remove("Association"));
                        interface["SubnetId"] = subnet.clone();
                        interface["PrivateIpAddresses"] = json!([{"Primary": true, "PrivateIpAddress": "10.0.0.9"}]);
                        interface["Ipv6Addresses"] = json!([]);
                    }
                }
            }
            "DescribeSubnets" => {
                for subnet in answer["Subnets"].as_array_mut().into_iter().flatten() {
                    subnet["MapPublicIpOnLaunch"] = json!(false);
                }
            }
            "DescribeRouteTables" => {
                let tables = answer["RouteTables"].as_array_mut().into_iter().flatten();
                for route in tables.flat_map(|table| table["Routes"].as_array_mut().into_iter().flatten()) {
                    if route["GatewayId"].as_str().is_some_and(|gateway| gateway.starts_with("igw-")) {
                        route.as_object_mut().map(|fields| fields.remove("GatewayId"));
                        route["NatGatewayId"] = json!("nat-0");
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Nothing reaches a pod, and nodes say only private addresses.
fn isolate(kube: &Kube) -> Result<()> {
    let spec = json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    let policy = json!({"metadata": {"name": "default-deny"}, "spec": spec});
    kube.create("/apis/networking.k8s.io/v1/namespaces/some/networkpolicies", &policy)?;
    for node in ["n1", "n2", "n3", "n4"] {
        let addresses = json!([{"type": "InternalIP", "address": "10.0.0.9"}]);
        kube.patch_status(&format!("/api/v1/nodes/{node}"), &json!({"status": {"addresses": addresses}}))?;
    }
    Ok(())
}
