//! Kubelets asked at their own addresses, and what node agents read instead.

use std::fs;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use eksamine_gather::permissions::Subject;
use eksamine_gather::ways_in::{WayIn, open};
use eksamine_gather::{Files, Kubelets, Permissions, Plan, node_agent};
use eksamine_tests::program::eksamine;
use eksamine_tests::rules;
use eksamine_tests::servers::kube::{Kube, Options as Server, User};
use serde_json::{Value, json};

use crate::scene::{KUBELETS, apply_manifests, by_kubeconfig, facts, gathered, kubeconfig, make_nodes, silent};

fn asking(how: Kubelets) -> Result<Plan> {
    Ok(Plan::with_kubelets([("kubelet", KUBELETS)], 1, Some(how))?)
}

fn place(kube: &Kube, node: &str, at: SocketAddr) -> Result<()> {
    let status = json!({"status": {"addresses": [{"type": "InternalIP", "address": at.ip().to_string()}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": at.port()}}}});
    kube.patch_status(&format!("/api/v1/nodes/{node}"), &status)?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn straight_answers_take_the_narrow_permission_and_the_clusters_authority() -> Result<()> {
    let users = vec![User::new("scanner", &["eksamine readers"])];
    let kube = Kube::start(Server { audit: true, users, ..Server::default() })?;
    make_nodes(&kube, &[("n1", "i-1"), ("n2", "i-2"), ("n3", "i-3"), ("n4", "i-4")])?;
    kube.kubelet("127.0.0.1", &json!({"kubeletconfig": {"readOnlyPort": 10255}}))?;
    place(&kube, "n1", kube.direct_kubelet())?;
    place(&kube, "n2", kube.strange_kubelet())?;
    place(&kube, "n3", SocketAddr::from(([127, 0, 0, 1], 1)))?;
    let plan = asking(Kubelets::Direct)?;
    let permissions = Permissions::of(&plan, &WayIn::Native, true);
    let granted: Vec<String> = permissions.rbac_grants().into_iter().map(|grant| grant.permission).collect();
    ensure!(granted == ["get nodes/configz at the cluster scope", "list nodes at the cluster scope"], "{granted:?}");
    let options = by_kubeconfig(&kube.kubeconfig("scanner-token")?);
    let group = Subject::Group("eksamine readers".to_owned());

    // Nodes alone: the kubelet asks the API server, which says no.
    let nodes_alone = Plan::new([("r", "k8s.nodes.v1")], 1)?;
    apply_manifests(&kube, &Permissions::of(&nodes_alone, &WayIn::Native, true).rbac_manifests(&group, false))?;
    let denied = until(&plan, &options, |kubelets| kubelets["gaps"][0]["status"] == "denied").await?;
    let gap = &denied["gaps"][0];
    ensure!(gap["subject"] == "n1" && gap["permission"] == "get nodes/configz", "{denied:#}");
    ensure!(gap["reason"].as_str().is_some_and(|why| why.starts_with("403: Forbidden (user=scanner")), "{denied:#}");

    kube.delete("/apis/rbac.authorization.k8s.io/v1/clusterroles/eksamine-reader")?;
    kube.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/eksamine-reader")?;
    apply_manifests(&kube, &permissions.rbac_manifests(&group, false))?;
    let kubelets = until(&plan, &options, |kubelets| kubelets["status"] == "partial").await?;
    let read = json!([{"config": {"readOnlyPort": 10255}, "node": "n1", "source": "direct"}]);
    ensure!(kubelets["items"] == read, "{kubelets:#}");
    let reasons: Vec<&str> = (0..3).filter_map(|n| kubelets["gaps"][n]["reason"].as_str()).collect();
    ensure!(reasons.len() == 3 && reasons[0].contains("certificate"), "{reasons:?}");
    ensure!(
        reasons[1].contains("cannot reach https://127.0.0.1:1") && reasons[2].contains("InternalIP"),
        "{reasons:?}"
    );
    ensure!(!kube.audit()?.iter().any(|entry| entry.subresource == "proxy"), "the node proxy was asked");
    Ok(())
}

/// Roles take effect a moment after they are made.
async fn until(
    plan: &Plan,
    options: &eksamine_gather::ways_in::Options,
    good: impl Fn(&Value) -> bool,
) -> Result<Value> {
    for _ in 0..200 {
        let facts = gathered(plan, options).await?;
        if good(&facts[KUBELETS]) {
            return Ok(facts[KUBELETS].clone());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let facts = gathered(plan, options).await?;
    anyhow::bail!("it never came to that: {:#}", facts[KUBELETS])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_goes_to_a_kubelet_that_nobody_vouches_for() -> Result<()> {
    let kube = Kube::shared()?;
    let (_folder, path) = kubeconfig(kube.server(), &json!({"token": User::admin().token()}))?;
    let text = fs::read_to_string(&path)?.replace("\"server\":", "\"insecure-skip-tls-verify\":true,\"server\":");
    fs::write(&path, text)?;
    kube.create("/api/v1/nodes", &json!({"metadata": {"name": "direct-1"}, "spec": {"providerID": "aws:///a/i-1"}}))?;
    place(kube, "direct-1", kube.direct_kubelet())?;
    kube.kubelet("127.0.0.1", &json!({"kubeletconfig": {}}))?;
    let facts = gathered(&asking(Kubelets::Direct)?, &by_kubeconfig(&path)).await?;
    let kubelets = facts[KUBELETS].to_string();
    ensure!(
        kubelets.contains("names no certificate authority of the cluster") && !kubelets.contains("\"node\":"),
        "{kubelets}"
    );
    Ok(())
}

/// A kubeconfig may say that the API server is to be believed unseen; a kubelet is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn skipping_verification_is_not_for_kubelets() -> Result<()> {
    let kube = Kube::start(Server::default())?;
    make_nodes(&kube, &[("n1", "i-1"), ("n2", "i-2")])?;
    place(&kube, "n1", kube.direct_kubelet())?;
    place(&kube, "n2", kube.strange_kubelet())?;
    kube.kubelet("127.0.0.1", &json!({"kubeletconfig": {}}))?;
    let path = kube.kubeconfig(&User::admin().token())?;
    let text = fs::read_to_string(&path)?;
    let skipping = text.replace("\"server\":", "\"insecure-skip-tls-verify\":true,\"server\":");
    ensure!(skipping != text, "{text}");
    fs::write(&path, skipping)?;
    let facts = gathered(&asking(Kubelets::Direct)?, &by_kubeconfig(&path)).await?;
    let kubelets = &facts[KUBELETS];
    ensure!(kubelets["items"] == json!([{"config": {}, "node": "n1", "source": "direct"}]), "{kubelets:#}");
    let gap = &kubelets["gaps"][0];
    ensure!(gap["subject"] == "n2", "{kubelets:#}");
    ensure!(gap["reason"].as_str().is_some_and(|why| why.contains("certificate")), "{kubelets:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_node_agents_printed_is_taken_node_by_node() -> Result<()> {
    let kube = Kube::start(Server::default())?;
    make_nodes(&kube, &[("n1", "i-1"), ("n2", "i-2"), ("n3", "0c1-2f/fargate-ip-10-0-1-4")])?;
    let root = node("10.0.1.10")?;
    let printed = root.path().join("kubelets.jsonl");
    let lines = [node_agent::kubelet(root.path(), "n1")?, node_agent::kubelet(root.path(), "gone")?];
    // As if somebody had written headers in afterwards, and more.
    let header = r#""config":{"staticPodURLHeader":{"Authorization":["s3cret"]},"#;
    let lines = lines.join("\n").replace("\"config\":{", header).replace("\"source\"", "\"more\":1,\"source\"");
    fs::write(&printed, lines)?;
    let plan = asking(Kubelets::Files(Files::read(&printed)?))?;
    let granted = Permissions::of(&plan, &WayIn::Native, true).rbac_grants();
    ensure!(granted.len() == 1 && granted[0].permission == "list nodes at the cluster scope", "{granted:?}");
    let ways_in = open(&plan, &by_kubeconfig(&kube.kubeconfig(&User::admin().token())?)).await?;
    let gathering = silent(&plan, &ways_in).await;
    let old = gathering.weakenings.iter().find(|weakening| weakening.kind == "kubelet-files");
    ensure!(old.is_some_and(|weakening| weakening.subject == printed.display().to_string()), "{gathering:?}");
    let facts = facts(&gathering)?;
    let kubelets = &facts[KUBELETS];
    let read = json!([{"config": {"kind": "KubeletConfiguration", "readOnlyPort": 0,
        "staticPodURLHeader": "(redacted by eksamine)"}, "node": "n1", "source": "file",
        "flags": {"config": "/etc/kubernetes/kubelet/config"}}]);
    ensure!(kubelets["items"] == read && kubelets["status"] == "partial", "{kubelets:#}");
    ensure!(kubelets["gaps"].as_array().map(Vec::len) == Some(1), "{kubelets:#}");
    ensure!(kubelets["gaps"][0]["subject"] == "n2", "{kubelets:#}");
    ensure!(kubelets["gaps"][0]["reason"].as_str().is_some_and(|why| why.ends_with("holds nothing of this node")));
    Ok(())
}

/// The manifest of the examples is what an API server takes, and its command is what the program takes.
#[test]
fn the_node_agent_of_the_examples_runs() -> Result<()> {
    let kube = Kube::shared()?;
    let manifest = fs::read_to_string(rules::root().join("examples/node-agent.yaml"))?;
    let documents: Vec<&str> = manifest.split("---\n").collect();
    ensure!(documents.len() == 2, "a namespace and a DaemonSet");
    kube.apply_yaml("/api/v1/namespaces/eksamine", documents[0])?;
    let made = kube.apply_yaml("/apis/apps/v1/namespaces/eksamine/daemonsets/eksamine-kubelet", documents[1])?;
    let agent = &made["spec"]["template"]["spec"]["initContainers"][0];
    let mounts = agent["volumeMounts"].as_array().context("mounts")?;
    ensure!(mounts.iter().all(|mount| mount["readOnly"] == true), "{mounts:#?}");
    // The command reads below /host what the node has at /.
    let volumes = made["spec"]["template"]["spec"]["volumes"].as_array().context("volumes")?;
    let of = |name: &Value| volumes.iter().find(|volume| volume["name"] == *name).map(|it| &it["hostPath"]["path"]);
    let shown: Vec<(&str, Option<&str>)> = mounts
        .iter()
        .map(|mount| (mount["mountPath"].as_str().unwrap_or_default(), of(&mount["name"]).and_then(Value::as_str)))
        .collect();
    ensure!(shown == [("/host/etc/kubernetes", Some("/etc/kubernetes")), ("/host/proc", Some("/proc"))], "{shown:?}");
    let root = node("10.0.1.10")?;
    let words = agent["command"].as_array().context("a command")?.iter();
    let host = root.path().to_str().context("text")?;
    let words: Vec<String> = words
        .map(|word| word.as_str().unwrap_or_default().replace("/host", host).replace("$(NODE_NAME)", "n1"))
        .collect();
    ensure!(words[0] == "eksamine", "{words:?}");
    let ran = eksamine(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    ensure!(ran.code == 0 && ran.stderr.is_empty(), "{ran:?}");
    let item: Value = serde_json::from_str(&ran.stdout)?;
    ensure!(item["node"] == "n1" && item["config"]["readOnlyPort"] == 0, "{item:#}");
    Ok(())
}

/// The root folder of a node with a kubelet.
fn node(address: &str) -> Result<tempfile::TempDir> {
    let root = tempfile::tempdir()?;
    let proc = root.path().join("proc/812");
    fs::create_dir_all(&proc)?;
    let command = format!("/usr/bin/kubelet\0--config\0/etc/kubernetes/kubelet/config\0--node-ip={address}\0");
    fs::write(proc.join("cmdline"), command)?;
    let files = root.path().join("etc/kubernetes/kubelet");
    fs::create_dir_all(&files)?;
    fs::write(files.join("config"), "kind: KubeletConfiguration\nreadOnlyPort: 0\n")?;
    Ok(root)
}
