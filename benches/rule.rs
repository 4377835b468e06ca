//! Each rule on projected facts, in its sandbox and by the host's whole way of judging, against the same code compiled
//! natively and called.

use anyhow::{Context as _, Result, ensure};
use eksamine_benches::measure::{in_turn, seconds};
use eksamine_benches::served::Served;
use eksamine_benches::{bench, document, sizes};
use eksamine_engine::{LoadedRule, Scan, judge};
use eksamine_facts::Document;
use eksamine_rule::{Facts, Judged, Tally, Verdict};
use eksamine_tests::rules::{AS_OF, official};
use serde::de::DeserializeOwned;

fn main() -> Result<()> {
    bench("rule", |table| {
        for pods in sizes(&[10_000]) {
            let text = document::text(pods)?;
            for rule in &official().1 {
                one(table, rule, &text, pods)?;
            }
        }
        Ok(())
    })
}

fn one(table: &mut eksamine_benches::table::Table, rule: &LoadedRule, text: &str, pods: usize) -> Result<()> {
    let id = rule.meta().id.as_str();
    let mut scan = Scan::default();
    scan.add(rule.clone(), rule.meta().defaults());
    let document = Document::read(text.to_owned(), &scan.projection())?;
    let served = Served::to(rule, &document, AS_OF)?;
    let in_sandbox = || judge(&official().0, &scan, &document, AS_OF).results.pop().context("no result");
    let (ours, theirs) = (in_sandbox()?, native(id, &served)?);
    ensure!(ours.status.word() == word(&theirs), "{id}: {} and natively {}", ours.status, word(&theirs));
    ensure!(ours.findings.len() == theirs.findings.len(), "{id}: other findings than natively");
    let [sandbox, native] = in_turn(21, [&mut || seconds(in_sandbox), &mut || seconds(|| native(id, &served))])?;
    let what = format!("rule: {id}, {} bytes of {pods} pods' facts", served.bytes());
    table.ratio(&what, sandbox, ("native", native), Some(1.3));
    Ok(())
}

fn native(id: &str, served: &Served) -> Result<Verdict> {
    match id {
        "approved-registries" => call(rule_approved_registries::judge, served),
        "audit-logging" => call(rule_audit_logging::judge, served),
        "configure-network-policies-namespaces" => call(rule_configure_network_policies_namespaces::judge, served),
        "configure-network-policy" => call(rule_configure_network_policy::judge, served),
        "configure-tls" => call(rule_configure_tls::judge, served),
        "control-plane-access" => call(rule_control_plane_access::judge, served),
        "dedicated-service-accounts" => call(rule_dedicated_service_accounts::judge, served),
        "endpoint-configuration" => call(rule_endpoint_configuration::judge, served),
        "fargate" => call(rule_fargate::judge, served),
        "iam-integration" => call(rule_iam_integration::judge, served),
        "image-scanning" => call(rule_image_scanning::judge, served),
        "kubelet-configure-client-ca" => call(rule_kubelet_configure_client_ca::judge, served),
        "kubelet-read-only-port-secured" => call(rule_kubelet_read_only_port_secured::judge, served),
        "private-nodes" => call(rule_private_nodes::judge, served),
        "read-only-registry-access" => call(rule_read_only_registry_access::judge, served),
        "registry-access" => call(rule_registry_access::judge, served),
        "secret-encryption" => call(rule_secret_encryption::judge, served),
        other => anyhow::bail!("benches/rule.rs does not call {other} natively"),
    }
}

fn call<P: DeserializeOwned, J: Judged>(judge: fn(&Facts<'_>, &P, Tally) -> J, served: &Served) -> Result<Verdict> {
    let params = serde_json::from_str(&served.params)?;
    judge(&Facts::new(served), &params, Tally::default()).into_answer().map_err(anyhow::Error::msg)
}

/// As the host calls that status.
fn word(verdict: &Verdict) -> &'static str {
    use eksamine_rule::Status;
    match verdict.status {
        Status::Fail => "fail",
        Status::Unknown => "error",
        Status::Manual => "manual",
        Status::Pass => "pass",
        Status::NotApplicable => "not-applicable",
    }
}
