//! Whatever goes wrong is data, and nothing that fails stops the rest.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::{Availability, Gathered};
use eksamine_gather::aws::{Aws, Limits};
use serde_json::{Value, json};

use crate::scene::{REGION, Scene, every_kind, kubernetes, quick, two_of_everything};

const NODEGROUPS: &str = "aws.eks.nodegroups";

async fn nodegroups(scene: &Scene, limits: Limits) -> Result<Gathered> {
    let aws = Aws::new(&scene.config(REGION), REGION, limits).context("no client")?;
    let mut facts = scene.gather_with(&aws, &[NODEGROUPS], BTreeMap::new()).await?;
    facts.remove(NODEGROUPS).context("no node groups")
}

async fn after(fault: Value) -> Result<(Scene, Gathered)> {
    let scene = Scene::two_of_everything()?;
    scene.world.control(&json!({"faults": [fault]}))?;
    let found = nodegroups(&scene, quick()).await?;
    Ok((scene, found))
}

#[tokio::test]
async fn what_passes_is_tried_again() -> Result<()> {
    let faults = [
        json!({"throttle": true}),
        json!({"status": 503}),
        json!({"drop": "before"}),
        json!({"drop": "body"}),
        json!({"code": "InternalFailure", "status": 500}),
    ];
    for fault in faults {
        for operation in ["ListNodegroups", "DescribeNodegroup"] {
            let (scene, found) = after(json!({"operation": operation, "times": 2, "fault": fault})).await?;
            ensure!(found.status == Availability::Complete && found.items.len() == 3, "{fault}: {found:?}");
            let tries = scene.log()?.iter().filter(|call| call.operation == operation).count();
            let pages = if operation == "ListNodegroups" { 2 } else { 3 };
            ensure!(tries == pages + 2, "{fault} {operation}: {tries} tries");
        }
    }
    Ok(())
}

#[tokio::test]
async fn throttled_in_xml_and_in_every_service() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let throttle = |service: &str| json!({"service": service, "times": 2, "fault": {"throttle": true}});
    let services = [
        "ec2",
        "ecr",
        "eks",
        "elb",
        "elbv2",
        "iam",
        "inspector2",
        "kms",
        "logs",
        "sts",
        "cloudcontrol",
        "cloudformation",
    ];
    scene.world.control(&json!({"faults": services.map(throttle)}))?;
    for (kind, gathered) in scene.gather(&every_kind()).await? {
        ensure!(gathered.status == Availability::Complete, "{kind}: {gathered:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_wait_that_aws_asks_for_is_kept() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let fault = json!({"throttle": true, "retry_after_ms": 700});
    scene.world.control(&json!({"faults": [{"operation": "ListNodegroups", "times": 1, "fault": fault}]}))?;
    let begin = Instant::now();
    let found = nodegroups(&scene, Limits { longest_backoff: Duration::from_secs(5), ..quick() }).await?;
    ensure!(found.status == Availability::Complete);
    ensure!(begin.elapsed() >= Duration::from_millis(700), "it waited {:?}", begin.elapsed());
    Ok(())
}

#[tokio::test]
async fn what_does_not_pass_is_an_error_that_says_so() -> Result<()> {
    let cases = [
        (json!({"throttle": true}), "ThrottlingException: Rate exceeded"),
        (json!({"status": 503}), "HTTP status 503"),
        (json!({"drop": "before"}), "cannot reach http://127.0.0.1"),
        (json!({"drop": "body"}), "cannot reach http://127.0.0.1"),
        (json!({"malformed": true}), "an answer that cannot be read"),
        (json!({"code": "ResourceNotFoundException", "status": 404}), "ResourceNotFoundException"),
    ];
    for (fault, reason) in cases {
        let (_, found) = after(json!({"operation": "ListNodegroups", "fault": fault})).await?;
        ensure!(found.status == Availability::Error && found.items.is_empty(), "{fault}: {found:?}");
        ensure!(found.reason.as_deref().is_some_and(|why| why.contains(reason)), "{fault}: {found:?}");
        ensure!(found.permission.is_none());
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_without_its_list_is_not_an_empty_list() -> Result<()> {
    let mut data = two_of_everything()?;
    for entry in data["answers"].as_array_mut().context("answers")? {
        if ["ListNodegroups", "DescribeCluster", "DescribeVpcBlockPublicAccessOptions"]
            .iter()
            .any(|o| entry["operation"] == *o)
        {
            entry["answer"] = json!({});
        }
    }
    let facts = Scene::of(data)?.gather(&every_kind()).await?;
    for kind in [NODEGROUPS, "aws.eks.clusters", "aws.ec2.vpcblockpublicaccessoptions"] {
        ensure!(facts[kind].status == Availability::Error, "{kind}: {:?}", facts[kind]);
    }
    Ok(())
}

#[tokio::test]
async fn a_silent_service_costs_no_more_than_its_deadline() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    scene.world.control(&json!({"faults": [{"operation": "ListNodegroups", "fault": {"delay_ms": 3000}}]}))?;
    let limits = Limits { attempt: Duration::from_millis(200), operation: Duration::from_millis(500), ..quick() };
    let begin = Instant::now();
    let found = nodegroups(&scene, limits).await?;
    ensure!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    ensure!(found.status == Availability::Error, "{found:?}");
    ensure!(found.reason.as_deref().is_some_and(|why| why.contains("no answer in time")), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn one_thing_that_is_gone_or_refused_does_not_hide_the_others() -> Result<()> {
    let of =
        |fault: Value| json!({"operation": "DescribeNodegroup", "params": {"nodegroupName": "green"}, "fault": fault});
    let (_, gone) = after(of(json!({"code": "ResourceNotFoundException", "status": 404}))).await?;
    ensure!(gone.status == Availability::Complete && gone.items.len() == 2, "{gone:?}");
    let (_, refused) = after(of(json!({"deny": true}))).await?;
    ensure!(refused.status == Availability::Partial && refused.items.len() == 2, "{refused:?}");
    ensure!(
        refused.gaps[0].subject == "green" && refused.gaps[0].permission.as_deref() == Some("eks:DescribeNodegroup")
    );
    Ok(())
}

/// Denied at each single call of a whole run: that kind says so, those hanging on it too, and nothing else changes.
#[tokio::test]
async fn denied_at_every_position() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let whole = scene.gather(&every_kind()).await?;
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in scene.log()?.into_iter().filter(|call| call.action != "sts:GetCallerIdentity") {
        *calls.entry(call.operation).or_default() += 1;
    }
    for (operation, count) in calls {
        for position in 0..count {
            let fault = json!({"operation": operation, "after": position, "times": 1, "fault": {"deny": true}});
            scene.world.control(&json!({"faults": [fault]}))?;
            let facts = scene.gather(&every_kind()).await?;
            let context = format!("{operation} denied at call {position}");
            ensure!(facts.len() == whole.len(), "{context}");
            let hurt: Vec<_> = facts.values().filter(|f| f.status != Availability::Complete).collect();
            ensure!(!hurt.is_empty(), "{context}: nobody says so");
            for kind in hurt {
                let named = kind.permission.as_deref().is_some_and(|p| p.ends_with(&format!(":{operation}")));
                ensure!(named, "{context}: {kind:?}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn credentials_that_expire_stop_the_run_once() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    scene.world.control(&json!({"faults": [
        {"service": "eks", "after": 2, "fault": {"code": "ExpiredTokenException", "status": 403}},
        {"service": "ec2", "fault": {"code": "RequestExpired", "status": 400}}]}))?;
    let aws = scene.aws()?;
    let facts = scene.gather_with(&aws, &every_kind(), kubernetes()?).await?;
    ensure!(aws.stopped().is_some_and(|why| why.contains("Expired")), "{:?}", aws.stopped());
    ensure!(facts.len() == every_kind().len());
    // The service's gate lets six through before the first answer is in; after that nothing is sent.
    let expired = scene.log()?.iter().filter(|call| call.outcome.contains("Expired")).count();
    ensure!(expired <= 12, "{expired} calls failed the same way");
    Ok(())
}

/// Where a region has no such feature, that is an answer and not a failure.
#[tokio::test]
async fn a_feature_that_is_not_there_is_absent() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    scene.world.control(&json!({"faults": [
        {"operation": "DescribeVpcBlockPublicAccessOptions", "fault": {"code": "InvalidAction", "status": 400}}]}))?;
    let facts = scene.gather(&["aws.ec2.vpcblockpublicaccessoptions"]).await?;
    ensure!(facts["aws.ec2.vpcblockpublicaccessoptions"].status == Availability::Absent, "{facts:?}");
    Ok(())
}
