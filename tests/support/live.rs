//! A cluster in AWS together with its API server, which asks the AWS authenticator about tokens.

mod answers;
mod objects;

use crate::rules::root;
use crate::servers::aws::{AwsEndpoint, AwsWorld};
use crate::servers::kube::{Kube, Options, apply_manifests, fill, make_nodes};
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;

/// Where the clusters are.
pub const REGION: &str = "eu-west-1";
/// The group that Kubernetes knows the caller's IAM role by.
pub const READERS: &str = "eksamine-readers";
/// What the cluster with two of everything is called.
pub const CLUSTER: &str = "prod";

/// The two servers that a live scan meets.
pub struct Live {
    /// The API server.
    pub kube: Kube,
    /// AWS.
    pub world: AwsWorld,
    /// The cluster's name.
    pub cluster: String,
}

impl Live {
    /// A few pods and nodes, two of everything in AWS, and whatever these manifests grant to [`READERS`].
    pub fn start(manifests: &str) -> Result<Self> {
        let kube = start(CLUSTER)?;
        fill(&kube, "some", 4)?;
        // Of the account's own registry, whose policy is looked at.
        let image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web";
        let containers = json!([{"name": "c", "image": format!("{image}:1")}]);
        let pods = "/api/v1/namespaces/some/pods";
        kube.create(pods, &json!({"metadata": {"name": "own"}, "spec": {"containers": containers}}))?;
        let runs = json!([{"name": "c", "image": format!("{image}:1"), "ready": true, "restartCount": 0,
            "imageID": format!("{image}@sha256:{}", "0a".repeat(32))}]);
        kube.patch_status(&format!("{pods}/own"), &json!({"status": {"phase": "Running", "containerStatuses": runs}}))?;
        make_nodes(&kube, &[("n1", "i-0a"), ("n2", "i-0b"), ("n3", "i-0c"), ("n4", "i-0d")])?;
        let world = AwsEndpoint::shared()?.world(&world_of(&kube)?)?;
        apply_manifests(&kube, manifests)?;
        Ok(Self { kube, world, cluster: CLUSTER.to_owned() })
    }

    /// The cluster that `examples/hardened/facts.json` was gathered from: it meets every demand of
    /// `examples/demands.toml`.
    pub fn hardened(manifests: &str) -> Result<Self> {
        let file = root().join("examples/hardened/facts.json");
        let document: Value = serde_json::from_slice(&fs::read(&file)?)?;
        let (scope, facts) = (&document["scope"], &document["facts"]);
        let text = |value: &Value| value.as_str().map(str::to_owned).context("text");
        let cluster = text(&scope["cluster"])?;
        let kube = start(&cluster)?;
        objects::create(&kube, facts)?;
        let caller = text(&facts["aws.sts.calleridentities"]["items"][0]["Arn"])?;
        let mut data = json!({
            "account": scope["account"],
            "arn": caller,
            "page_size": 100,
            "users": {caller: {"username": "scanner", "groups": [READERS]}},
            "answers": answers::answers(facts)?,
        });
        lead(&mut data, &kube)?;
        let world = AwsEndpoint::shared()?.world(&data)?;
        apply_manifests(&kube, manifests)?;
        Ok(Self { kube, world, cluster })
    }
}

fn start(cluster: &str) -> Result<Kube> {
    let webhook = Some(AwsEndpoint::shared()?.token_webhook(cluster));
    Kube::start(Options { audit: true, webhook, ..Options::default() })
}

/// Two of everything, in a cluster whose endpoint is this server.
pub fn world_of(kube: &Kube) -> Result<Value> {
    let mut data: Value = serde_json::from_str(include_str!("../worlds/two_of_everything.json"))?;
    lead(&mut data, kube)?;
    Ok(data)
}

/// EKS names this server as the cluster's endpoint.
fn lead(data: &mut Value, kube: &Kube) -> Result<()> {
    let answers = data["answers"].as_array_mut().context("no answers")?;
    for entry in answers.iter_mut().filter(|entry| entry["operation"] == "DescribeCluster") {
        if let Some(cluster) = entry["answer"].get_mut("cluster") {
            cluster["endpoint"] = json!(kube.server());
            cluster["certificateAuthority"]["data"] = json!(STANDARD.encode(fs::read(kube.ca())?));
        }
    }
    Ok(())
}
