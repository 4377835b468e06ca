//! Least privilege: what is printed is enough, and all of it is used. The audit log is the judge.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use eksamine_gather::permissions::Subject;
use eksamine_gather::ways_in::WayIn;
use eksamine_gather::{Permissions, Plan};
use eksamine_tests::servers::kube::{AuditEntry, Kube, Options as Server, User};

use crate::scene::{
    CONFIG_MAPS, KUBELETS, NODES, PODS, POLICIES, apply_manifests, by_kubeconfig, fill, gathered, make_nodes,
};

const KINDS: &[&str] = &[
    PODS,
    NODES,
    POLICIES,
    CONFIG_MAPS,
    KUBELETS,
    "k8s.daemonsets.v1.apps",
    "k8s.clusterrolebindings.v1.rbac.authorization.k8s.io",
    "k8s.ciliumnetworkpolicies.v2.cilium.io",
];

/// In the words of `permissions`.
fn used(entry: &AuditEntry) -> String {
    let dot = if entry.group.is_empty() { "" } else { "." };
    let slash = if entry.subresource.is_empty() { "" } else { "/" };
    let AuditEntry { verb, resource, subresource, group, namespace, name, .. } = entry;
    let place = if namespace.is_empty() { "at the cluster scope".to_owned() } else { format!("{name} in {namespace}") };
    format!("{verb} {resource}{slash}{subresource}{dot}{group} {place}")
}

fn is_free(entry: &AuditEntry) -> bool {
    let path = entry.uri.split('?').next().unwrap_or_default();
    let depth = path.split('/').count();
    path == "/version" || (path.starts_with("/api/") && depth == 3) || (path.starts_with("/apis/") && depth <= 4)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_roles_are_sufficient_and_all_of_them_is_used() -> Result<()> {
    let kube = Kube::start(Server {
        audit: true,
        users: vec![User::new("scanner", &["eksamine readers"])],
        ..Server::default()
    })?;
    fill(&kube, "some", 2)?;
    make_nodes(&kube, &[("n1", "i-1"), ("n2", "i-2")])?;
    let plan = Plan::new(KINDS.iter().map(|kind| ("a-rule", *kind)), 2)?;
    let permissions = Permissions::of(&plan, &WayIn::Native, true);
    let options = by_kubeconfig(&kube.kubeconfig("scanner-token")?);
    let before = gathered(&plan, &options).await?;
    ensure!(before[PODS]["status"] == "denied" && before[CONFIG_MAPS]["status"] == "denied", "{before:#}");

    let group = Subject::Group("eksamine readers".to_owned());
    apply_manifests(&kube, &permissions.rbac_manifests(&group, true))?;
    let start = Instant::now();
    let mut seen = kube.audit()?.len();
    let facts = loop {
        let facts = gathered(&plan, &options).await?;
        let denied = facts.to_string().contains("\"denied\"");
        if !denied {
            break facts;
        }
        ensure!(start.elapsed() < Duration::from_secs(20), "not sufficient: {facts:#}");
        std::thread::sleep(Duration::from_millis(100));
        seen = kube.audit()?.len();
    };
    for kind in [PODS, NODES, POLICIES, CONFIG_MAPS] {
        ensure!(facts[kind]["status"] == "complete", "{kind}: {:#}", facts[kind]);
    }
    ensure!(facts["k8s.ciliumnetworkpolicies.v2.cilium.io"]["status"] == "absent");
    let granted: BTreeSet<String> = permissions.rbac_grants().into_iter().map(|grant| grant.permission).collect();
    let log = &kube.audit()?[seen..];
    ensure!(log.iter().all(|entry| entry.user == "scanner" && entry.allowed), "{log:#?}");
    let mut asked: BTreeSet<String> = log.iter().filter(|entry| !is_free(entry)).map(used).collect();
    // The node proxy is asked once per node.
    ensure!(
        asked.remove("get nodes/proxy n1 in ") || asked.iter().any(|entry| entry.contains("nodes/proxy")),
        "{asked:#?}"
    );
    let asked: BTreeSet<String> = asked
        .into_iter()
        .map(|entry| if entry.contains("nodes/proxy") { "get nodes/proxy at the cluster scope".into() } else { entry })
        .collect();
    ensure!(asked == granted, "asked {asked:#?}\ngranted {granted:#?}");
    Ok(())
}
