//! Least privilege, proved: what is asked is what the catalogue says, and each missing action shows where it is missed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use eksamine_facts::catalogue::{self, Kind};
use eksamine_facts::{Availability, Gathered};
use serde_json::json;

use crate::scene::{Scene, every_kind, items};

fn derived() -> Result<BTreeSet<String>> {
    Ok(catalogue::iam_actions(every_kind())?.into_iter().map(str::to_owned).collect())
}

fn recorded(scene: &Scene) -> Result<BTreeSet<String>> {
    let free = |action: &String| action != "sts:GetCallerIdentity";
    Ok(scene.log()?.into_iter().map(|call| call.action).filter(free).collect())
}

#[tokio::test]
async fn the_actions_recorded_are_the_actions_derived() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let actions = derived()?;
    scene.world.control(&json!({"allow": actions}))?;
    let facts = scene.gather(&every_kind()).await?;
    for (kind, gathered) in &facts {
        ensure!(gathered.status == Availability::Complete, "{kind}: {gathered:?}");
        // The account's own settings and the caller are one of a kind by nature; so is the cluster of a document, and
        // EKS takes one key for it.
        let single =
            ["aws.ec2.vpcblockpublicaccessoptions", "aws.eks.clusters", "aws.kms.keys", "aws.sts.calleridentities"];
        ensure!(single.contains(&kind.as_str()) || items(&facts, kind)?.len() >= 2, "{kind} has too few items");
    }
    ensure!(recorded(&scene)? == actions, "{:?} against {actions:?}", recorded(&scene)?);
    Ok(())
}

#[tokio::test]
async fn a_missing_action_is_named_by_exactly_the_kinds_that_need_it() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let whole = scene.gather(&every_kind()).await?;
    for action in derived()? {
        scene.world.control(&json!({"deny": [action]}))?;
        let facts = scene.gather(&every_kind()).await?;
        for (kind, gathered) in &facts {
            check(&action, kind, gathered, &whole)?;
        }
    }
    Ok(())
}

/// A kind with several sources: what the others lead to stays, and the one that is missing is a gap.
fn check_one_of_several(
    action: &str,
    kind: &str,
    gathered: &Gathered,
    whole: &BTreeMap<String, Gathered>,
) -> Result<()> {
    let context = format!("without {action}, {kind}: {gathered:?}");
    let closure = catalogue::closure([kind])?;
    let mut sources = closure.into_iter().filter(|need| *need != kind).filter_map(|need| Kind::find(need).ok());
    if !sources.any(|source| source.permission().split(", ").any(|one| one == action)) {
        ensure!(gathered.status == Availability::Complete, "{context}");
        ensure!(gathered.items.len() == whole[kind].items.len(), "{context}");
        return Ok(());
    }
    // A source that lost a part of its items only may still lead everywhere.
    let expected = if gathered.items.is_empty() { Availability::Error } else { Availability::Partial };
    ensure!(gathered.status == expected && gathered.permission.as_deref() == Some(action), "{context}");
    let whys = gathered.reason.iter().chain(gathered.gaps.iter().map(|gap| &gap.reason));
    let named = whys.into_iter().any(|why| why.contains(action))
        || gathered.gaps.iter().any(|gap| gap.permission.as_deref() == Some(action));
    ensure!(named, "{context}");
    Ok(())
}

fn check(action: &str, kind: &str, gathered: &Gathered, whole: &BTreeMap<String, Gathered>) -> Result<()> {
    let found = Kind::find(kind)?;
    let own = |kind: &Kind<'_>| kind.permission().split(", ").any(|one| one == action);
    // What only completes items leaves them there, without that part.
    let completes = match &found {
        Kind::Aws(row) => !row.ways.iter().copied().flatten().any(|call| call.actions.contains(&action)),
        _ => false,
    };
    let several = matches!(&found, Kind::Aws(row) if row.needs().len() > 1);
    if !own(&found) && several {
        return check_one_of_several(action, kind, gathered, whole);
    }
    // At any distance: rules are asked of listeners, and listeners of load balancers.
    let needs = catalogue::closure(found.needs())?;
    let needed = needs.into_iter().filter_map(|need| Kind::find(need).ok()).any(|need| own(&need));
    let status = match (own(&found), needed) {
        (true, _) if completes => Availability::Partial,
        (true, _) => Availability::Denied,
        (false, true) => Availability::Error,
        (false, false) => Availability::Complete,
    };
    let context = format!("without {action}, {kind}: {gathered:?}");
    ensure!(gathered.status == status, "{context}");
    if status == Availability::Complete {
        ensure!(gathered.items.len() == whole[kind].items.len(), "{context}");
    } else if status == Availability::Partial {
        ensure!(gathered.permission.as_deref() == Some(action), "{context}");
        ensure!(gathered.items.len() == whole[kind].items.len(), "{context}");
        ensure!(gathered.gaps.len() == gathered.items.len(), "{context}");
        ensure!(gathered.gaps.iter().all(|gap| gap.status == Availability::Denied), "{context}");
        ensure!(
            gathered.items.iter().zip(&whole[kind].items).all(|(now, then)| now.text() != then.text()),
            "{context}"
        );
    } else {
        ensure!(gathered.permission.as_deref() == Some(action), "{context}");
        ensure!(gathered.reason.as_deref().is_some_and(|reason| reason.contains(action)), "{context}");
        ensure!(gathered.items.is_empty(), "{context}");
    }
    Ok(())
}
