//! Signing in, finding the cluster, and a token that its API server would accept.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use eksamine_facts::catalogue;
use eksamine_gather::aws::Endpoints;
use eksamine_gather::ways_in::{AwsOptions, SignedIn, WayInError, eks_token, find_cluster, sign_in_with};
use eksamine_tests::program::eksamine_with;
use eksamine_tests::servers::aws::AwsEndpoint;
use serde_json::{Value, json};

use crate::scene::{REGION, Scene, quick, two_of_everything};

async fn enter(scene: &Scene, region: &str, role: Option<&str>) -> Result<SignedIn, WayInError> {
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
    let signed_in = enter(&scene, REGION, None).await?;
    ensure!(signed_in.scope.account.as_deref() == Some("111122223333"));
    ensure!(signed_in.scope.partition.as_deref() == Some("aws"));
    ensure!(signed_in.arn == "arn:aws:iam::111122223333:user/scanner");
    let signed_in = enter(&scene, REGION, Some("arn:aws:iam::111122223333:role/audit")).await?;
    ensure!(signed_in.arn == "arn:aws:sts::111122223333:assumed-role/audit/eksamine", "{}", signed_in.arn);
    let error = enter(&scene, REGION, Some("arn:aws:iam::111122223333:role/other")).await.err();
    ensure!(matches!(error, Some(WayInError::Role { .. })), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn bad_credentials_are_one_clear_error() -> Result<()> {
    let expired = world(|data| data["expired"] = json!(true))?;
    let error = enter(&expired, REGION, None).await.err();
    ensure!(matches!(error, Some(WayInError::Expired { .. })), "{error:?}");
    let mut scene = Scene::two_of_everything()?;
    let error = enter(&scene, "af-south-1", None).await.err();
    ensure!(
        matches!(&error, Some(WayInError::RegionDisabled { elsewhere, .. }) if elsewhere == "us-east-1"),
        "{error:?}"
    );
    scene.world.access_key = "AKIANOBODY".into();
    let error = enter(&scene, REGION, None).await.err();
    ensure!(matches!(error, Some(WayInError::Refused { .. })), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn the_only_cluster_is_meant_and_others_are_named() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let cluster = find_cluster(&enter(&scene, REGION, None).await?, None).await?;
    ensure!(cluster.name == "prod" && cluster.version.as_deref() == Some("1.34"), "{cluster:?}");
    ensure!(cluster.endpoint.as_deref() == Some("https://127.0.0.1:6443"));
    ensure!(cluster.certificates.is_some_and(|pem| pem.starts_with(b"-----BEGIN CERTIFICATE")));

    let several = world(|data| clusters(data, &["prod", "stage", "test"]))?;
    let signed_in = enter(&several, REGION, None).await?;
    let error = find_cluster(&signed_in, None).await.err().context("a cluster was chosen")?.to_string();
    ensure!(error.contains("3 EKS clusters") && error.contains("prod, stage, test"), "{error}");
    let error = find_cluster(&signed_in, Some("prd")).await.err().context("found")?.to_string();
    ensure!(error.contains(r#"no EKS cluster "prd""#) && error.contains("stage"), "{error}");

    let none = world(|data| clusters(data, &[]))?;
    let error = find_cluster(&enter(&none, REGION, None).await?, None).await.err();
    ensure!(matches!(error, Some(WayInError::NoCluster { .. })), "{error:?}");

    several.world.control(&json!({"deny": ["eks:ListClusters"]}))?;
    let error = find_cluster(&enter(&several, REGION, None).await?, None).await.err().context("found")?.to_string();
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

/// Environment variables of the same names are the SDK's own matter; a profile shows that its settings arrive.
#[tokio::test]
async fn a_profile_says_where_services_answer() -> Result<()> {
    let settings = "[profile here]\nendpoint_url = http://all:1\nservices = mine\n\n\
        [services mine]\neks =\n  endpoint_url = http://eks:2\ncloudwatch_logs =\n  endpoint_url = http://logs:3\n\n\
        [profile strict]\nuse_fips_endpoint = true\n\n[profile six]\nuse_dualstack_endpoint = true\n";
    let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, settings).build();
    let url = async |profile: &str, kind: &str| {
        let config = aws_config::defaults(BehaviorVersion::latest()).profile_files(files.clone()).profile_name(profile);
        let config = config.region(Region::new(REGION)).http_client(eksamine_gather::aws::connections()).load().await;
        let service = catalogue::aws(kind).context("a row")?.service;
        anyhow::Ok(Endpoints::new(config, REGION).of(service, None).0)
    };
    ensure!(url("here", "aws.eks.clusters").await? == "http://eks:2");
    ensure!(url("here", "aws.logs.loggroups").await? == "http://logs:3");
    ensure!(url("here", "aws.ec2.subnets").await? == "http://all:1");
    ensure!(url("strict", "aws.eks.clusters").await? == "https://fips.eks.eu-west-1.amazonaws.com");
    ensure!(url("six", "aws.ec2.subnets").await? == "https://ec2.eu-west-1.api.aws");
    Ok(())
}

#[test]
fn sign_in_from_the_environment() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let mut variables = scene.world.environment();
    let doctor = |variables: &[(&str, String)]| {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let ran = eksamine_with(&["doctor", "--region", REGION, "--rule", "audit-logging"], &variables);
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = doctor(&variables);
    ensure!(said.contains("ok AWS credentials arn:aws:iam::111122223333:user/scanner in eu-west-1"), "{said}");
    ensure!(said.contains("ok cluster arn:aws:eks:eu-west-1:111122223333:cluster/prod"), "{said}");
    // A service's own endpoint goes before the general one.
    variables.push(("AWS_ENDPOINT_URL_EKS", "http://127.0.0.1:9".to_owned()));
    let said = doctor(&variables);
    ensure!(said.contains("eks:ListClusters") && said.contains("Connection refused"), "{said}");
    ensure!(!said.contains("ConnectorError"), "words, not a dump: {said}");
    variables.retain(|(name, _)| !name.contains("KEY"));
    let said = doctor(&variables);
    ensure!(said.contains("broken way in no AWS credentials") && said.contains("aws sso login"), "{said}");
    Ok(())
}
