//! The key of a cluster, asked for by whatever name the cluster has for it.

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::{Availability, Gathered};
use serde_json::json;

use crate::scene::{Scene, items, two_of_everything};

const KEYS: &str = "aws.kms.keys";

/// What is gathered of the key that the cluster has under this name.
async fn key(name: &str) -> Result<(Gathered, Vec<serde_json::Value>, Scene)> {
    let mut data = two_of_everything()?;
    let answers = data["answers"].as_array_mut().context("answers")?;
    let cluster = answers.iter_mut().find(|a| a["operation"] == "DescribeCluster").context("a cluster")?;
    let config = json!([{"resources": ["secrets"], "provider": {"keyArn": name}}]);
    cluster["answer"]["cluster"]["encryptionConfig"] = if name.is_empty() { json!([]) } else { config };
    let scene = Scene::of(data)?;
    let mut facts = scene.gather(&[KEYS]).await?;
    let found = items(&facts, KEYS)?;
    Ok((facts.remove(KEYS).context("keys")?, found, scene))
}

#[tokio::test]
async fn an_alias_leads_to_a_key_that_knows_what_it_was_asked_for_by() -> Result<()> {
    for (name, arn) in [
        ("arn:aws:kms:eu-west-1:111122223333:alias/eks", "arn:aws:kms:eu-west-1:111122223333:key/0b"),
        ("arn:aws:kms:eu-west-1:111122223333:key/0a", "arn:aws:kms:eu-west-1:111122223333:key/0a"),
    ] {
        let (kind, found, _) = key(name).await?;
        ensure!(kind.status == Availability::Complete && found.len() == 1, "{name}: {kind:?}");
        ensure!(found[0]["$parent"] == name && found[0]["Arn"] == arn, "{name}: {found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_gone_is_no_gap_and_without_a_key_nothing_is_asked() -> Result<()> {
    let (kind, found, _) = key("arn:aws:kms:eu-west-1:111122223333:key/gone").await?;
    ensure!(kind.status == Availability::Complete && found.is_empty(), "{kind:?}");
    let (kind, found, scene) = key("").await?;
    ensure!(kind.status == Availability::Complete && found.is_empty(), "{kind:?}");
    ensure!(scene.log()?.iter().all(|call| call.operation != "DescribeKey"));
    Ok(())
}
