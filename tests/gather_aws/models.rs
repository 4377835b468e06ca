//! The catalogue and the tables beside it against AWS's own models.

use anyhow::{Result, ensure};
use eksamine_facts::catalogue::{self, CLOUD_CONTROL, Service};
use eksamine_gather::aws::{host, partition};
use eksamine_tests::servers::aws::models;
use eksamine_tests::vendor::{aws_paths, catalogue_calls, row_calls};
use serde_json::{Value, json};

use crate::rows::FURTHER;

#[test]
fn everything_that_a_row_names_exists() -> Result<()> {
    let calls: Vec<Value> = catalogue_calls().into_iter().chain(FURTHER.iter().flat_map(row_calls)).collect();
    let answers = models("rows", &calls)?;
    let errors: Vec<Value> = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let errors: Vec<&Value> = errors.iter().flat_map(|line| line["errors"].as_array()).flatten().collect();
    ensure!(errors.is_empty(), "{errors:#?}");
    ensure!(answers.lines().count() == calls.len());
    Ok(())
}

/// Written anew by `EKSAMINE_WRITE_SHAPES=1 cargo test -p eksamine-tests --test gather_aws shape_table`.
#[test]
fn the_shape_table_is_what_botocore_says() -> Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../host/gather/src/aws/shapes.json");
    let calls: Vec<Value> = catalogue_calls().into_iter().chain(FURTHER.iter().flat_map(row_calls)).collect();
    let written = models("shapes", &calls)?;
    if std::env::var_os("EKSAMINE_WRITE_SHAPES").is_some() {
        std::fs::write(path, &written)?;
    }
    ensure!(std::fs::read_to_string(path)? == written, "host/gather/src/aws/shapes.json is not botocore's any more");
    Ok(())
}

const REGIONS: [&str; 15] = [
    "us-east-1",
    "eu-west-1",
    "ap-southeast-5",
    "il-central-1",
    "mx-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-west-1",
    "us-gov-east-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
];

#[test]
fn hosts_are_aws_own_in_every_partition() -> Result<()> {
    let rows = catalogue::AWS.iter().chain(FURTHER).map(|row| row.service);
    let mut services: Vec<&Service> = rows.chain([CLOUD_CONTROL.service, CLOUD_CONTROL.registry]).collect();
    services.sort_by_key(|service| service.name);
    services.dedup_by_key(|service| service.name);
    let mut lines = Vec::new();
    let mut ours = Vec::new();
    for service in services {
        for (region, fips, dual_stack) in
            REGIONS.iter().flat_map(|r| [(*r, false, false), (*r, true, false), (*r, false, true), (*r, true, true)])
        {
            lines.push(json!({"service": service.name, "region": region, "fips": fips, "dual_stack": dual_stack}));
            ours.push(host(service, region, fips, dual_stack));
        }
    }
    let mut wrong = Vec::new();
    for ((line, (host, signed_for)), answer) in lines.iter().zip(ours).zip(models("endpoints", &lines)?.lines()) {
        let answer: Value = serde_json::from_str(answer)?;
        // Where AWS has no such host, ours does not resolve either.
        let exists = !answer["host"].is_null();
        if exists && (answer["host"] != host.as_str() || answer["signed_for"] != signed_for.as_str()) {
            wrong.push(format!("{line}: {host} for {signed_for}, AWS says {answer}"));
        }
    }
    ensure!(wrong.is_empty(), "{wrong:#?}");
    ensure!(partition("cn-north-1").name == "aws-cn" && partition("ca-west-1").name == "aws");
    Ok(())
}

#[test]
fn declared_paths_are_checked_with_the_nearest_name() -> Result<()> {
    let found = aws_paths(&[
        ("aws.eks.clusters", "/logging/clusterLogging/*/types"),
        ("aws.eks.clusters", "/loging"),
        ("aws.ec2.subnets", "/$region"),
        ("aws.ec2.launchtemplateversions", "/LaunchTemplateData/NetworkInterfaces/*/AssociatePublicIpAddress"),
    ])?;
    ensure!(found[0].is_none() && found[3].is_none(), "{found:?}");
    // EC2 answers for one region: the row has no need to say which.
    ensure!(found[2].as_ref().is_some_and(|e| e.contains("adds no `$region`")), "{found:?}");
    ensure!(found[1].as_ref().is_some_and(|e| e.contains(r#"did you mean "logging"?"#)), "{found:?}");
    Ok(())
}
