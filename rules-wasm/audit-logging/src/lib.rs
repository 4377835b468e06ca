//! Fails a cluster that does not export the control-plane logs that are demanded.

use eksamine_facts::Text;
use eksamine_facts::eks::Cluster;
use eksamine_facts::logs::LogGroup;
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    required_log_types: Vec<String>,
    require_log_group: bool,
    min_retention_days: Option<i64>,
}

/// One finding, for the cluster.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("clusters");
    let cluster = facts.cluster();
    tally.judge(cluster.subject(), || judge_cluster(facts, params, cluster.get()?));
    tally.finish("")
}

fn judge_cluster(facts: &Facts<'_>, params: &Params, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if let Some(elsewhere) = item.elsewhere("has no control plane of EKS's")? {
        return Ok(elsewhere);
    }
    let enabled = enabled_types(cluster)?;
    let missing: Vec<&str> =
        params.required_log_types.iter().map(String::as_str).filter(|t| !enabled.contains(t)).collect();
    let audit = enabled.contains("audit");
    let logging = |outcome: Outcome| outcome.at(item.at("/logging")).at(item.at("/status"));
    let exported = format!("exported: {}", list(&enabled));
    if !audit {
        return Ok(logging(fail(format!("audit logs are not exported; {exported}"))));
    }
    if !missing.is_empty() {
        return Ok(logging(fail(format!("audit logs are exported, but these are not: {}", missing.join(", ")))));
    }
    let name = cluster.name.get()?;
    let demanded = params.require_log_group || params.min_retention_days.is_some();
    Ok(logging(if demanded {
        judge_log_group(facts, name, params, &exported)?
    } else {
        pass(exported).with(aside(|| evidence(facts, name)))
    }))
}

/// EKS answers several entries, on and off; what counts is the union of those that are on.
fn enabled_types(cluster: &Cluster) -> Result<BTreeSet<&str>, Unknown> {
    let mut enabled = BTreeSet::new();
    let Some(logging) = cluster.logging.declared()? else {
        return Ok(enabled);
    };
    for setup in logging.cluster_logging.declared()?.into_iter().flat_map(|l| l.iter()) {
        let setup = setup.get()?;
        if *setup.enabled.get()? {
            enabled.extend(setup.types.get()?.all_known()?.into_iter().map(Text::as_str));
        }
    }
    Ok(enabled)
}

/// The group that EKS writes a cluster's logs to.
fn group_name(cluster: &str) -> String {
    format!("/aws/eks/{cluster}/cluster")
}

/// Retention and key of the log group, for the reader of a result that does not depend on them.
fn evidence(facts: &Facts<'_>, cluster: &str) -> Result<Vec<Evidence>, Unknown> {
    let name = group_name(cluster);
    for item in facts.items::<LogGroup>() {
        if *item.get()?.name.get()? == *name {
            return Ok(vec![Evidence::at(item.at("/retentionInDays")), Evidence::at(item.at("/kmsKeyId"))]);
        }
    }
    Ok(vec![Evidence::at("/facts/aws.logs.loggroups/status")])
}

fn judge_log_group(facts: &Facts<'_>, cluster: &str, params: &Params, exported: &str) -> Result<Outcome, Unknown> {
    let name = group_name(cluster);
    for item in facts.items::<LogGroup>() {
        let group = item.get()?;
        if *group.name.get()? != *name {
            continue;
        }
        let outcome = |outcome: Outcome| outcome.at(item.at("/retentionInDays")).at(item.at("/kmsKeyId"));
        return Ok(outcome(match (group.retention_in_days.declared()?, params.min_retention_days) {
            (Some(days), Some(least)) if *days < least => {
                fail(format!("{name} keeps events for {days} days, {least} are demanded"))
            }
            (Some(days), _) => pass(format!("{exported}; {name} keeps events for {days} days")),
            (None, _) => pass(format!("{exported}; {name} keeps events for ever")),
        }));
    }
    facts.complete::<LogGroup>()?;
    let outcome = if params.require_log_group {
        fail(format!("the log group {name} does not exist"))
    } else {
        pass(format!("{exported}; the log group {name} does not exist"))
    };
    Ok(outcome.at("/facts/aws.logs.loggroups/status"))
}

fn list(types: &BTreeSet<&str>) -> String {
    if types.is_empty() { "nothing".to_owned() } else { types.iter().copied().collect::<Vec<_>>().join(", ") }
}
