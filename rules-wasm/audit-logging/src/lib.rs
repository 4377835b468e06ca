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

/// One finding for each cluster of the document; there is one.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("clusters");
    for cluster in facts.items::<Cluster>() {
        tally.judge(cluster.subject(|c| &c.arn), || judge_cluster(facts, params, &cluster));
    }
    tally.finish("the facts hold no cluster")
}

fn judge_cluster(facts: &Facts<'_>, params: &Params, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if let Some(connector) = cluster.connector_config.declared()? {
        let text = format!("a cluster registered from {} has no control plane of EKS's", connector.provider.get()?);
        return Ok(not_applicable(text).at(item.at("/connectorConfig/provider")));
    }
    let enabled = enabled_types(cluster)?;
    let missing: Vec<&str> =
        params.required_log_types.iter().map(String::as_str).filter(|t| !enabled.contains(t)).collect();
    let audit = enabled.contains("audit");
    let logging = |outcome: Outcome| outcome.at(item.at("/logging")).at(item.at("/status"));
    if params.required_log_types.iter().any(|t| t == "audit") && !audit {
        return Ok(logging(fail(format!("audit logs are not exported; exported: {}", list(&enabled)))));
    }
    if !missing.is_empty() {
        let audit = if audit { "audit logs are exported, but " } else { "" };
        return Ok(logging(fail(format!("{audit}these are not: {}", missing.join(", ")))));
    }
    let group = log_group(facts, cluster.name.get()?, params)?;
    let kept = match &group {
        Group::Fails(outcome) => return Ok(logging(outcome.clone())),
        Group::Known(text, places) => {
            let outcome = logging(pass(format!("exported: {}; {text}", list(&enabled))));
            places.iter().fold(outcome, |outcome, place| outcome.at(place))
        }
    };
    Ok(kept)
}

/// EKS answers several entries, on and off; what counts is the union of those that are on.
fn enabled_types(cluster: &Cluster) -> Result<BTreeSet<&str>, Unknown> {
    let mut enabled = BTreeSet::new();
    let Some(logging) = cluster.logging.declared()? else { return Ok(enabled) };
    for setup in logging.cluster_logging.declared()?.into_iter().flat_map(|l| l.iter()) {
        let setup = setup.get()?;
        if *setup.enabled.get()? {
            enabled.extend(setup.types.get()?.all_known()?.into_iter().map(Text::as_str));
        }
    }
    Ok(enabled)
}

/// What is to be said of the cluster's log group.
enum Group {
    Fails(Outcome),
    Known(String, Vec<String>),
}

fn log_group(facts: &Facts<'_>, cluster: &str, params: &Params) -> Result<Group, Unknown> {
    let name = format!("/aws/eks/{cluster}/cluster");
    let decisive = params.require_log_group || params.min_retention_days.is_some();
    for item in facts.items::<LogGroup>() {
        // While no parameter asks for it the log group only adds evidence, so an odd one must not be asked.
        if !decisive {
            return Ok(Group::Known("its log group is not judged".into(), vec![item.at("/retentionInDays"), item.at("/kmsKeyId")]));
        }
        let group = item.get()?;
        if *group.name.get()? != *name {
            continue;
        }
        let days = group.retention_in_days.declared()?;
        if let (Some(days), Some(least)) = (days, params.min_retention_days)
            && *days < least
        {
            let text = format!("{name} keeps events for {days} days, {least} are demanded");
            return Ok(Group::Fails(fail(text).at(item.at("/retentionInDays"))));
        }
        let kept = days.map_or_else(|| "events never expire".to_owned(), |d| format!("events are kept for {d} days"));
        return Ok(Group::Known(kept, vec![item.at("/retentionInDays"), item.at("/kmsKeyId")]));
    }
    if decisive {
        facts.complete::<LogGroup>()?;
    }
    if params.require_log_group {
        return Ok(Group::Fails(fail(format!("the log group {name} does not exist")).at("/facts/aws.logs.loggroups/status")));
    }
    Ok(Group::Known("no log group was seen".into(), vec!["/facts/aws.logs.loggroups/status".into()]))
}

fn list(types: &BTreeSet<&str>) -> String {
    if types.is_empty() { "nothing".to_owned() } else { types.iter().copied().collect::<Vec<_>>().join(", ") }
}
