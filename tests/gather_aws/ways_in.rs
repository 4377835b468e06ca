//! Signing in, finding the cluster, and a token that its API server would accept.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use eksamine_gather::ways_in::{AwsOptions, SignedIn, WayInError, eks_token, find_cluster, sign_in_with};
use eksamine_tests::servers::aws::AwsEndpoint;
use serde_json::{Value, json};

use crate::scene::{REGION, Scene, quick, two_of_everything};

async fn sign_in(scene: &Scene, region: &str, role: Option<&str>) -> Result<SignedIn, WayInError> {
    let role_arn = role.map(str::to_owned);
    sign_in_with(scene.config(region), &AwsOptions { role_arn, limits: quick(), ..AwsOptions::default() }).await
}

fn world(change: impl Fn(&mut Value)) -> Result<Scene> {
    let mut data = two_of_everything()?;
    change(&mut data);
    Scene::of(data)
}

fn clusters(data: &mut Value, names: &[&str]) {
    let answers = data["answers"].as_array_mut();
    for entry in answers.into_iter().flatten().filter(|entry| entry["operation"] == "ListClusters") {
        entry["answer"]["clusters"] = json!(names);
    }
    data["answers"].as_array_mut().into_iter().for_each(|answers| {
        answers.push(json!({"service": "eks", "operation": "DescribeCluster",
            "error": {"code": "ResourceNotFoundException", "status": 404, "message": "No cluster found"}}));
    });
}

#[tokio::test]
async fn signing_in_tells_who_and_where() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let signed_in = sign_in(&scene, REGION, None).await?;
    ensure!(signed_in.scope.account.as_deref() == Some("111122223333"));
    ensure!(signed_in.scope.partition.as_deref() == Some("aws"));
    ensure!(signed_in.arn == "arn:aws:iam::111122223333:user/scanner");
    let signed_in = sign_in(&scene, REGION, Some("arn:aws:iam::111122223333:role/audit")).await?;
    ensure!(signed_in.arn == "arn:aws:sts::111122223333:assumed-role/audit/eksamine", "{}", signed_in.arn);
    let error = sign_in(&scene, REGION, Some("arn:aws:iam::111122223333:role/other")).await.err();
    ensure!(matches!(error, Some(WayInError::Role { .. })), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn bad_credentials_are_one_clear_error() -> Result<()> {
    let expired = world(|data| data["expired"] = json!(true))?;
    let error = sign_in(&expired, REGION, None).await.err();
    ensure!(matches!(error, Some(WayInError::Expired { .. })), "{error:?}");
    let mut scene = Scene::two_of_everything()?;
    let error = sign_in(&scene, "af-south-1", None).await.err();
    ensure!(matches!(&error, Some(WayInError::RegionDisabled { elsewhere, .. }) if elsewhere == "us-east-1"), "{error:?}");
    scene.world.access_key = "AKIANOBODY".into();
    let error = sign_in(&scene, REGION, None).await.err();
    ensure!(matches!(error, Some(WayInError::Refused { .. })), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn the_only_cluster_is_meant_and_others_are_named() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let cluster = find_cluster(&sign_in(&scene, REGION, None).await?, None).await?;
    ensure!(cluster.name == "prod" && cluster.version.as_deref() == Some("1.34"), "{cluster:?}");
    ensure!(cluster.endpoint.as_deref() == Some("https://127.0.0.1:6443"));
    ensure!(cluster.certificates.is_some_and(|pem| pem.starts_with(b"-----BEGIN CERTIFICATE")));

    let several = world(|data| clusters(data, &["prod", "stage", "test"]))?;
    let signed_in = sign_in(&several, REGION, None).await?;
    let error = find_cluster(&signed_in, None).await.err().context("a cluster was chosen")?.to_string();
    ensure!(error.contains("3 EKS clusters") && error.contains("prod, stage, test"), "{error}");
    let error = find_cluster(&signed_in, Some("prd")).await.err().context("found")?.to_string();
    ensure!(error.contains(r#"no EKS cluster "prd""#) && error.contains("stage"), "{error}");

    let none = world(|data| clusters(data, &[]))?;
    let error = find_cluster(&sign_in(&none, REGION, None).await?, None).await.err();
    ensure!(matches!(error, Some(WayInError::NoCluster { .. })), "{error:?}");

    several.world.control(&json!({"deny": ["eks:ListClusters"]}))?;
    let error = find_cluster(&sign_in(&several, REGION, None).await?, None).await.err().context("found")?.to_string();
    ensure!(error.contains("grant eks:ListClusters"), "{error}");
    Ok(())
}

async fn review(scene: &Scene, token: &str, cluster: &str) -> Result<Value> {
    let endpoint = AwsEndpoint::shared()?;
    let answer = endpoint.review(cluster, token)?;
    ensure!(answer["kind"] == "TokenReview" && !scene.world.url.is_empty());
    Ok(answer["status"].clone())
}

#[tokio::test]
async fn a_token_is_good_for_one_cluster_and_one_caller() -> Result<()> {
    let scene = world(|data| data["session"] = json!(true))?;
    let credentials = scene.config(REGION).credentials_provider().context("no credentials")?;
    let now = SystemTime::now();
    let token = eks_token(&credentials, REGION, "prod", now).await?;
    let status = review(&scene, &token, "prod").await?;
    ensure!(status["authenticated"] == true && status["user"]["username"] == "scanner", "{status}");
    ensure!(review(&scene, &token, "stage").await?["authenticated"] == false);
    ensure!(review(&scene, &token.replace("k8s-aws-v1.", "k8s-aws-v2."), "prod").await?["authenticated"] == false);
    let old = eks_token(&credentials, REGION, "prod", now - Duration::from_secs(16 * 60)).await?;
    ensure!(review(&scene, &old, "prod").await?["error"] == "the token is expired");
    let mut other = Scene::two_of_everything()?;
    other.world.secret_key = "another".into();
    let forged = other.config(REGION).credentials_provider().context("no credentials")?;
    let forged = eks_token(&forged, REGION, "prod", now).await?;
    ensure!(review(&scene, &forged, "prod").await?["authenticated"] == false);
    Ok(())
}
