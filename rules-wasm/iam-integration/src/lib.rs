//! Fails ways into a cluster that pass IAM by, and asks about users and groups that nothing accounts for.

mod bindings;
mod cluster;
mod entries;
mod maps;
mod providers;
mod words;
mod world;

use crate::bindings::Accepted;
use crate::world::World;
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    allowed_oidc_issuers: Vec<String>,
    require_access_entries: bool,
    forbid_iam_users: bool,
    forbid_map_accounts: bool,
    known_subject_regex: Option<String>,
}

/// One finding for the cluster, for each access entry, each map of aws-auth and each OIDC provider, and for each binding
/// that names somebody unaccounted for.
///
/// # Errors
/// An expression that does not compile.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("ways in");
    let accepted = Accepted::new(params.known_subject_regex.as_deref())?;
    let cluster = facts.cluster();
    let mode = cluster::mode(&cluster);
    let world = World::look(facts, &mode, &accepted);
    tally.judge(cluster.subject(), || cluster::outcome(facts, cluster.get()?, &mode, &world, params));
    for provider in &world.providers {
        tally.judge(providers::subject(provider), || providers::outcome(provider, &world, params));
    }
    for map in &world.maps {
        tally.judge(map.subject(), || map.outcome(params));
    }
    for entry in &world.entries {
        tally.judge(entry.subject(|e| &e.arn), || entries::outcome(entry, params));
    }
    bindings::judge(&world, &mut tally);
    Ok(tally.finish(""))
}
