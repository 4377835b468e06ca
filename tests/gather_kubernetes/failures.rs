//! What cannot be read says why, and stops nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use eksamine_gather::ways_in::open;
use eksamine_tests::servers::kube::{Kube, Options as Server, User};
use serde_json::{Value, json};

use crate::proxy::{Proxy, Reply, honest};
use crate::scene::{
    KUBELETS, NODES, PODS, POLICIES, by_kubeconfig, count, facts, fill, gathered, let_list, make_nodes, plan, says,
    silent, through,
};

const CILIUM: &str = "k8s.ciliumnetworkpolicies.v2.cilium.io";
const CILIUM_OLD: &str = "k8s.ciliumnetworkpolicies.v1alpha1.cilium.io";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forbidden_resource_names_what_to_grant_and_the_others_are_read() -> Result<()> {
    let kube = Kube::start(Server { users: vec![User::new("reader", &["readers"])], ..Server::default() })?;
    fill(&kube, "some", 3)?;
    let_list(&kube, "readers", &["pods"])?;
    let facts = gathered(&plan(&[PODS, NODES, POLICIES])?, &by_kubeconfig(&kube.kubeconfig("reader-token")?)).await?;
    ensure!(facts[PODS]["status"] == "complete" && count(&facts[PODS]) == 3);
    says(&facts[NODES], "denied", "403: nodes is forbidden: User \"reader\"")?;
    ensure!(facts[NODES]["permission"] == "list nodes at the cluster scope");
    ensure!(
        facts[POLICIES]["permission"] == "list networkpolicies.networking.k8s.io at the cluster scope",
        "{facts:#}"
    );
    Ok(())
}

fn cilium(kube: &Kube) -> Result<()> {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = json!({
        "metadata": {"name": "ciliumnetworkpolicies.cilium.io"},
        "spec": {"group": "cilium.io", "scope": "Namespaced", "versions": [{"name": "v2", "served": true, "storage": true, "schema": schema}],
            "names": {"plural": "ciliumnetworkpolicies", "singular": "ciliumnetworkpolicy", "kind": "CiliumNetworkPolicy"}},
    });
    kube.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &definition)?;
    let policy = json!({"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": {"name": "p"}, "spec": {"x": 1.50}});
    let list = "/apis/cilium.io/v2/namespaces/default/ciliumnetworkpolicies";
    let start = Instant::now();
    while kube.post(&User::admin().token(), list, &policy)?.code != 201 {
        ensure!(start.elapsed() < Duration::from_secs(20), "the definition is never served");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resource_that_is_not_served_is_absent_whoever_asks() -> Result<()> {
    let kube = Kube::start(Server::default())?;
    let plan = plan(&[CILIUM, CILIUM_OLD, "k8s.foos.v1.apps", "k8s.foos.v1"])?;
    let (admin, limited) = (User::admin().token(), User::limited().token());
    for token in [&admin, &limited] {
        let facts = gathered(&plan, &by_kubeconfig(&kube.kubeconfig(token)?)).await?;
        for kind in [CILIUM, CILIUM_OLD, "k8s.foos.v1.apps", "k8s.foos.v1"] {
            says(&facts[kind], "absent", "the API server does not serve")?;
            ensure!(facts[kind].get("permission").is_none());
        }
    }
    cilium(&kube)?;
    let facts = gathered(&plan, &by_kubeconfig(&kube.kubeconfig(&admin)?)).await?;
    let policy = &facts[CILIUM]["items"][0];
    ensure!(facts[CILIUM]["status"] == "complete" && policy["kind"] == "CiliumNetworkPolicy", "{facts:#}");
    // The objects are there: to read them as absent would be wrong.
    says(&facts[CILIUM_OLD], "error", "ciliumnetworkpolicies is served as v2, not as cilium.io/v1alpha1")?;
    let facts = gathered(&plan, &by_kubeconfig(&kube.kubeconfig(&limited)?)).await?;
    says(&facts[CILIUM], "denied", "403: ")?;
    says(&facts[CILIUM_OLD], "error", "is served as v2")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_principal_is_one_clear_stop() -> Result<()> {
    let kube = Kube::shared()?;
    let plan = plan(&[PODS, NODES, POLICIES])?;
    let ways_in = open(&plan, &by_kubeconfig(&kube.kubeconfig("nobody's")?)).await?;
    let gathering = silent(&plan, &ways_in).await;
    let facts = facts(&gathering)?;
    for kind in [PODS, NODES, POLICIES] {
        says(&facts[kind], "denied", "does not know who we are (401)")?;
        says(&facts[kind], "denied", "EKS access entry")?;
    }
    ensure!(gathering.kubernetes_requests == 1, "{} requests", gathering.kubernetes_requests);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_server_is_an_error_and_not_waited_for_kind_by_kind() -> Result<()> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let plan = plan(&[PODS, NODES, POLICIES, CILIUM, KUBELETS])?;
    let start = Instant::now();
    let ways_in = through(&plan, &format!("https://127.0.0.1:{port}")).await?;
    let facts = facts(&silent(&plan, &ways_in).await)?;
    for kind in [PODS, NODES, POLICIES, CILIUM] {
        says(&facts[kind], "error", "cannot reach https://127.0.0.1:")?;
        says(&facts[kind], "error", "refused")?;
    }
    says(&facts[KUBELETS], "not-collected", "with --tier 2")?;
    ensure!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_no_api_server_has_nothing_absent() -> Result<()> {
    for reply in [(404, "<html>not here</html>"), (200, "<html>welcome</html>"), (200, "{}")] {
        let proxy = Proxy::start(move |_| Ok(Reply::new(reply.0, reply.1)))?;
        let plan = plan(&[PODS, CILIUM])?;
        let facts = self::facts(&silent(&plan, &through(&plan, &proxy.url).await?).await)?;
        for kind in [PODS, CILIUM] {
            says(&facts[kind], "error", "it does not answer as a Kubernetes API server")?;
        }
    }
    Ok(())
}

/// Answers honestly but for the paths that contain `part`, of which the first `times` get another answer.
fn spoilt(
    part: &'static str,
    times: usize,
    reply: impl Fn() -> Result<Reply> + Send + Sync + 'static,
) -> Result<Proxy> {
    let kube = Kube::shared()?;
    let left = Arc::new(AtomicUsize::new(times));
    Proxy::start(move |path| {
        let spoil =
            path.contains(part) && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
        if spoil { reply() } else { honest(kube, path) }
    })
}

async fn two_kinds(proxy: &Proxy) -> Result<Value> {
    let plan = plan(&[NODES, POLICIES])?;
    facts(&silent(&plan, &through(&plan, &proxy.url).await?).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_is_asked_again_when_it_says() -> Result<()> {
    let busy = || Ok(Reply { code: 429, headers: "Retry-After: 1\r\n", body: "{\"message\":\"too many\"}".into() });
    let start = Instant::now();
    let facts = two_kinds(&spoilt("/nodes", 1, busy)?).await?;
    ensure!(facts[NODES]["status"] == "complete", "{facts:#}");
    ensure!(start.elapsed() >= Duration::from_secs(1), "Retry-After is honoured");
    for break_off in [false, true] {
        let broken = move || if break_off { bail!("dropped") } else { Ok(Reply::new(503, "upstream")) };
        let facts = two_kinds(&spoilt("/nodes", 2, broken)?).await?;
        ensure!(facts[NODES]["status"] == "complete" && facts[POLICIES]["status"] == "complete", "{facts:#}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_list_that_never_comes_stops_no_other() -> Result<()> {
    let facts = two_kinds(&spoilt("/nodes", usize::MAX, || Ok(Reply::new(503, "upstream is gone")))?).await?;
    says(&facts[NODES], "error", "503: upstream is gone")?;
    ensure!(facts[POLICIES]["status"] == "complete", "{facts:#}");
    let proxy = spoilt("/nodes", usize::MAX, || bail!("dropped"))?;
    let facts = two_kinds(&proxy).await?;
    says(&facts[NODES], "error", "cannot reach")?;
    ensure!(facts[POLICIES]["status"] == "complete" && proxy.count("/nodes") == 5, "{facts:#}");
    let facts = two_kinds(&spoilt("/nodes", usize::MAX, || Ok(Reply::new(200, "{\"kind\":\"NodeList\"}")))?).await?;
    says(&facts[NODES], "error", "missing field `items`")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubelets_are_asked_at_tier_two_and_each_may_fail() -> Result<()> {
    let kube = Kube::start(Server::default())?;
    // Nobody asks the last: a node of Fargate.
    make_nodes(&kube, &[("n1", "i-1"), ("n2", "i-2"), ("n3", "i-3"), ("n4", "0c1-2f/fargate-ip-10-0-1-4")])?;
    for (node, address) in [("n1", "10.0.1.1"), ("n2", "10.0.1.2")] {
        let status = json!({"status": {"addresses": [{"type": "InternalIP", "address": address}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}});
        kube.patch_status(&format!("/api/v1/nodes/{node}"), &status)?;
    }
    let config = json!({"kubeletconfig": {"readOnlyPort": 0, "staticPodURLHeader": {"Authorization": ["s3cret"]}}});
    kube.kubelet("10.0.1.1", &config)?;
    let plan = eksamine_gather::Plan::new([("kubelet", KUBELETS)], 2)?;
    let facts = gathered(&plan, &by_kubeconfig(&kube.kubeconfig(&User::admin().token())?)).await?;
    let kubelets = &facts[KUBELETS];
    let read = json!([{"config": {"readOnlyPort": 0, "staticPodURLHeader": "(redacted by eksamine)"}, "node": "n1", "source": "proxy"}]);
    ensure!(kubelets["status"] == "partial" && kubelets["items"] == read, "{kubelets:#}");
    ensure!(kubelets["gaps"][0]["subject"] == "n2" && kubelets["gaps"][1]["subject"] == "n3", "{kubelets:#}");
    ensure!(kubelets["gaps"].as_array().map(Vec::len) == Some(2), "{kubelets:#}");
    Ok(())
}
