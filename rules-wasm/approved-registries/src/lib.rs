//! Fails images that come from registries which nobody approved.

mod controls;
mod exempt;
mod pattern;
mod say;
mod standing;

use crate::exempt::Exempt;
use crate::standing::{Demands, Standing};
use eksamine_facts::core::Pod;
use eksamine_facts::derive::images::{Image, Images, Reference};
use eksamine_facts::workloads::{CronJob, DaemonSet, Deployment, Job, ReplicationController, StatefulSet, Workload};
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
    let exempt = Exempt::new(&params.exempt_namespaces_regex)?;
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
    judge_doubts(facts, &images, &mut tally);
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

/// What could not be read may use any image.
fn judge_doubts(facts: &Facts<'_>, images: &Images<'_>, tally: &mut Tally) {
    for doubt in images.doubts() {
        let place = format!("{}/metadata/name", doubt.place);
        tally.judge_at(doubt.place.clone(), place, || Err(Unknown::because(doubt.why.clone())));
    }
    let further = images.doubtful - images.doubts().count();
    if further > 0 {
        let judgement = || Err(Unknown::because(format!("{further} more things could not be read")));
        tally.judge_at(say::cluster(facts), say::PODS, judgement);
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

fn read(facts: &Facts<'_>, images: &mut Images<'_>) {
    for item in facts.items::<Pod>() {
        images.add_pod(item.known(), &item.place());
    }
    read_workloads::<Deployment>(facts, images);
    read_workloads::<StatefulSet>(facts, images);
    read_workloads::<DaemonSet>(facts, images);
    read_workloads::<Job>(facts, images);
    read_workloads::<CronJob>(facts, images);
    read_workloads::<ReplicationController>(facts, images);
}

fn read_workloads<W: Workload>(facts: &Facts<'_>, images: &mut Images<'_>) {
    for item in facts.items::<W>() {
        images.add_workload(item.known(), &item.place());
    }
}

/// That no image was found elsewhere says something only when everything was read.
fn complete(facts: &Facts<'_>) -> Result<(), Unknown> {
    facts.complete::<Pod>()?;
    facts.complete::<Deployment>()?;
    facts.complete::<StatefulSet>()?;
    facts.complete::<DaemonSet>()?;
    facts.complete::<Job>()?;
    facts.complete::<CronJob>()?;
    facts.complete::<ReplicationController>()
}
