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
