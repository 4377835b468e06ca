//! What an operator reads about a namespace. Nothing here decides.

use crate::remarks::remarks;
use crate::standing::{Coverage, Lack, Standing};
use crate::world::World;
use eksamine_facts::core::Namespace;
use eksamine_facts::derive::{Applied, Cover, Direction, Effect};
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// Policies and workloads named in a message, and places shown.
pub(crate) const NAMED: usize = 5;

pub(crate) const BOTH: [Direction; 2] = [Direction::Ingress, Direction::Egress];

pub(crate) fn outcome(item: &Item<Namespace>, cover: &Cover<'_>, world: &World, standing: &Standing) -> Outcome {
    match standing {
        Standing::Exempt(why, field) => not_applicable(why.clone()).at(item.at(field)),
        Standing::Covered(coverage) => covered(cover, world, *coverage),
        Standing::Lacking(Lack::Policy) => {
            let counted = if world.of_the_cluster { "" } else { " (those of the cluster do not count)" };
            let text = format!("no network policy is about it{counted}; it has {}", pods(cover));
            let core = "/facts/k8s.networkpolicies.v1.networking.k8s.io/status";
            fail(text).at(item.at("/metadata/name")).noting(core, "no policy of this namespace is among them")
        }
        Standing::Lacking(Lack::Isolation) => without_isolation(cover),
        Standing::Lacking(Lack::SomePods) => with_open_pods(cover),
        Standing::Lacking(Lack::DefaultDeny(directions)) => without_default_deny(cover, directions),
    }
}

fn covered(cover: &Cover<'_>, world: &World, coverage: Coverage) -> Outcome {
    let applied = known(cover);
    let [ingress, egress] = BOTH.map(|direction| isolated(cover, direction));
    let counted = match (cover.uncounted_reason(), cover.count()) {
        (Some(why), _) => format!("its pods cannot all be counted ({why})"),
        (None, 0) => "it has no pods yet".to_owned(),
        (None, 1) => format!("isolated for ingress: {ingress} of 1 pod, for egress: {egress} of 1"),
        (None, count) => format!("isolated for ingress: {ingress} of {count} pods, for egress: {egress} of {count}"),
    };
    let text = format!("{counted}; about it: {}{}", titles(&applied), remarks(cover, world));
    let decides = |a: &&&Applied<'_>| {
        is(&match coverage {
            Coverage::AnyPolicy => cover.counts(a),
            Coverage::IsolatingPolicy | Coverage::AllPodsIngress => cover.isolates(a),
            Coverage::DefaultDenyIngress => cover.denies(a, Direction::Ingress),
            Coverage::DefaultDenyBoth => eksamine_facts::derive::any(BOTH.map(|d| cover.denies(a, d))),
        })
    };
    applied.iter().filter(decides).take(NAMED).fold(pass(text), |outcome, a| show(outcome, a))
}

/// How many pods a direction is isolated for; what could not be read may isolate further ones, or open some.
fn isolated(cover: &Cover<'_>, direction: Direction) -> String {
    let known = cover.isolated(direction);
    let open: usize = cover.open(direction).map(|group| group.count).sum();
    if known + open < cover.count() { format!("at least {known}") } else { known.to_string() }
}

/// Policies that are known to be about the namespace.
fn known<'c, 'p>(cover: &'c Cover<'p>) -> Vec<&'c Applied<'p>> {
    cover.applied().into_iter().filter(|a| is(&cover.counts(a))).collect()
}

fn without_isolation(cover: &Cover<'_>) -> Outcome {
    let applied = known(cover);
    let reasons: Vec<String> =
        applied.iter().take(NAMED).map(|a| format!("{} {}", a.policy.title, shortcoming(a, cover))).collect();
    let text = format!(
        "no policy isolates a pod of it: {}{}; it has {}",
        reasons.join("; "),
        more(applied.len()),
        pods(cover)
    );
    applied.iter().take(NAMED).fold(fail(text), |outcome, a| show(outcome, a))
}

/// Why a policy that is there isolates nothing.
fn shortcoming(applied: &Applied<'_>, cover: &Cover<'_>) -> String {
    let with = |effect: fn(Effect) -> bool| -> Vec<&str> {
        BOTH.into_iter().filter(|d| is(&applied.has(*d, effect))).map(Direction::word).collect()
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
        "decides about some traffic and leaves the rest open"
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
    let outcome = workloads.iter().take(NAMED).fold(fail(text), |outcome, (workload, place)| {
        outcome.noting(format!("{place}/metadata/labels"), workload.as_str())
    });
    known(cover).iter().take(NAMED).fold(outcome, |outcome, a| show(outcome, a))
}

fn without_default_deny(cover: &Cover<'_>, directions: &[Direction]) -> Outcome {
    let words: Vec<&str> = directions.iter().map(|d| d.word()).collect();
    let applied = known(cover);
    let nearest = applied.iter().max_by(|a, b| {
        nearness(a, directions).cmp(&nearness(b, directions)).then_with(|| b.policy.title.cmp(&a.policy.title))
    });
    let missing = format!("no policy denies all {} of every pod by default", words.join(" and all "));
    let Some(nearest) = nearest else { return fail(missing) };
    let why = match nearness(nearest, directions) {
        (_, true, _) if !is(&nearest.selects_all()) => "selects some pods only".to_owned(),
        (_, _, true) => "allows some traffic".to_owned(),
        _ => format!("does not isolate pods for {}", words.join(" or ")),
    };
    show(fail(format!("{missing}; the nearest, {}, {why}", nearest.policy.title)), nearest)
}

/// How near a policy comes to a default deny for these directions: it isolates, denies everything, selects all.
fn nearness(applied: &Applied<'_>, directions: &[Direction]) -> (usize, bool, bool) {
    let count = |effect: fn(Effect) -> bool| directions.iter().filter(|d| is(&applied.has(**d, effect))).count();
    let isolates = count(Effect::isolates);
    let denies = count(|effect| effect == Effect::DeniesAll) > 0;
    (isolates + usize::from(denies) + usize::from(is(&applied.selects_all())), denies, isolates > 0)
}

fn show(outcome: Outcome, applied: &Applied<'_>) -> Outcome {
    let policy = applied.policy;
    let outcome = outcome.noting(policy.selects_at.as_str(), policy.title.as_str());
    policy.rules_at.iter().fold(outcome, |outcome, place| outcome.at(place.as_str()))
}

pub(crate) fn titles(applied: &[&Applied<'_>]) -> String {
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
    let on_nodes = match cover.on_nodes() {
        0 => String::new(),
        1 => " besides 1 on the network of its node".to_owned(),
        many => format!(" besides {many} on the network of their nodes"),
    };
    match (cover.uncounted_reason(), cover.count()) {
        (Some(why), _) => format!("pods that cannot all be counted ({why})"),
        (None, 0) => format!("no pods{on_nodes}"),
        (None, 1) => format!("1 pod{on_nodes}"),
        (None, count) => format!("{count} pods{on_nodes}"),
    }
}

pub(crate) fn is(known: &Known<bool>) -> bool {
    known.peek() == Some(&true)
}
