//! Fails a cluster on whose nodes nothing enforces network policies.

mod decide;
mod notes;
mod say;

use crate::decide::decide;
use eksamine_facts::core::ConfigMap;
use eksamine_facts::derive::engine::{Ground, Settings, engines};
use eksamine_facts::eks::{Cluster, Nodegroup};
use eksamine_facts::nodes::{Ec2NodeClass, Node};
use eksamine_facts::workloads::DaemonSet;
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    require_strict_mode: bool,
    extra_engines: Vec<String>,
    require_all_node_classes: bool,
}

/// The place of a judgement that shows none of its own.
const DAEMON_SETS: &str = "/facts/k8s.daemonsets.v1.apps/status";
const NODES: &str = "/facts/k8s.nodes.v1/status";

/// One finding, about the cluster.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("clusters");
    let cluster = facts.cluster();
    tally.judge_at(cluster.subject(), DAEMON_SETS, || judge_cluster(facts, params, cluster.get()?));
    tally.finish("")
}

fn judge_cluster(facts: &Facts<'_>, params: &Params, cluster: &Item<Cluster>) -> Result<Outcome, Unknown> {
    // One that was not read may be the engine that is missed, or a second one.
    facts.complete::<DaemonSet>().map_err(|unknown| notes::hint(facts, unknown))?;
    let sets: Vec<Item<DaemonSet>> = facts.items().collect();
    let maps: Vec<Item<ConfigMap>> = facts.items().collect();
    let nodes: Vec<Item<Node>> = facts.items().collect();

    let auto_mode = cluster.runs_auto_mode()?;
    let mut ground = Ground::survey(nodes.iter().map(|n| (n.known(), n.place())), auto_mode)?;
    if ground.lots.is_empty()
        && let Some(outcome) = without_ground(facts, &mut ground)?
    {
        return Ok(outcome);
    }
    if ground.is_expected() {
        facts.complete::<Node>()?;
    }
    let settings = Settings::new(maps.iter().map(|m| (m.known(), m.place())), facts.whole::<ConfigMap>());
    let placed: Vec<_> = sets.iter().map(|s| (s.known(), s.place())).collect();
    let engines = engines(&placed, &settings, &params.extra_engines, &ground)?;
    let decision = decide(facts, params, &ground, &engines, &sets)?;
    if !decision.is_proven {
        facts.complete::<Node>()?;
    }
    Ok(decision.outcome.with(notes::all(facts, cluster, &ground, &engines)))
}

/// What becomes of a cluster without a node to cover; `None` where such nodes are to come.
fn without_ground(facts: &Facts<'_>, ground: &mut Ground<'_>) -> Result<Option<Outcome>, Unknown> {
    facts.complete::<Node>()?;
    if ground.windows > 0 {
        let text = format!(
            "all nodes but Fargate's run Windows ({}), where the VPC CNI enforces nothing: does anything else?",
            ground.windows
        );
        return Ok(Some(manual(text).at(NODES)));
    }
    if ground.fargate > 0
        && let Some(outcome) = on_fargate_alone(facts, ground.fargate)?
    {
        return Ok(Some(outcome));
    }
    ground.expect_linux();
    Ok(None)
}

/// Row 9: the machines of Fargate take no engine. What would start others is asked before that is said.
fn on_fargate_alone(facts: &Facts<'_>, nodes: usize) -> Result<Option<Outcome>, Unknown> {
    if facts.items::<Nodegroup>().next().is_some() || facts.items::<Ec2NodeClass>().next().is_some() {
        return Ok(None);
    }
    facts.complete::<Nodegroup>()?;
    facts.complete::<Ec2NodeClass>()?;
    let text = format!(
        "the cluster runs on Fargate alone ({nodes} {}, 0 node groups, 0 node classes), where no engine of network \
         policies runs; what pods may talk to is a matter of their security groups",
        if nodes == 1 { "node" } else { "nodes" }
    );
    Ok(Some(not_applicable(text).at(NODES)))
}
