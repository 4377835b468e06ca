//! Fails service accounts, keys and roles that workloads share without meaning to, and asks about those that they may
//! mean to share.

mod accounts;
mod associations;
mod bindings;
mod doubts;
mod hosts;
mod keys;
mod mounts;
mod nodes;
mod overview;
mod pods;
mod roles;
mod sources;
mod tenants;
mod words;
mod world;

use crate::pods::Pods;
use crate::roles::Roles;
use crate::world::World;
use eksamine_rule::exempt::{Exempt, RegexMode};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    exempt_namespaces_regex: String,
    imds_reachable: Answer,
    allow_shared_roles: bool,
    strict: bool,
    static_keys: Answer,
    default_sa_automount: Automount,
}

/// What becomes of something that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Fail,
    Manual,
}

impl Answer {
    /// Fails with that, or asks that question about it.
    fn outcome(self, text: &str, question: &str) -> Outcome {
        match self {
            Self::Fail => fail(text),
            Self::Manual => manual(format!("{text}. {question}")),
        }
    }
}

/// What becomes of a default service account whose token pods get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Automount {
    Fail,
    Note,
}

/// A finding for each default service account, each node and each source of nodes; one for each binding, association,
/// workload and role that is not as it should be; and one for the cluster, which says who has a role.
///
/// # Errors
/// An expression that makes no sense.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("findings");
    let exempt = Exempt::new(&params.exempt_namespaces_regex, RegexMode::Full)?;
    let cluster = facts.cluster();
    let elsewhere = Known::derived(|| cluster.get()?.elsewhere("gets no IAM roles for its pods from EKS"));
    if let Some(Some(outcome)) = elsewhere.peek() {
        tally.judge(cluster.subject(), || Ok(outcome.clone()));
        return Ok(tally.finish(""));
    }
    let subject = || cluster.subject();
    let world = World::read(facts, params, exempt);
    let roles = Roles::read(&world);
    let pods = Pods::read(&world, &roles);
    bindings::judge(facts, &mut tally);
    accounts::judge(&world, &pods, &mut tally);
    associations::judge(&world, &mut tally);
    pods.keys.judge(params, &mut tally);
    roles.judge(params, &mut tally);
    nodes::judge(&world, &pods, &mut tally, &subject);
    pods.hosts.judge(&world, &mut tally);
    sources::judge(&world, &mut tally);
    tally.judge(subject(), || {
        elsewhere.get()?;
        Ok(overview::outcome(&world, &roles, &pods))
    });
    let mut verdict = tally.finish("");
    if verdict.status == Status::Pass {
        verdict.summary = overview::summary(&world, &roles, &pods);
    }
    Ok(verdict)
}
