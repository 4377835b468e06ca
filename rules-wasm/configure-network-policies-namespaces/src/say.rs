//! What an operator reads about a namespace. Nothing here decides.

use crate::standing::{Coverage, Lack, Standing};
use crate::world::World;
use eksamine_facts::core::Namespace;
use eksamine_facts::derive::{Applied, Cover, Direction, Effect};
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// Policies and workloads named in a message, and places shown.
const NAMED: usize = 5;

const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

pub(crate) fn outcome(item: &Item<Namespace>, cover: &Cover<'_>, world: &World, standing: &Standing) -> Outcome {
    match standing {
        Standing::Exempt(why, field) => not_applicable(why.clone()).at(item.at(field)),
        Standing::Covered(coverage) => covered(cover, world, *coverage),
        Standing::Lacking(Lack::Policy) => {
            let text = format!("no network policy is about it; it has {}", pods(cover));
            let core = "/facts/k8s.networkpolicies.v1.networking.k8s.io/status";
            fail(text).at(item.at("/metadata/name")).noting(core, "no policy of this namespace is among them")
        }
        Standing::Lacking(Lack::Isolation) => without_isolation(cover),
        Standing::Lacking(Lack::SomePods) => with_open_pods(cover),
        Standing::Lacking(Lack::DefaultDeny(directions)) => without_default_deny(cover, directions),
    }
}

fn covered(cover: &Cover<'_>, world: &World, coverage: Coverage) -> Outcome {
    let applied = cover.applied();
    let isolated = BOTH.map(|d| format!("{} {} of {}", d.word(), cover.isolated(d), cover.count())).join(", ");
    let counted = match (cover.uncounted_reason(), cover.count()) {
        (Some(why), _) => format!("its pods cannot all be counted: {why}"),
        (None, 0) => "it has no pods yet".to_owned(),
        (None, _) => format!("pods isolated: {isolated}"),
    };
    let text = format!("{counted}; {}{}", titles(&applied), remarks(cover, world, &applied));
    let decides = |a: &&&Applied<'_>| {
        is(match coverage {
            Coverage::AnyPolicy => cover.counts(a),
            Coverage::IsolatingPolicy | Coverage::AllPodsIngress => cover.isolates(a),
            Coverage::DefaultDenyIngress => cover.denies(a, Direction::Ingress),
            Coverage::DefaultDenyBoth => eksamine_facts::derive::any(BOTH.map(|d| cover.denies(a, d))),
        })
    };
    applied.iter().filter(decides).take(NAMED).fold(pass(text), |outcome, a| show(outcome, a))
}

fn without_isolation(cover: &Cover<'_>) -> Outcome {
    let applied = cover.applied();
    let reasons: Vec<String> =
        applied.iter().take(NAMED).map(|a| format!("{} {}", a.policy.title, shortcoming(a, cover))).collect();
    let more = more(applied.len());
    let text = format!("no policy isolates any of {}: {}{more}", pods(cover), reasons.join("; "));
    applied.iter().take(NAMED).fold(fail(text), |outcome, a| show(outcome, a))
}

/// Why a policy that is there isolates nothing.
fn shortcoming(applied: &Applied<'_>, cover: &Cover<'_>) -> String {
    let with = |effect: fn(Effect) -> bool| -> Vec<&str> {
        BOTH.into_iter().filter(|d| is(applied.has(*d, effect))).map(Direction::word).collect()
    };
    let opens = with(|effect| effect == Effect::Opens);
    if cover.count() > 0 && cover.selects(applied).peek() == Some(&false) {
        return "selects no pod that exists".into();
    }
    if !opens.is_empty() {
        return format!("allows all {}", opens.join(" and all "));
    }
    if with(|effect| effect == Effect::Filters).is_empty() {
        "restricts nothing"
    } else {
        "restricts some traffic only"
    }
    .into()
}

fn with_open_pods(cover: &Cover<'_>) -> Outcome {
    let mut workloads = BTreeMap::new();
    let mut open = 0;
    for group in cover.open(Direction::Ingress) {
        open += group.count;
        workloads.extend(group.workloads.iter().map(|(workload, (_, place))| (workload.clone(), place.clone())));
    }
    let named: Vec<&str> = workloads.keys().take(NAMED).map(String::as_str).collect();
    let verb = if open == 1 { "is" } else { "are" };
    let among = if workloads.len() > NAMED { ", among them " } else { ": " };
    let text = format!("{open} of {} {verb} not isolated for ingress{among}{}", pods(cover), named.join(", "));
    workloads.iter().take(NAMED).fold(fail(text), |outcome, (workload, place)| {
        outcome.noting(format!("{place}/metadata/labels"), workload.as_str())
    })
}

fn without_default_deny(cover: &Cover<'_>, directions: &[Direction]) -> Outcome {
    let words: Vec<&str> = directions.iter().map(|d| d.word()).collect();
    let applied = cover.applied();
    let nearest = applied.iter().max_by(|a, b| {
        nearness(a, directions).cmp(&nearness(b, directions)).then_with(|| b.policy.title.cmp(&a.policy.title))
    });
    let missing = format!("no policy denies all {} to every pod by default", words.join(" and all "));
    let Some(nearest) = nearest else { return fail(missing) };
    let why = match nearness(nearest, directions) {
        (_, true, _) if !is(nearest.selects_all()) => "selects some pods only",
        (_, _, true) => "allows some traffic",
        _ => "does not isolate them",
    };
    show(fail(format!("{missing}; the nearest, {}, {why}", nearest.policy.title)), nearest)
}

/// How near a policy comes to a default deny for these directions: it isolates, denies everything, selects all.
fn nearness(applied: &Applied<'_>, directions: &[Direction]) -> (usize, bool, bool) {
    let count = |effect: fn(Effect) -> bool| directions.iter().filter(|d| is(applied.has(**d, effect))).count();
    let isolates = count(Effect::isolates);
    let denies = count(|effect| effect == Effect::DeniesAll) > 0;
    (isolates + usize::from(denies) + usize::from(is(applied.selects_all())), denies, isolates > 0)
}

/// Things worth knowing that change nothing.
fn remarks(cover: &Cover<'_>, world: &World, applied: &[&Applied<'_>]) -> String {
    let mut remarks = String::new();
    for direction in BOTH {
        let opening: Vec<_> =
            applied.iter().copied().filter(|a| is(a.has(direction, |e| e == Effect::Opens))).collect();
        if !opening.is_empty() {
            remarks += &format!("; all {} is allowed to what is selected by {}", direction.word(), titles(&opening));
        }
    }
    let (fargate, ownerless) = cover.selected().fold((0, 0), |(f, o), g| (f + g.fargate, o + g.ownerless));
    if fargate + ownerless > 0 {
        remarks += &format!(
            "; the VPC CNI enforces nothing on {fargate} of these pods that run on Fargate and {ownerless} without an owner"
        );
    }
    // A cluster has addresses of one family.
    let ignored = |a: &&Applied<'_>| match world.pods.addresses {
        (true, false) => a.policy.part.blocks.1,
        (false, true) => a.policy.part.blocks.0,
        _ => false,
    };
    let ignored: Vec<_> = applied.iter().copied().filter(ignored).collect();
    if !ignored.is_empty() {
        remarks += &format!(
            "; address blocks of the family that this cluster does not use have no effect: {}",
            titles(&ignored)
        );
    }
    remarks
}

fn show(outcome: Outcome, applied: &Applied<'_>) -> Outcome {
    let policy = applied.policy;
    let outcome = outcome.noting(policy.selects_at.as_str(), policy.title.as_str());
    policy.rules_at.iter().fold(outcome, |outcome, place| outcome.at(place.as_str()))
}

fn titles(applied: &[&Applied<'_>]) -> String {
    let mut titles: Vec<&str> = applied.iter().map(|a| a.policy.title.as_str()).collect();
    titles.dedup();
    let more = more(titles.len());
    titles.truncate(NAMED);
    format!("{}{more}", titles.join(", "))
}

fn more(count: usize) -> String {
    if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() }
}

fn pods(cover: &Cover<'_>) -> String {
    match (cover.uncounted_reason(), cover.count()) {
        (Some(_), _) => "pods that cannot all be counted".into(),
        (None, 0) => "no pods".into(),
        (None, 1) => "1 pod".into(),
        (None, count) => format!("{count} pods"),
    }
}

fn is(known: Known<bool>) -> bool {
    known.peek() == Some(&true)
}
