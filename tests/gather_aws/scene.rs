//! A world, a client that speaks to it, and a run over the catalogue.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_config::SdkConfig;
use eksamine_facts::catalogue::{self, AwsKind, CloudControlKind, Kind};
use eksamine_facts::{Gathered, Item, Scope, Tree};
use eksamine_gather::aws::{Aws, Limits, Run, gather};
use eksamine_tests::servers::aws::{AwsCall, AwsEndpoint, AwsWorld};
use serde_json::{Value, json};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const EFS: &str = "cfn.AWS::EFS::FileSystem";
pub(crate) const NODES: &str = "k8s.nodes.v1";
pub(crate) const PODS: &str = "k8s.pods.v1";

pub(crate) struct Scene {
    pub(crate) world: AwsWorld,
    pub(crate) data: Value,
}

impl Scene {
    pub(crate) fn two_of_everything() -> Result<Self> {
        Self::of(two_of_everything()?)
    }

    pub(crate) fn of(data: Value) -> Result<Self> {
        Ok(Self { world: AwsEndpoint::shared()?.world(&data)?, data })
    }

    /// The settings of someone whose keys open this world.
    pub(crate) fn config(&self, region: &str) -> SdkConfig {
        self.world.config(region)
    }

    pub(crate) fn aws(&self) -> Result<Aws> {
        Aws::new(&self.config(REGION), REGION, quick()).context("no client")
    }

    /// These kinds, with what they need, and what the API server has given.
    pub(crate) async fn gather(&self, kinds: &[&str]) -> Result<BTreeMap<String, Gathered>> {
        self.gather_with(&self.aws()?, kinds, kubernetes()?).await
    }

    pub(crate) async fn gather_with(
        &self,
        aws: &Aws,
        kinds: &[&str],
        known: BTreeMap<String, Gathered>,
    ) -> Result<BTreeMap<String, Gathered>> {
        let (mut rows, mut types) = (Vec::new(), Vec::new());
        for kind in catalogue::closure(kinds.iter().copied())? {
            match Kind::find(kind)? {
                Kind::Aws(row) => rows.push(row),
                Kind::CloudControl(kind) => types.push(kind),
                Kind::Kubernetes(_) => {}
            }
        }
        // Of what was given, only what somebody needs.
        let needed: Vec<&str> = rows.iter().flat_map(|row| row.needs()).collect();
        let known = known.into_iter().filter(|(kind, _)| needed.contains(&kind.as_str())).collect();
        Ok(run(aws, rows, types, known).await)
    }

    pub(crate) async fn gather_rows(&self, rows: &'static [AwsKind]) -> Result<BTreeMap<String, Gathered>> {
        Ok(run(&self.aws()?, rows.iter().collect(), Vec::new(), BTreeMap::new()).await)
    }

    /// The calls that were answered or refused, in no order.
    pub(crate) fn log(&self) -> Result<Vec<AwsCall>> {
        self.world.log()
    }

    /// What AWS has, as its models spell it.
    pub(crate) fn answer(&self, operation: &str) -> Result<&Value> {
        let answers = self.data["answers"].as_array().context("a world has answers")?;
        let found = answers.iter().find(|entry| entry["operation"] == operation);
        Ok(&found.context("no such answer")?["answer"])
    }
}

async fn run(
    aws: &Aws,
    rows: Vec<&'static AwsKind>,
    types: Vec<CloudControlKind<'_>>,
    known: BTreeMap<String, Gathered>,
) -> BTreeMap<String, Gathered> {
    let scope = Scope {
        partition: Some("aws".into()),
        account: Some("111122223333".into()),
        region: Some(REGION.into()),
        cluster: Some("prod".into()),
        ..Scope::default()
    };
    gather(&Run { aws, scope: &scope, rows, types, tier: 2, progress: &|_| {} }, known).await
}

/// Everything the catalogue has, and one type through Cloud Control.
pub(crate) fn every_kind() -> Vec<&'static str> {
    catalogue::AWS.iter().map(|row| row.kind).chain([EFS]).collect()
}

pub(crate) fn two_of_everything() -> Result<Value> {
    Ok(serde_json::from_str(include_str!("../worlds/two_of_everything.json"))?)
}

/// As impatient as a test: the shapes of retrying are the same.
pub(crate) fn quick() -> Limits {
    Limits {
        attempts: 4,
        backoff: Duration::from_millis(10),
        longest_backoff: Duration::from_millis(20),
        attempt: Duration::from_secs(20),
        ..Limits::default()
    }
}

pub(crate) fn nodes() -> Result<Gathered> {
    let ids = [
        "aws:///eu-west-1a/i-0a",
        "aws:///eu-west-1b/i-0b",
        "aws:///eu-west-1a/i-0c",
        "aws:///eu-west-1a/i-0d",
        "aws:///eu-west-1a/4f1c/fargate-ip-10-0-0-7",
    ];
    kubernetes_items(&ids.map(|id| json!({"metadata": {"name": id}, "spec": {"providerID": id}})))
}

/// Of images in two regions, of another account and of another registry.
fn pods() -> Result<Gathered> {
    let digest = |byte: &str| format!("sha256:{}", byte.repeat(32));
    let here = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web";
    let elsewhere = "111122223333.dkr.ecr.us-east-1.amazonaws.com/base";
    let status = |image: &str, byte: &str| json!({"name": "c", "imageID": format!("{image}@{}", digest(byte))});
    kubernetes_items(&[
        json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "c", "image": format!("{here}:1")}]},
            "status": {"containerStatuses": [status(here, "0a")]}}),
        json!({"metadata": {"name": "base"}, "spec": {"containers": [{"name": "c", "image": format!("{elsewhere}:1")}]},
            "status": {"containerStatuses": [status(elsewhere, "0b"), status(here, "ff")]}}),
        json!({"metadata": {"name": "other"}, "spec": {"containers": [
            {"name": "a", "image": "444455556666.dkr.ecr.eu-central-1.amazonaws.com/x:1"}, {"name": "b", "image": "nginx"}]},
            "status": {"containerStatuses": [status("docker.io/library/nginx", "0c")]}}),
    ])
}

/// What the API server has of everything that calls to AWS are made for.
pub(crate) fn kubernetes() -> Result<BTreeMap<String, Gathered>> {
    let image =
        |name: &str| json!([{"name": "c", "image": format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/{name}:1")}]);
    let template =
        json!({"metadata": {"name": "web"}, "spec": {"template": {"spec": {"initContainers": image("web")}}}});
    let class = |role: &str| json!({"metadata": {"name": role}, "spec": {"role": role}});
    let map = "- rolearn: arn:aws:iam::111122223333:role/plain\n  groups: [system:nodes]\n";
    let aws_auth = json!({"metadata": {"name": "aws-auth"}, "data": {"mapRoles": map}});
    let mut known = BTreeMap::from([
        (NODES.to_owned(), nodes()?),
        (PODS.to_owned(), pods()?),
        ("k8s.deployments.v1.apps".to_owned(), kubernetes_items(&[template])?),
        ("k8s.nodeclasses.v1.eks.amazonaws.com".to_owned(), kubernetes_items(&[class("gone")])?),
        ("k8s.ec2nodeclasses.v1.karpenter.k8s.aws".to_owned(), kubernetes_items(&[class("blue")])?),
        ("k8s.configmaps.v1".to_owned(), kubernetes_items(&[aws_auth])?),
    ]);
    for need in catalogue::AWS.iter().flat_map(AwsKind::needs).filter(|need| need.starts_with("k8s.")) {
        known.entry(need.to_owned()).or_insert_with(|| Gathered::complete(Vec::new()));
    }
    Ok(known)
}

pub(crate) fn kubernetes_items(objects: &[Value]) -> Result<Gathered> {
    let item = |object: &Value| Ok(Item::new(&Tree::parse(&object.to_string())?, &["/metadata/name"]));
    Ok(Gathered::complete(objects.iter().map(item).collect::<Result<_>>()?))
}

/// The items of a kind as JSON, in the order of the document.
pub(crate) fn items(facts: &BTreeMap<String, Gathered>, kind: &str) -> Result<Vec<Value>> {
    let mut items = facts.get(kind).with_context(|| format!("{kind} was not gathered"))?.items.clone();
    items.sort();
    items.iter().map(|item| Ok(serde_json::from_str(item.text())?)).collect()
}

/// The text at a pointer of every item.
pub(crate) fn names(facts: &BTreeMap<String, Gathered>, kind: &str, at: &str) -> Result<Vec<String>> {
    let text = |item: &Value| Some(item.pointer(at)?.as_str()?.to_owned());
    Ok(items(facts, kind)?.iter().filter_map(text).collect())
}
