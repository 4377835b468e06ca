//! Fails workloads that nobody trusts and that no accepted isolation keeps apart.

mod accepted;
mod coverage;
mod definition;
mod inventory;
pub mod nouns;
mod obstacles;
mod outside;
mod profiles;
mod say;
mod standing;
mod workloads;
mod world;

use crate::accepted::Accepted;
use crate::definition::Definition;
use crate::nouns::Pod;
use crate::workloads::Workloads;
use crate::world::World;
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    untrusted_namespaces_regex: Option<String>,
    untrusted_namespace_label: Option<String>,
    untrusted_pod_selector: Option<String>,
    accepted_isolation: Vec<String>,
    no_untrusted_workloads: bool,
}

/// A finding for each untrusted workload; where there is none, one that says what would become of one; without a
/// definition, what a human wants to know who makes one.
///
/// # Errors
/// A definition that cannot be read.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("workloads");
    let (definition, accepted) = (Definition::new(params)?, Accepted::new(&params.accepted_isolation));
    let cluster = facts.cluster();
    let subject = || cluster.subject();
    let outside = Known::derived(|| {
        let cluster = cluster.get()?;
        if let Some(spared) = outside::is_spared(params, cluster)? {
            return Ok(Some(spared));
        }
        if !accepted.is_fargate_alone() {
            return Ok(None);
        }
        let without = Known::derived(|| outside::has_no_fargate(facts, cluster));
        // What a human is told and asked without a definition does not depend on it.
        if without.peek().is_none() && !definition.is_given() { Ok(None) } else { without.get().cloned() }
    });
    if !matches!(outside.peek(), Some(None)) {
        let nothing = || Unknown::because("the cluster is to be judged");
        tally.judge(subject(), || outside.get()?.clone().ok_or_else(nothing));
        return Ok(tally.finish(""));
    }
    let world = World::new(facts, &definition, &accepted);
    if !definition.is_given() {
        tally.counts("namespaces");
        inventory::list(&world, &mut tally, &subject);
        return Ok(tally.finish(""));
    }
    let workloads = read(&world);
    if workloads.is_empty() {
        tally.judge(subject(), || coverage::judge(&world));
        return Ok(tally.finish(""));
    }
    workloads.judge(&world, &mut tally);
    // A pass that depends on no profile does not depend on whether they can be read.
    if world.looked_at_profiles() || tally.count(Status::Fail) > 0 {
        profiles::note_idle(&world, &mut tally, &workloads.profiles());
    }
    let mut verdict = tally.finish("");
    if verdict.status == Status::Pass {
        verdict.summary = workloads.summary();
    }
    Ok(verdict)
}

/// Every pod that is there and untrusted, or may be.
fn read(world: &World<'_>) -> Workloads {
    let mut workloads = Workloads::default();
    for item in world.facts.items::<Pod>() {
        let considered = world.considers(&item);
        match considered.peek() {
            Some(false) => {}
            Some(true) => workloads.add(world, &item),
            None => workloads.doubt(&item, considered.reason()),
        }
    }
    workloads
}
