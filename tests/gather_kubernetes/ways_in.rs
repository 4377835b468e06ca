//! By every way in, into one document.

use std::collections::BTreeSet;
use std::sync::Mutex;

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::catalogue::{self, Kind};
use eksamine_gather::permissions::Subject;
use eksamine_gather::ways_in::{Options, WayIn, open};
use eksamine_gather::{Permissions, Plan, Source, Step, gather};
use eksamine_tests::live::{Live, READERS, REGION, world_of};
use eksamine_tests::servers::aws::AwsEndpoint;
use eksamine_tests::servers::kube::{Kube, User};
use serde_json::{Value, json};

use crate::scene::{
    KUBELETS, NODES, NOW, PODS, POLICIES, by_kubeconfig, count, facts, gathered, kubeconfig, plan, quick, says, silent,
};

const EFS: &str = "cfn.AWS::EFS::FileSystem";

pub(crate) fn live() -> Result<Live> {
    let permissions = Permissions::of(&everything()?, &WayIn::Native, false);
    Live::start(&permissions.rbac_manifests(&Subject::Group(READERS.to_owned()), false))
}

/// Natively: with AWS credentials and nothing else.
pub(crate) fn natively(live: &Live) -> Options {
    let aws_config = Some(live.world.config(REGION));
    let mut options = Options { aws_config, kubernetes: quick(), way_in: WayIn::Native, ..Options::default() };
    options.aws.limits.backoff = std::time::Duration::from_millis(10);
    options
}

/// Everything that the catalogue has, and some of what it need not have.
pub(crate) fn everything() -> Result<Plan> {
    let kinds = catalogue::AWS.iter().map(|row| row.kind).chain([EFS, PODS, NODES, POLICIES, KUBELETS]);
    Ok(Plan::new(kinds.map(|kind| ("a-rule", kind)), 1)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_credentials_alone_lead_to_all_facts() -> Result<()> {
    let live = live()?;
    let plan = everything()?;
    let ways_in = open(&plan, &natively(&live)).await?;
    let steps = Mutex::new(Vec::new());
    let progress = |step: &Step<'_>| {
        if let (Some(_), Ok(mut steps)) = (step.status, steps.lock()) {
            steps.push((step.source, step.done, step.of));
        }
    };
    let gathering = gather(&plan, &ways_in, NOW, &progress).await;
    let document: Value = serde_json::from_str(&gathering.document)?;
    for (kind, found) in document["facts"].as_object().context("no facts")? {
        let expected = if Kind::find(kind)?.tier() > plan.tier() { "not-collected" } else { "complete" };
        // Whose operators are not installed is served by nobody; Kubernetes' own resources are there.
        let custom = kind.rsplit_once(".v").is_some_and(|(_, rest)| {
            let group = rest.split_once('.').map_or("", |(_, group)| group);
            group.contains('.') && !group.ends_with(".k8s.io")
        });
        let unserved = kind.starts_with("k8s.") && custom && found["status"] == "absent";
        ensure!(found["status"] == expected || unserved, "{kind}: {found:#}");
    }
    ensure!(count(&document["facts"]["aws.ec2.instances"]) >= 4, "{:#}", document["facts"]["aws.ec2.instances"]);
    ensure!(gathering.weakenings.is_empty(), "{:?}", gathering.weakenings);
    let scope = json!({"partition": "aws", "account": "111122223333", "region": REGION, "cluster": "prod",
        "cluster_arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod", "kubernetes_version": "1.36", "api_server": live.kube.server()});
    ensure!(document["scope"] == scope, "{:#}", document["scope"]);
    let collector = json!({"name": "eksamine", "version": env!("CARGO_PKG_VERSION"), "tier": 1, "way_in": "native",
        "caller": "arn:aws:iam::111122223333:user/scanner"});
    ensure!(document["collector"] == collector && document["collected_at"] == NOW, "{:#}", document["collector"]);
    ensure!(!gathering.document.contains("k8s-aws-v1"), "the token never enters the document");
    let steps = steps.into_inner().ok().context("poisoned")?;
    for source in [Source::Aws, Source::Kubernetes] {
        let last = steps.iter().rfind(|step| step.0 == source).context("no step")?;
        ensure!(last.1 == last.2 && last.1 > 0, "{steps:?}");
    }
    let users: BTreeSet<String> = live.kube.audit()?.into_iter().map(|entry| entry.user).collect();
    ensure!(users == BTreeSet::from(["scanner".to_owned()]), "{users:?}");
    let mut recorded: BTreeSet<String> = live.world.log()?.into_iter().map(|call| call.action).collect();
    ensure!(recorded.remove("sts:GetCallerIdentity"));
    let derived: BTreeSet<String> =
        Permissions::of(&plan, &WayIn::Native, false).actions().map(str::to_owned).collect();
    ensure!(recorded == derived, "recorded {recorded:#?}\nderived {derived:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gatherings_are_the_same_bytes() -> Result<()> {
    let live = live()?;
    let plan = everything()?;
    let one = silent(&plan, &open(&plan, &natively(&live)).await?).await.document;
    let other = silent(&plan, &open(&plan, &natively(&live)).await?).await.document;
    ensure!(one == other);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_aws_withholds_is_said_and_the_rest_is_read() -> Result<()> {
    let live = live()?;
    let plan = everything()?;
    live.world.control(&json!({"deny": ["eks:DescribeCluster"]}))?;
    let named = Options { cluster: Some("prod".into()), ..natively(&live) };
    let facts = gathered(&plan, &named).await?;
    says(&facts["aws.eks.clusters"], "denied", "AccessDenied")?;
    ensure!(facts["aws.eks.nodegroups"]["status"] == "complete");
    says(&facts[PODS], "error", "the API server's endpoint could not be read")?;
    ensure!(
        facts[PODS]["permission"] == "eks:DescribeCluster"
            && facts["aws.ec2.subnets"]["permission"] == "eks:DescribeCluster"
    );

    // AWS knows the principal, the cluster does not.
    live.world.control(&json!({}))?;
    let mut stranger = world_of(&live.kube)?;
    stranger["arn"] = json!("arn:aws:iam::111122223333:user/stranger");
    let stranger = AwsEndpoint::shared()?.world(&stranger)?;
    let facts = gathered(&plan, &Options { aws_config: Some(stranger.config(REGION)), ..natively(&live) }).await?;
    says(&facts[PODS], "denied", "give arn:aws:iam::111122223333:user/stranger an EKS access entry")?;
    ensure!(facts["aws.eks.nodegroups"]["status"] == "complete");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kubeconfig_of_another_server_is_a_weakening() -> Result<()> {
    let live = live()?;
    let plan = everything()?;
    let by = |file: &std::path::Path| Options {
        way_in: WayIn::Kubeconfig { file: Some(file.to_owned()), context: None },
        ..natively(&live)
    };
    let own = live.kube.kubeconfig(&User::admin().token())?;
    let ways_in = open(&plan, &by(&own)).await?;
    ensure!(ways_in.weakenings.is_empty() && ways_in.way_in() == "kubeconfig", "{:?}", ways_in.weakenings);
    let other = Kube::shared()?;
    let ways_in = open(&plan, &by(&other.kubeconfig(&User::admin().token())?)).await?;
    let gathering = silent(&plan, &ways_in).await;
    let weakening = gathering.weakenings.first().context("no weakening")?;
    ensure!(weakening.kind == "other-cluster" && weakening.detail.contains(live.kube.server()), "{weakening:?}");
    ensure!(facts(&gathering)?[PODS]["status"] == "complete");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kubeconfig_alone_gives_the_kubernetes_half() -> Result<()> {
    let kube = Kube::shared()?;
    let plan = everything()?;
    let ways_in = open(&plan, &by_kubeconfig(&kube.kubeconfig(&User::admin().token())?)).await?;
    let gathering = silent(&plan, &ways_in).await;
    let facts = facts(&gathering)?;
    ensure!(facts[PODS]["status"] == "complete" && facts[NODES]["status"] == "complete");
    for kind in ["aws.eks.clusters", "aws.ec2.instances", EFS] {
        says(&facts[kind], "not-collected", "no AWS credentials")?;
    }
    ensure!(gathering.weakenings.first().is_some_and(|weakening| weakening.kind == "aws-not-read"));
    // Natively, there is no half.
    let native = Options { way_in: WayIn::Native, ..by_kubeconfig(std::path::Path::new("")) };
    ensure!(open(&plan, &native).await.is_err_and(|error| error.to_string().contains("no AWS credentials")));
    let missing = open(&plan, &by_kubeconfig(std::path::Path::new("/nowhere/config"))).await.err().context("opened")?;
    ensure!(missing.to_string().starts_with("the kubeconfig /nowhere/config: "), "{missing}");
    let pods = self::plan(&[PODS])?;
    let file = kube.kubeconfig(&User::admin().token())?;
    let mistyped = WayIn::Kubeconfig { file: Some(file), context: Some("prodd".into()) };
    let error = open(&pods, &Options { way_in: mistyped, ..by_kubeconfig(std::path::Path::new("")) }).await.err();
    ensure!(error.is_some_and(|error| error.to_string().contains("prodd")));
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exec_plugins_are_run_and_what_they_print_is_not_repeated() -> Result<()> {
    let kube = Kube::shared()?;
    let plan = plan(&[NODES])?;
    let plugin = |script: &str| {
        json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh",
        "args": ["-c", script], "interactiveMode": "Never"}})
    };
    let credential = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": User::admin().token()}});
    let printing = format!("echo '{credential}'");
    for (script, expected) in
        [(printing.clone(), "complete"), (format!("{printing}; echo no session >&2; exit 3"), "error")]
    {
        let (_folder, path) = kubeconfig(kube.server(), &plugin(&script))?;
        let mut config: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        config["clusters"][0]["cluster"]["certificate-authority"] = json!(kube.ca());
        std::fs::write(&path, config.to_string())?;
        let facts = gathered(&plan, &by_kubeconfig(&path)).await?;
        ensure!(facts[NODES]["status"] == expected, "{facts:#}");
        ensure!(!facts.to_string().contains("admin-token"), "{facts:#}");
        if expected == "error" {
            says(&facts[NODES], "error", "no session")?;
        }
    }
    Ok(())
}
