//! What is missing is known before a scan, and nothing is read to find out.

use anyhow::{Context as _, Result, ensure};
use eksamine_gather::doctor::{Diagnosis, Standing, examine};
use eksamine_gather::ways_in::{AwsOptions, Options, WayIn};
use eksamine_gather::{Permissions, Plan};
use eksamine_tests::servers::kube::{Kube, Options as Server, User};

use crate::scene::{CONFIG_MAPS, NODES, PODS, by_kubeconfig, kubeconfig, let_list, nobody, plan, quick};
use crate::ways_in::{everything, live, natively};

fn standing(diagnosis: &Diagnosis, what: &str) -> Option<Standing> {
    let mut all = diagnosis.ways.iter().chain(&diagnosis.permissions);
    all.find(|check| check.what == what).map(|check| check.standing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rbac_is_asked_and_nothing_is_read() -> Result<()> {
    let kube =
        Kube::start(Server { audit: true, users: vec![User::new("reader", &["readers"])], ..Server::default() })?;
    let_list(&kube, "readers", &["pods"])?;
    let plan = plan(&[PODS, NODES, CONFIG_MAPS])?;
    let diagnosis = examine(&plan, &by_kubeconfig(&kube.kubeconfig("reader-token")?)).await;
    ensure!(standing(&diagnosis, "API server") == Some(Standing::Good), "{diagnosis:#?}");
    ensure!(standing(&diagnosis, "list pods at the cluster scope") == Some(Standing::Good));
    ensure!(standing(&diagnosis, "list nodes at the cluster scope") == Some(Standing::Missing));
    ensure!(standing(&diagnosis, "get configmaps aws-auth in kube-system") == Some(Standing::Missing));
    ensure!(!diagnosis.is_good());
    let missing = diagnosis.permissions.iter().find(|check| check.what.contains("nodes")).context("no check")?;
    ensure!(missing.detail == "k8s.nodes.v1 (a-rule)", "{missing:?}");
    let log = kube.audit()?;
    let free = |uri: &str| uri == "/version" || uri.contains("selfsubjectaccessreviews");
    ensure!(log.iter().all(|entry| free(&entry.uri) && entry.allowed), "{log:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_iam_action_is_probed_with_real_calls() -> Result<()> {
    let live = live()?;
    let plan = everything()?;
    let all = Permissions::of(&plan, &WayIn::Native, false);
    let diagnosis = examine(&plan, &natively(&live)).await;
    for action in all.actions() {
        ensure!(standing(&diagnosis, action) == Some(Standing::Good), "{action}: {diagnosis:#?}");
    }
    for action in all.actions().filter(|action| !action.contains("Cluster")) {
        live.world.control(&serde_json::json!({"deny": [action]}))?;
        let diagnosis = examine(&plan, &natively(&live)).await;
        ensure!(standing(&diagnosis, action) == Some(Standing::Missing), "{action}: {diagnosis:#?}");
        let missing = diagnosis
            .permissions
            .iter()
            .filter(|check| check.standing == Standing::Missing && check.what.contains(':'));
        ensure!(missing.count() == 1, "{action}: {diagnosis:#?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shut_way_is_named_and_the_other_is_looked_at() -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let (_folder, file) = kubeconfig(&format!("https://127.0.0.1:{port}"), &serde_json::json!({}))?;
    let diagnosis = examine(&plan(&[PODS])?, &by_kubeconfig(&file)).await;
    ensure!(standing(&diagnosis, "API server") == Some(Standing::Broken), "{diagnosis:#?}");
    ensure!(standing(&diagnosis, "list pods at the cluster scope") == Some(Standing::Unclear));

    let nobody =
        Options { aws_config: Some(nobody()), kubernetes: quick(), aws: AwsOptions::default(), ..Options::default() };
    let both = Plan::new([("r", PODS), ("r", "aws.eks.nodegroups")], 1)?;
    let diagnosis = examine(&both, &nobody).await;
    let shut = diagnosis.ways.first().context("no check")?;
    ensure!(shut.standing == Standing::Broken && shut.detail.contains("no AWS credentials"), "{diagnosis:#?}");
    ensure!(standing(&diagnosis, "eks:ListNodegroups") == Some(Standing::Unclear), "{diagnosis:#?}");

    let kube = Kube::shared()?;
    let named = Options { cluster: Some("prod".into()), ..by_kubeconfig(&kube.kubeconfig(&User::admin().token())?) };
    let diagnosis = examine(&both, &named).await;
    ensure!(standing(&diagnosis, "API server") == Some(Standing::Good), "{diagnosis:#?}");
    ensure!(standing(&diagnosis, "list pods at the cluster scope") == Some(Standing::Good));
    ensure!(standing(&diagnosis, "eks:DescribeCluster") == Some(Standing::Unclear));
    Ok(())
}
