//! The images that a cluster uses, read from its pods and from the templates of its workloads.

use crate::{Facts, Tally};
use eksamine_facts::core::Pod;
use eksamine_facts::derive::images::Images;
use eksamine_facts::workloads::{CronJob, DaemonSet, Deployment, Job, ReplicationController, StatefulSet, Workload};
use eksamine_facts::{Noun as _, Subject, Unknown};

/// Adds everything that names an image.
pub fn read(facts: &Facts<'_>, images: &mut Images<'_>) {
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

/// That everything was read, without which no image can be said to be used nowhere.
///
/// # Errors
/// [`Unknown`] of the first kind that is not complete.
pub fn complete(facts: &Facts<'_>) -> Result<(), Unknown> {
    facts.complete::<Pod>()?;
    facts.complete::<Deployment>()?;
    facts.complete::<StatefulSet>()?;
    facts.complete::<DaemonSet>()?;
    facts.complete::<Job>()?;
    facts.complete::<CronJob>()?;
    facts.complete::<ReplicationController>()
}

/// What could not be read may use any image: each is a finding, and what is too much to list is one about `whole`.
pub fn judge_doubts(images: &Images<'_>, whole: impl Into<Subject>, tally: &mut Tally) {
    for doubt in images.doubts() {
        let place = format!("{}/metadata/name", doubt.place);
        tally.judge_at(doubt.place.clone(), place, || Err(Unknown::because(doubt.why.clone())));
    }
    let further = images.doubtful - images.doubts().count();
    if further > 0 {
        let place = format!("/facts/{}/status", Pod::KIND);
        let judgement = || Err(Unknown::because(format!("{further} more things could not be read")));
        tally.judge_at(whole, place, judgement);
    }
}
