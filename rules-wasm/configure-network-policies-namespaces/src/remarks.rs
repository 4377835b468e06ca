//! What is worth knowing about a namespace and changes nothing.

use crate::say::{BOTH, NAMED, is, titles};
use crate::world::World;
use eksamine_facts::derive::{Applied, Cover, Effect, Unenforced};
use std::collections::{BTreeMap, BTreeSet};

/// Further clauses of a sentence, each with its semicolon.
pub(crate) fn remarks(cover: &Cover<'_>, world: &World) -> String {
    [open(cover), unread(cover), on_nodes(cover), unenforced(cover), ignored(cover, world)].concat()
}

fn open(cover: &Cover<'_>) -> String {
    let opening = |direction| {
        let opens = |a: &&Applied<'_>| is(&cover.counts(a)) && is(&a.has(direction, |e| e == Effect::Opens));
        cover.applied().into_iter().filter(opens).collect::<Vec<_>>()
    };
    let clause = |direction| match &opening(direction)[..] {
        [] => String::new(),
        some => format!("; allowing all {}: {}", direction.word(), titles(some)),
    };
    BOTH.map(clause).concat()
}

/// Where the status does not hang on them, what could not be read may still be about the namespace.
fn unread(cover: &Cover<'_>) -> String {
    let doubtful = |a: &&Applied<'_>| cover.counts(a).peek().is_none();
    match &cover.applied().into_iter().filter(doubtful).collect::<Vec<_>>()[..] {
        [] => String::new(),
        some => format!("; it cannot be told whether this is about it too: {}", titles(some)),
    }
}

fn on_nodes(cover: &Cover<'_>) -> String {
    match cover.on_nodes() {
        0 => String::new(),
        1 => "; 1 pod on the network of its node is not counted, as no policy reaches it".to_owned(),
        many => format!("; {many} pods on the network of their nodes are not counted, as no policy reaches them"),
    }
}

fn unenforced(cover: &Cover<'_>) -> String {
    let mut by_reason: BTreeMap<Unenforced, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for (why, (count, workloads)) in cover.selected().flat_map(|group| &group.unenforced) {
        let (all, named) = by_reason.entry(*why).or_default();
        *all += count;
        named.extend(workloads.iter().map(String::as_str));
    }
    let clauses = by_reason.into_iter().map(|(why, (count, workloads))| {
        let named: Vec<&str> = workloads.into_iter().take(NAMED).collect();
        format!("{count} {} ({})", word(why), named.join(", "))
    });
    match &clauses.collect::<Vec<_>>()[..] {
        [] => String::new(),
        some => format!("; selected, and passed over where it is the VPC CNI that enforces: {}", some.join(", ")),
    }
}

const fn word(why: Unenforced) -> &'static str {
    match why {
        Unenforced::Fargate => "on Fargate",
        Unenforced::Windows => "on Windows",
        Unenforced::Ownerless => "without an owner",
    }
}

/// A cluster has addresses of one family. A policy that names blocks of both loses nothing.
fn ignored(cover: &Cover<'_>, world: &World) -> String {
    let (unused, blocks) = match world.pods.addresses {
        (true, false) => ("IPv6", (false, true)),
        (false, true) => ("IPv4", (true, false)),
        _ => return String::new(),
    };
    let ineffective = |a: &&Applied<'_>| is(&cover.counts(a)) && a.policy.part.blocks == blocks;
    match &cover.applied().into_iter().filter(ineffective).collect::<Vec<_>>()[..] {
        [] => String::new(),
        some => format!("; the pods have no {unused} addresses, and blocks of them have no effect: {}", titles(some)),
    }
}
