//! Whole lists: paging, expired continue tokens, many objects, the order of answers, and what must not be kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use eksamine_gather::kubernetes::Limits;
use eksamine_gather::ways_in::{Options, open};
use eksamine_tests::servers::kube::{EXPIRING_CONTINUE_TOKENS, Kube, Options as Server, User, World};
use serde_json::{Value, json};

use crate::proxy::{Proxy, Reply, honest};
use crate::scene::{
    CONFIG_MAPS, NODES, PODS, by_kubeconfig, count, fill, gathered, kubeconfig, make_namespace, names, plan, quick,
    says, silent, through,
};

fn small_pages(file: &std::path::Path, page: usize) -> Options {
    Options { kubernetes: Limits { page, ..quick() }, ..by_kubeconfig(file) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_read_page_by_page_as_it_is_served() -> Result<()> {
    let kube =
        Kube::start(Server { audit: true, users: vec![User::new("reader", &["readers"])], ..Server::default() })?;
    fill(&kube, "paged", 12)?;
    crate::scene::let_list(&kube, "readers", &["pods"])?;
    let file = kube.kubeconfig("reader-token")?;
    let facts = gathered(&plan(&[PODS])?, &small_pages(&file, 5)).await?;
    ensure!(facts[PODS]["status"] == "complete" && count(&facts[PODS]) == 12, "{facts:#}");
    let read = names(&facts[PODS]);
    ensure!(read.is_sorted() && read.first().map(String::as_str) == Some("paged/p-0"), "{read:?}");
    let pod = &facts[PODS]["items"][0];
    ensure!(pod.get("kind").is_none() && pod["metadata"].get("managedFields").is_none(), "as served: {pod:#}");
    ensure!(pod["spec"]["containers"][0]["image"] == "i" && pod["metadata"]["uid"].is_string());
    let asked: Vec<String> =
        kube.audit()?.into_iter().filter(|entry| entry.resource == "pods").map(|entry| entry.uri).collect();
    ensure!(asked.len() == 3 && asked.iter().all(|uri| uri.starts_with("/api/v1/pods?limit=5")), "{asked:?}");
    Ok(())
}

/// A server whose continue tokens expire after the first page, the first `times` times.
fn forgetful(times: usize) -> Result<(Arc<Kube>, Proxy)> {
    let gates = vec![EXPIRING_CONTINUE_TOKENS.to_owned()];
    let kube = Arc::new(Kube::start(Server { feature_gates: gates, ..Server::default() })?);
    fill(&kube, "expiry", 12)?;
    let (behind, left) = (Arc::clone(&kube), AtomicUsize::new(times));
    let proxy = Proxy::start(move |path| {
        let reply = honest(&behind, path)?;
        let first = path.starts_with("/api/v1/pods?") && !path.contains("continue=");
        if first && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            behind.compact_etcd()?;
        }
        Ok(reply)
    })?;
    Ok((kube, proxy))
}

async fn pods_through(proxy: &Proxy) -> Result<Value> {
    let (_folder, file) = kubeconfig(&proxy.url, &json!({}))?;
    Ok(gathered(&plan(&[PODS])?, &small_pages(&file, 5)).await?[PODS].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_begins_the_list_again() -> Result<()> {
    let (_kube, proxy) = forgetful(2)?;
    let pods = pods_through(&proxy).await?;
    ensure!(pods["status"] == "complete" && count(&pods) == 12, "{pods:#}");
    // Twice one page and the refusal, then three.
    ensure!(proxy.count("/api/v1/pods?") == 7, "{:?}", proxy.paths);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_always_expires_is_partial() -> Result<()> {
    let (_kube, proxy) = forgetful(usize::MAX)?;
    let pods = pods_through(&proxy).await?;
    says(&pods, "partial", "410: The provided continue parameter is too old")?;
    ensure!(count(&pods) == 5 && pods["gaps"][0]["subject"] == "/api/v1/pods after page 1", "{:#}", pods["gaps"]);
    ensure!(pods["gaps"][0]["status"] == "error");
    ensure!(proxy.count("/api/v1/pods?") == 8, "one walk and three restarts: {:?}", proxy.paths);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_pods() -> Result<()> {
    let kube = Kube::start_with(Server::default(), &World::pods(10_000))?;
    let (plan, options) = (plan(&[PODS])?, by_kubeconfig(&kube.kubeconfig(&User::admin().token())?));
    let ways_in = open(&plan, &options).await?;
    let gathering = silent(&plan, &ways_in).await;
    let document: Value = serde_json::from_str(&gathering.document)?;
    ensure!(count(&document["facts"][PODS]) == 10_000);
    ensure!(gathering.kubernetes_requests == 21, "/version and 20 pages, not {}", gathering.kubernetes_requests);
    Ok(())
}

/// The same list, its items the other way round.
fn turned(reply: Reply) -> Result<Reply> {
    let mut list: Value = serde_json::from_str(&reply.body)?;
    if let Some(items) = list.get_mut("items").and_then(Value::as_array_mut) {
        items.reverse();
    }
    Ok(Reply::new(reply.code, list.to_string()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_order_of_answers_does_not_show() -> Result<()> {
    let kube = Arc::new(Kube::start(Server::default())?);
    fill(&kube, "order", 30)?;
    let (one, other) = (Arc::clone(&kube), Arc::clone(&kube));
    let straight = Proxy::start(move |path| honest(&one, path))?;
    let shuffled = Proxy::start(move |path| turned(honest(&other, path)?))?;
    let plan = plan(&[PODS, "k8s.namespaces.v1", "k8s.clusterroles.v1.rbac.authorization.k8s.io", CONFIG_MAPS])?;
    let mut documents = Vec::new();
    for proxy in [&straight, &shuffled, &straight] {
        let mut ways_in = through(&plan, &proxy.url).await?;
        ways_in.scope.api_server = None; // the one thing that differs
        documents.push(silent(&plan, &ways_in).await.document);
    }
    ensure!(documents[0] == documents[1] && documents[0] == documents[2]);
    ensure!(documents[0].len() > 30_000 && documents[0].contains("\"kubernetes_version\":\"1.36\""));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_the_environment_stay_in_the_cluster() -> Result<()> {
    let kube = Kube::shared()?;
    make_namespace(kube, "hush")?;
    let env = json!([{"name": "PASSWORD", "value": "s3cret-of-env"}, {"name": "ENABLE_POD_ENI", "value": "true"},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]);
    let containers = json!([{"name": "c", "image": "i", "env": env}]);
    let applied = json!({"kubectl.kubernetes.io/last-applied-configuration": "{\"s3cret-of-env\":1}", "note": "kept"});
    let pod = json!({"metadata": {"name": "p", "annotations": applied},
        "spec": {"containers": containers, "initContainers": [{"name": "d", "image": "i", "env": env}]}});
    kube.create("/api/v1/namespaces/hush/pods", &pod)?;
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers}});
    let deployment =
        json!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}});
    kube.create("/apis/apps/v1/namespaces/hush/deployments", &deployment)?;
    let deployments = "k8s.deployments.v1.apps";
    let options = by_kubeconfig(&kube.kubeconfig(&User::admin().token())?);
    let facts = gathered(&plan(&[PODS, deployments])?, &options).await?;
    ensure!(!facts.to_string().contains("s3cret-of-env"));
    let pods = facts[PODS]["items"].as_array().context("no pods")?;
    let pod = pods.iter().find(|pod| pod["metadata"]["namespace"] == "hush").context("no such pod")?;
    let kept = &pod["spec"]["containers"][0]["env"];
    ensure!(kept[0] == json!({"name": "PASSWORD", "value": "(redacted by eksamine)"}), "{kept:#}");
    ensure!(kept[1]["value"] == "true" && kept[2]["valueFrom"]["secretKeyRef"]["key"] == "k", "{kept:#}");
    ensure!(pod["metadata"]["annotations"] == json!({"note": "kept"}));
    ensure!(count(&facts[deployments]) == 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_maps_are_read_by_name_only() -> Result<()> {
    let kube =
        Kube::start(Server { audit: true, users: vec![User::new("reader", &["readers"])], ..Server::default() })?;
    let maps = "/api/v1/namespaces/kube-system/configmaps";
    for name in ["aws-auth", "cilium-config", "of-somebody-else"] {
        kube.create(maps, &json!({"metadata": {"name": name}, "data": {"mapRoles": "[]"}}))?;
    }
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system";
    let two = ["aws-auth", "amazon-vpc-cni"];
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": two, "verbs": ["get"]}]);
    kube.create(&format!("{rbac}/roles"), &json!({"metadata": {"name": "two"}, "rules": rules}))?;
    let of = |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let binding =
        json!({"metadata": {"name": "two"}, "roleRef": of("Role", "two"), "subjects": [of("Group", "readers")]});
    kube.create(&format!("{rbac}/rolebindings"), &binding)?;
    let options = by_kubeconfig(&kube.kubeconfig("reader-token")?);
    let facts = gathered(&plan(&[CONFIG_MAPS, NODES])?, &options).await?;
    let maps = &facts[CONFIG_MAPS];
    ensure!(maps["status"] == "partial" && names(maps) == ["kube-system/aws-auth"], "{maps:#}");
    let gap = json!([{"subject": "kube-system/cilium-config", "status": "denied", "permission": "get configmaps cilium-config in kube-system",
        "reason": maps["gaps"][0]["reason"]}]);
    ensure!(maps["gaps"] == gap, "{maps:#}");
    let lists = kube.audit()?.into_iter().filter(|entry| entry.resource == "configmaps" && entry.verb != "get").count();
    ensure!(lists == 0, "ConfigMaps are never listed");
    Ok(())
}
