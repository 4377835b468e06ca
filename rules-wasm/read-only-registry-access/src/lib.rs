//! Fails roles of nodes and of Fargate pods that may change what registries hold.

mod decide;
mod policies;
mod say;
mod targets;
mod world;

use crate::targets::Targets;
use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::core::ConfigMap;
use eksamine_facts::derive::ecr_actions;
use eksamine_facts::ec2::Instance;
use eksamine_facts::eks::{AccessEntry, Cluster, FargateProfile, Nodegroup};
use eksamine_facts::nodes::{Ec2NodeClass, NodeClass};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    allow_cache_fill: bool,
    low_risk_writes: LowRiskWrites,
    extra_node_roles: Vec<String>,
    resource_scope: ResourceScope,
}

/// What becomes of writes that change no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LowRiskWrites {
    Note,
    Fail,
}

/// Which repositories must not be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ResourceScope {
    Any,
    InUse,
}

/// One finding for each role of nodes and Fargate pods, and for whatever could not be read.
///
/// # Errors
/// The classes of actions are not as they should be.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("roles");
    let actions = ecr_actions::all()?;
    let the_cluster = facts.cluster();
    let is_elsewhere = the_cluster.judge_elsewhere(&mut tally, "has no nodes of EKS's");
    let (false, Ok(cluster)) = (is_elsewhere, the_cluster.get()) else { return Ok(tally.finish("")) };
    let mode = Known::derived(|| mode(facts, cluster));
    if mode.peek().is_none() {
        let place = cluster.at("/accessConfig/authenticationMode");
        tally.judge_at(cluster.subject(|c| &c.arn), place, || Err(Unknown::because(mode.reason())));
    }
    let world = World::read(facts, params, cluster, mode.peek().map(Text::as_str));
    let targets = Targets::read(facts, params.resource_scope);
    judge_doubts(&world, &targets, &mut tally);
    for held in world.held.values() {
        tally.judge(held.arn.clone(), || decide::outcome(held, &targets, &actions, params));
    }
    for (named, users) in &world.missing {
        tally.judge(named.to_string(), || world.missing(facts, named, users));
    }
    if world.held.is_empty() && world.missing.is_empty() {
        tally.judge(cluster.subject(|c| &c.arn), || nothing(facts, mode.peek()));
    }
    Ok(tally.finish(""))
}

/// What could not be read may name a role, use a repository or grant a write.
fn judge_doubts(world: &World, targets: &Targets, tally: &mut Tally) {
    for doubt in world.node_roles.doubts() {
        let judgement = || Err(Unknown::because(doubt.why.clone()));
        tally.judge_at(doubt.place.clone(), doubt.place.clone(), judgement);
    }
    for owned in targets.owned.iter().filter(|owned| owned.policy.peek().is_none()) {
        let judgement = || Err(Unknown::because(owned.policy.reason()));
        tally.judge_at(owned.subject(), owned.item.at("/policyText"), judgement);
    }
    for doubt in &targets.doubts {
        let place = format!("{}/metadata/name", doubt.place);
        tally.judge_at(doubt.place.clone(), place, || Err(Unknown::because(doubt.why.clone())));
    }
}

/// How nodes are let in. EKS refuses to list access entries of a cluster that uses aws-auth alone; of any other cluster
/// that says nothing.
fn mode(facts: &Facts<'_>, cluster: &Item<Cluster>) -> Result<Text, Unknown> {
    let mode = cluster.get()?.access_config.get()?.authentication_mode.get()?;
    if !["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"].contains(&mode.as_str()) {
        return Err(Unknown::because(format!("{mode} is no authentication mode")));
    }
    if *mode != "CONFIG_MAP" && facts.availability::<AccessEntry>() == Availability::Absent {
        return Err(Unknown::because("aws.eks.accessentries is absent, in a mode that has them"));
    }
    Ok(mode.clone())
}

/// That nothing is there is concluded only from kinds that were read to the end.
fn nothing(facts: &Facts<'_>, mode: Option<&Text>) -> Result<Outcome, Unknown> {
    facts.complete::<Nodegroup>()?;
    facts.complete::<FargateProfile>()?;
    facts.complete::<Instance>()?;
    facts.complete::<NodeClass>()?;
    facts.complete::<Ec2NodeClass>()?;
    if mode.is_none_or(|mode| *mode != "CONFIG_MAP") {
        facts.complete::<AccessEntry>()?;
    }
    if mode.is_none_or(|mode| *mode != "API") {
        facts.complete::<ConfigMap>()?;
    }
    let text = "nothing runs with a role: 0 node groups, 0 Fargate profiles, 0 instances, 0 node classes, and nothing lets nodes in";
    Ok(not_applicable(text).at("/facts/aws.eks.nodegroups/status"))
}
