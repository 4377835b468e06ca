//! The AWS endpoint itself: what the other tests rely on.

use anyhow::{Context as _, Result, ensure};
use eksamine_tests::servers::aws::{AwsEndpoint, models};
use serde_json::{Value, json};

fn refusal(world: &Value) -> Result<String> {
    let loaded = AwsEndpoint::shared()?.world(world);
    Ok(loaded.err().context("the world was accepted")?.to_string())
}

#[test]
fn a_world_says_only_what_aws_could_say() -> Result<()> {
    let cluster = |cluster: Value| json!({"account": "111122223333", "answers": [
        {"service": "eks", "operation": "DescribeCluster", "answer": {"cluster": cluster}}]});
    let why = refusal(&cluster(json!({"nam": "prod"})))?;
    ensure!(why.contains(r#"no member \"nam\" (did you mean \"name\"?)"#), "{why}");
    let why = refusal(&cluster(json!({"tags": {"a": 1}})))?;
    ensure!(why.contains("/cluster/tags/a: string expected"), "{why}");
    let why = refusal(&json!({"account": "1", "answer": []}))?;
    ensure!(why.contains("did you mean"), "{why}");
    AwsEndpoint::shared()?.world(&cluster(json!({"name": "prod", "createdAt": 1.5})))?;
    Ok(())
}

#[test]
fn what_is_not_signed_is_refused_and_no_token_is_good_by_itself() -> Result<()> {
    let endpoint = AwsEndpoint::shared()?;
    let world = endpoint.world(&json!({"account": "111122223333", "answers": []}))?;
    ensure!(world.log()?.is_empty());
    let host = endpoint.url().trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host)?;
    std::io::Write::write_all(&mut stream, b"GET /clusters HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer)?;
    ensure!(answer.contains("403") && answer.contains("MissingAuthenticationToken"), "{answer}");
    Ok(())
}

#[test]
fn paths_are_those_of_the_model_and_the_nearest_name_is_told() -> Result<()> {
    let line = |path: &str| {
        json!({"service": "ec2", "operation": "DescribeInstances",
            "results": "/Reservations/*/Instances/*", "path": path})
    };
    let answers = models("paths", &[line("/NetworkInterfaces/*/Association/PublicIp"), line("/PublicIpAdress")])?;
    let answers: Vec<Value> = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(answers[0]["error"].is_null(), "{answers:?}");
    ensure!(answers[1]["error"].as_str().is_some_and(|e| e.contains(r#"did you mean "PublicIpAddress"?"#)));
    Ok(())
}
