//! Fails images that come from registries which nobody approved.

mod controls;
mod pattern;
mod say;
mod standing;

use crate::standing::{Demands, Standing};
use eksamine_facts::derive::images::{Image, Images, Reference};
use eksamine_rule::exempt::{Exempt, RegexMode};
use eksamine_rule::inventory::{complete, judge_doubts, read};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    allowed_registries: Vec<String>,
    deny_registries: Vec<String>,
    allowed_upstreams: Option<Vec<String>>,
    exempt_namespaces_regex: String,
    default_policy: DefaultPolicy,
}

/// What becomes of a cluster for which no list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DefaultPolicy {
    Manual,
    Fail,
}

/// An image outside of exempt namespaces, and where it stands.
struct Judged<'i> {
    reference: &'i Reference,
    image: &'i Image,
    standing: Known<Standing>,
}

/// One finding for the cluster when all is as demanded, or nothing was demanded; else one for each image.
///
/// # Errors
/// An expression or a list that makes no sense.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    let demands = Demands::new(facts, params)?;
    let exempt = Exempt::new(&params.exempt_namespaces_regex, RegexMode::Full)?;
    let is_exempt = |namespace: &str| exempt.covers(namespace);
    let mut images = Images::new(&is_exempt);
    read(facts, &mut images);
    let judged: Vec<Judged<'_>> = images
        .iter()
        .filter(|(_, image)| image.is_used())
        .map(|(reference, image)| Judged { reference, image, standing: Known::derived(|| demands.standing(reference)) })
        .collect();

    let listed = demands.has_list();
    let all_settled = judged.iter().all(Judged::is_settled) && images.doubtful == 0;
    tally.counts(if listed { "images" } else { "findings" });
    // With a list, what is approved counts beside what is not; without one it is the cluster that is asked about.
    for it in judged.iter().filter(|it| if listed { !all_settled } else { !it.is_settled() }) {
        let place = it.image.users().next().map_or(say::PODS, |(_, place)| place);
        tally.judge_at(it.reference.to_string(), place, || Ok(say::image(it, it.standing.get()?)));
    }
    judge_doubts(&images, say::cluster(facts), &mut tally);
    if all_settled || !listed {
        tally.judge_at(say::cluster(facts), say::PODS, || conclude(facts, params, &demands, &judged, &images));
    }
    Ok(tally.finish("there is nothing that uses an image"))
}

impl Judged<'_> {
    fn is_settled(&self) -> bool {
        self.standing.peek().is_some_and(Standing::is_settled)
    }
}

/// The finding about the cluster as a whole.
fn conclude(
    facts: &Facts<'_>,
    params: &Params,
    demands: &Demands,
    judged: &[Judged<'_>],
    images: &Images<'_>,
) -> Result<Outcome, Unknown> {
    if demands.has_list() {
        complete(facts)?;
    }
    let outcome = say::overview(params, demands, judged, images);
    Ok(outcome.with(aside(|| say::caches(demands, judged))).with(controls::controls(facts)))
}
