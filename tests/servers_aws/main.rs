//! The AWS endpoint itself: what the other tests rely on.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use eksamine_tests::servers::aws::{AwsEndpoint, AwsWorld, answers, models, python};
use serde_json::{Value, json};

fn refusal(world: &Value) -> Result<String> {
    let loaded = AwsEndpoint::shared()?.world(world);
    Ok(loaded.err().context("the world was accepted")?.to_string())
}

#[test]
fn a_world_says_only_what_aws_could_say() -> Result<()> {
    let cluster = |cluster: Value| {
        json!({"account": "111122223333", "answers": [
        {"service": "eks", "operation": "DescribeCluster", "answer": {"cluster": cluster}}]})
    };
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

/// What AWS's own client for Python makes of the endpoint.
fn boto(world: &AwsWorld, lines: &[Value]) -> Result<Vec<Value>> {
    let mut client = python(&Path::new(env!("CARGO_MANIFEST_DIR")).join("servers_aws/boto.py"))?;
    client.envs(world.environment()).env("AWS_REGION", "eu-west-1").env("AWS_DEFAULT_REGION", "eu-west-1");
    answers(&mut client, lines)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn world() -> Result<AwsWorld> {
    AwsEndpoint::shared()?.world(&serde_json::from_str(include_str!("../worlds/two_of_everything.json"))?)
}

fn ids(answer: &Value) -> Vec<&str> {
    let reservations = answer["answer"]["Reservations"].as_array().into_iter().flatten();
    let instances = reservations.flat_map(|reservation| reservation["Instances"].as_array().into_iter().flatten());
    instances.filter_map(|instance| instance["InstanceId"].as_str()).collect()
}

#[test]
fn awss_own_client_reads_pages_and_selections() -> Result<()> {
    let instances = |params: Value| json!({"service": "ec2", "operation": "describe_instances", "params": params});
    let found = boto(
        &world()?,
        &[
            json!({"service": "eks", "operation": "list_nodegroups", "params": {"clusterName": "prod"}, "pages": true}),
            instances(json!({"InstanceIds": ["i-0d"], "IncludeManagedResources": true})),
            instances(json!({"InstanceIds": ["i-0a"], "MaxResults": 5})),
            instances(json!({"InstanceIds": ["i-0gone"]})),
            // An empty list of ids is everything there is: the first page of it.
            instances(json!({"InstanceIds": []})),
            instances(json!({"Filters": [{"Name": "tag:aws:eks:cluster-name", "Values": ["prod"]}], "MaxResults": 5})),
            json!({"service": "ec2", "operation": "describe_instances", "params": {"NextToken": "bm8="}}),
        ],
    )?;
    let pages = found[0]["pages"].as_array().context("pages")?;
    ensure!(pages.len() == 2 && pages[1]["nodegroups"] == json!(["plain"]), "{pages:?}");
    ensure!(ids(&found[1]) == ["i-0d"], "{}", found[1]);
    ensure!(found[2]["error"] == "InvalidParameterCombination", "{}", found[2]);
    ensure!(found[3]["error"] == "InvalidInstanceID.NotFound", "{}", found[3]);
    ensure!(ids(&found[4]) == ["i-0a", "i-0b", "i-0c"], "{}", found[4]);
    ensure!(ids(&found[5]) == ["i-0a", "i-0b", "i-0e"], "{}", found[5]);
    ensure!(found[6]["error"] == "InvalidParameterException", "{}", found[6]);
    Ok(())
}

#[test]
fn errors_have_the_code_and_status_of_their_protocol() -> Result<()> {
    let world = world()?;
    let lines = [
        json!({"service": "ec2", "operation": "describe_subnets", "params": {}}),
        json!({"service": "eks", "operation": "list_clusters", "params": {}}),
        json!({"service": "logs", "operation": "describe_log_groups", "params": {}}),
        json!({"service": "cloudformation", "operation": "describe_type", "params": {"Arn": "arn:aws:x"}}),
    ];
    let expect = |fault: Value, expected: [(&str, u16); 4]| -> Result<()> {
        world.control(&json!({"faults": [{"fault": fault}]}))?;
        for (found, (code, status)) in boto(&world, &lines)?.iter().zip(expected) {
            ensure!(found["error"] == code && found["status"] == status, "{fault}: {found}, not {code} {status}");
        }
        Ok(())
    };
    let denied = [("UnauthorizedOperation", 403), ("AccessDeniedException", 403), ("AccessDeniedException", 400)];
    expect(json!({"deny": true}), [denied[0], denied[1], denied[2], ("AccessDenied", 403)])?;
    let throttled = [("RequestLimitExceeded", 503), ("ThrottlingException", 429), ("ThrottlingException", 429)];
    expect(json!({"throttle": true}), [throttled[0], throttled[1], throttled[2], ("Throttling", 400)])?;
    let forger = AwsWorld { secret_key: "another".to_owned(), ..world.clone() };
    let codes = ["AuthFailure", "InvalidSignatureException", "InvalidSignatureException", "SignatureDoesNotMatch"];
    for (found, code) in boto(&forger, &lines)?.iter().zip(codes) {
        ensure!(found["error"] == code, "{found}, not {code}");
    }
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
