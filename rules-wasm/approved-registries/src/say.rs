//! What an operator reads about an image, or about all of them. Nothing here decides.

use crate::pattern::{ADDONS, OWN};
use crate::standing::{Demands, Standing};
use crate::{DefaultPolicy, Judged, Params};
use eksamine_facts::derive::images::{Image, Images, Origin, Registry, User};
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Registries and caches that are named.
const NAMED: usize = 10;

/// What a finding about no image in particular points at.
pub(crate) const PODS: &str = "/facts/k8s.pods.v1/status";

pub(crate) fn cluster(facts: &Facts<'_>) -> Subject {
    let scope = Known::derived(|| facts.scope());
    Subject::of(scope.peek().and_then(|s| s.cluster_arn.clone()).unwrap_or_else(|| "/scope".to_owned()))
}

/// About one image.
pub(crate) fn image(it: &Judged<'_>, standing: &Standing) -> Outcome {
    let (name, used) = (it.reference, used(it.image));
    let outcome = match standing {
        Standing::Denied(pattern) => {
            fail(format!("{name} is inside of {pattern}, which deny_registries names; {used}"))
        }
        Standing::Outside(nearest) => {
            let nearest = nearest.as_ref().map_or_else(String::new, |n| format!(" (the nearest is {n})"));
            fail(format!("{name} is outside of allowed_registries{nearest}; {used}"))
        }
        Standing::Upstream(origin) => {
            let upstream = origin.upstream.name();
            fail(format!("{name} was published as {upstream}, which is outside of allowed_upstreams; {used}"))
                .noting(rule_at(origin), format!("what begins with {}/ is filled from there", origin.prefix))
        }
        Standing::Mixed(origin) => {
            let upstream = origin.upstream.name();
            manual(format!(
                "{name} is the account's own, or was published as {upstream}, outside of allowed_upstreams; {used}"
            ))
            .noting(rule_at(origin), "every repository of the registry may be filled from there")
        }
        Standing::Elsewhere(region) => {
            manual(format!("{name}: the facts hold no pull-through cache rules of {region}; {used}"))
        }
        Standing::Approved(pattern) => pass(format!("{name} is inside of {pattern}; {used}")),
        Standing::Unlisted => manual(format!("{name}: {used}")),
    };
    it.image.users().fold(outcome, |outcome, (user, place)| outcome.noting(place, who(user)))
}

fn rule_at(origin: &Origin) -> String {
    format!("{}/upstreamRegistryUrl", origin.place)
}

/// How often, and by whom.
fn used(image: &Image) -> String {
    let users: Vec<String> = image.users().map(|(user, _)| who(user)).collect();
    format!("used {}, by {}", often(image.in_pods, image.in_templates), users.join(", "))
}

fn often(in_pods: usize, in_templates: usize) -> String {
    let times = |count: usize| if count == 1 { "once".to_owned() } else { format!("{count} times") };
    match (in_pods, in_templates) {
        (pods, 0) => format!("{} in pods", times(pods)),
        (0, templates) => format!("{} in templates", times(templates)),
        (pods, templates) => format!("{} in pods and {} in templates", times(pods), times(templates)),
    }
}

fn who(user: &User) -> String {
    let instead = user.instead_of.as_ref().map_or_else(String::new, |declared| format!(", which declares {declared}"));
    format!("{} of {}{instead}", user.part, user.workload)
}

/// The images of one registry.
#[derive(Default)]
struct OfRegistry<'i> {
    images: usize,
    in_pods: usize,
    in_templates: usize,
    place: Option<&'i str>,
}

fn by_registry<'i>(judged: &[Judged<'i>]) -> BTreeMap<&'i str, OfRegistry<'i>> {
    let mut registries: BTreeMap<&str, OfRegistry<'_>> = BTreeMap::new();
    for it in judged {
        let of = registries.entry(it.reference.host.as_str()).or_default();
        of.images += 1;
        of.in_pods += it.image.in_pods;
        of.in_templates += it.image.in_templates;
        of.place = of.place.or_else(|| it.image.users().next().map(|(_, place)| place));
    }
    registries
}

/// About all images: as demanded, or the table that a human needs to make a list.
pub(crate) fn overview(params: &Params, demands: &Demands, judged: &[Judged<'_>], images: &Images<'_>) -> Outcome {
    let registries = by_registry(judged);
    let seen = format!("{}{}", table(&registries), exempt(images));
    let begin = match (demands.has_list(), params.default_policy) {
        (true, _) if judged.is_empty() => pass(format!("nothing to approve: {seen}")),
        (true, _) => pass(format!("every image is inside of allowed_registries: {seen}")),
        (false, DefaultPolicy::Manual) => {
            manual(format!("no list of approved registries is given; in use: {seen}{}", suggestion(demands, judged)))
        }
        (false, DefaultPolicy::Fail) => {
            fail(format!("allowed_registries approves nothing; in use: {seen}{}", suggestion(demands, judged)))
        }
    };
    let outcome = if registries.is_empty() { begin.at(PODS) } else { begin };
    let places = registries.iter().take(NAMED).filter_map(|(host, of)| Some((*host, of.place?)));
    places.fold(outcome, |outcome, (host, place)| outcome.noting(place, host))
}

fn table(registries: &BTreeMap<&str, OfRegistry<'_>>) -> String {
    if registries.is_empty() {
        return "0 images outside of exempt namespaces".to_owned();
    }
    let line = |(host, of): (&&str, &OfRegistry<'_>)| {
        let s = if of.images == 1 { "" } else { "s" };
        format!("{host} ({} image{s}, {})", of.images, often(of.in_pods, of.in_templates))
    };
    let lines: Vec<String> = registries.iter().take(NAMED).map(line).collect();
    let more = registries.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more registries") };
    format!("{}{more}", lines.join(", "))
}

fn exempt(images: &Images<'_>) -> String {
    match images.iter().filter(|(_, image)| image.exempt > 0).count() {
        0 => String::new(),
        1 => "; 1 image of exempt namespaces is not judged".to_owned(),
        many => format!("; {many} images of exempt namespaces are not judged"),
    }
}

/// A list that would approve what is seen.
fn suggestion(demands: &Demands, judged: &[Judged<'_>]) -> String {
    let own = |account: &str| demands.account.peek().is_some_and(|of| of == account);
    let word = |it: &Judged<'_>| match it.reference.registry() {
        Registry::EksAddons { .. } => ADDONS.to_owned(),
        Registry::Ecr { account, .. } if own(&account) => OWN.to_owned(),
        _ => it.reference.host.clone(),
    };
    let words: BTreeSet<String> = judged.iter().filter(|it| it.is_settled()).map(word).collect();
    if words.is_empty() {
        return String::new();
    }
    let words: Vec<String> = words.into_iter().take(NAMED).collect();
    format!("; a list that approves them: {}", words.join(","))
}

/// Which images of the account's own registry another one published: "ours" and "what is in it" are two things.
pub(crate) fn caches(demands: &Demands, judged: &[Judged<'_>]) -> Result<Vec<Evidence>, Unknown> {
    let mut filled: BTreeMap<String, (usize, Origin)> = BTreeMap::new();
    for it in judged {
        if let Some(origin) = demands.origin(it.reference)? {
            filled.entry(origin.prefix.clone()).or_insert((0, origin)).0 += 1;
        }
    }
    let evidence = |(count, origin): (usize, Origin)| {
        let images = if count == 1 { "1 image is".to_owned() } else { format!("{count} images are") };
        let sure = if origin.sure { "" } else { ", or the account's own" };
        let note = format!("{images} filled from {} under {}{sure}", origin.upstream.host, origin.prefix);
        Evidence::at(rule_at(&origin)).noting(note)
    };
    Ok(filled.into_values().take(NAMED).map(evidence).collect())
}
