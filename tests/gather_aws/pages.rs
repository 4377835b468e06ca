//! Everything there is, once, as AWS spells it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::{Availability, Gathered};
use serde_json::{Value, json};

use crate::scene::{NODES, Scene, every_kind, items, kubernetes, kubernetes_items, names, nodes};

const MARKER: &str = "(redacted by eksamine)";

#[tokio::test]
async fn all_pages_are_read_and_nobody_elses_things() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let facts = scene.gather(&every_kind()).await?;
    ensure!(names(&facts, "aws.eks.nodegroups", "/nodegroupName")? == ["blue", "green", "plain"]);
    ensure!(names(&facts, "aws.ec2.instances", "/InstanceId")? == ["i-0a", "i-0b", "i-0c", "i-0d", "i-0e"]);
    ensure!(names(&facts, "aws.ec2.subnets", "/SubnetId")? == ["subnet-0a", "subnet-0b", "subnet-0c"]);
    ensure!(names(&facts, "aws.ec2.routetables", "/RouteTableId")? == ["rtb-a", "rtb-b", "rtb-c"]);
    ensure!(names(&facts, "cfn.AWS::EFS::FileSystem", "/FileSystemId")? == ["fs-0a", "fs-0b", "fs-0c"]);
    let balancers = names(&facts, "aws.elbv2.loadbalancers", "/LoadBalancerName")?;
    ensure!(balancers == ["k8s-shop-web", "k8s-tools-wiki", "k8s-infra-edge"], "{balancers:?}");
    ensure!(names(&facts, "aws.elb.loadbalancers", "/LoadBalancerName")? == ["a0", "a1", "a2"]);
    // Of listeners that speak HTTP, and each with the listener that was asked.
    let listeners = names(&facts, "aws.elbv2.rules", "/$parent")?;
    ensure!(listeners.len() == 6 && listeners.iter().all(|arn| arn.ends_with("/80")), "{listeners:?}");
    let groups = names(&facts, "aws.logs.loggroups", "/logGroupName")?;
    ensure!(groups.len() == 3 && groups.iter().all(|name| name.starts_with("/aws/eks/prod/cluster")), "{groups:?}");
    let templates = items(&facts, "aws.ec2.launchtemplateversions")?;
    ensure!(templates.iter().all(|t| t["VersionNumber"] == 2) && templates.len() == 2, "{templates:?}");
    let scanned = items(&facts, "aws.ecr.repositoryscanningconfigurations")?;
    let of = |item: &Value| {
        (item["$region"].as_str().map(str::to_owned), item["repositoryName"].as_str().map(str::to_owned))
    };
    let text = |text: &str| Some(text.to_owned());
    let repositories =
        [("eu-west-1", "jobs"), ("eu-west-1", "shop/web"), ("eu-west-1", "tools"), ("us-east-1", "base")];
    ensure!(scanned.iter().map(of).collect::<BTreeSet<_>>() == repositories.map(|(a, b)| (text(a), text(b))).into());
    // What runs in one region is asked for there, and that one image is gone is no gap.
    let images = names(&facts, "aws.ecr.images", "/repositoryName")?;
    ensure!(images.len() == 2 && images.contains(&"base".to_owned()), "{images:?}");
    let findings = items(&facts, "aws.ecr.imagescanfindings")?;
    ensure!(
        findings.iter().all(|f| f["imageScanFindings"]["findings"] == MARKER) && findings.len() == 2,
        "{findings:?}"
    );
    for paged in ["ListNodegroups", "DescribeSubnets", "DescribeRouteTables", "DescribeLogGroups", "ListResources"] {
        let calls = scene.log()?.iter().filter(|call| call.operation == paged).count();
        ensure!(calls == 2, "{paged} was called {calls} times, so it was not paged");
    }
    Ok(())
}

/// The world's answers are in the words and types of botocore's models; ours must be the same, across XML and JSON.
#[tokio::test]
async fn items_are_what_aws_has_to_the_type() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let facts = scene.gather(&every_kind()).await?;
    let same = |kind: &str, operation: &str, list: &str, at: &str| -> Result<()> {
        let source = scene.answer(operation)?[list].as_array().context("a list")?;
        for item in items(&facts, kind)? {
            let original = source.iter().find(|one| one.pointer(at) == item.pointer(at)).context("invented")?;
            ensure!(&item == original, "{kind}: {item} against {original}");
        }
        Ok(())
    };
    same("aws.ec2.subnets", "DescribeSubnets", "Subnets", "/SubnetId")?;
    same("aws.ec2.routetables", "DescribeRouteTables", "RouteTables", "/RouteTableId")?;
    same("aws.logs.loggroups", "DescribeLogGroups", "logGroups", "/logGroupName")?;
    let reservations = scene.answer("DescribeInstances")?["Reservations"].as_array().context("a list")?;
    for instance in items(&facts, "aws.ec2.instances")? {
        let mut machines = reservations.iter().flat_map(|r| r["Instances"].as_array().into_iter().flatten());
        let mut original = machines.find(|i| i["InstanceId"] == instance["InstanceId"]).context("invented")?.clone();
        original["LaunchTime"] = instance["LaunchTime"].clone();
        ensure!(instance == original && instance["LaunchTime"].is_string(), "{instance} against {original}");
    }
    Ok(())
}

#[tokio::test]
async fn number_tokens_stay_and_secrets_do_not() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let facts = scene.gather(&every_kind()).await?;
    let text = |kind: &str| facts[kind].items.iter().map(|item| item.text()).collect::<String>();
    ensure!(text("aws.logs.loggroups").contains(r#""storedBytes":123456789012345678"#));
    ensure!(text("aws.eks.nodegroups").contains(r#""createdAt":1763900000.5"#));
    ensure!(text("cfn.AWS::EFS::FileSystem").contains(r#""ProvisionedThroughputInMibps":1.5"#));
    for item in items(&facts, "aws.ec2.launchtemplateversions")? {
        ensure!(
            item["LaunchTemplateData"]["UserData"] == MARKER
                && item["LaunchTemplateData"]["MetadataOptions"] != json!(null)
        );
    }
    for item in items(&facts, "cfn.AWS::EFS::FileSystem")? {
        ensure!(item["Replication"]["Token"] == MARKER && item["BypassPolicyLockoutSafetyCheck"] == MARKER, "{item}");
    }
    let all: String = facts.keys().map(|kind| text(kind)).collect();
    ensure!(!all.contains("c2VjcmV0LWJvb3RzdHJhcA") && !all.contains("s3cret"));
    Ok(())
}

/// Whether some list that names things was sent empty: AWS would answer with the whole account.
fn holds_empty_list(params: &Value) -> bool {
    match params {
        Value::Array(elements) => elements.is_empty() || elements.iter().any(holds_empty_list),
        Value::Object(members) => members.values().any(holds_empty_list),
        _ => false,
    }
}

#[tokio::test]
async fn no_call_is_made_for_nothing() -> Result<()> {
    let mut data = crate::scene::two_of_everything()?;
    for entry in data["answers"].as_array_mut().context("answers")? {
        match entry["operation"].as_str() {
            Some("ListNodegroups") => entry["answer"]["nodegroups"] = json!([]),
            Some("DescribeCluster") => entry["answer"]["cluster"]["resourcesVpcConfig"] = json!({}),
            _ => {}
        }
    }
    let scene = Scene::of(data)?;
    let mut known = kubernetes()?;
    known.values_mut().for_each(|kind| kind.items.clear());
    known.insert(NODES.to_owned(), kubernetes_items(&[json!({"spec": {}})])?);
    let facts = scene.gather_with(&scene.aws()?, &every_kind(), known).await?;
    for (kind, gathered) in &facts {
        ensure!(gathered.status == Availability::Complete, "{kind}: {gathered:?}");
    }
    let log = scene.log()?;
    ensure!(log.iter().all(|call| !holds_empty_list(&call.params)), "{log:?}");
    let asked = |operation: &str| log.iter().filter(|call| call.operation == operation).count();
    ensure!(asked("BatchGetRepositoryScanningConfiguration") == 1 && asked("DescribeImages") == 0);
    ensure!(asked("DescribeSubnets") + asked("DescribeRouteTables") + asked("DescribeLaunchTemplateVersions") == 0);
    ensure!(log.iter().all(|c| c.operation != "DescribeInstances" || c.params["Filters"][0]["Name"] == "tag:aws:eks:cluster-name"));
    Ok(())
}

#[tokio::test]
async fn one_machine_that_is_gone_does_not_hide_the_others() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let mut known = nodes()?;
    let gone = ["i-0gone", "i-0gone2"]
        .map(|id| json!({"metadata": {"name": id}, "spec": {"providerID": format!("aws:///eu-west-1a/{id}")}}));
    known.items.extend(kubernetes_items(&gone)?.items);
    let known = BTreeMap::from([(NODES.to_owned(), known)]);
    let facts = scene.gather_with(&scene.aws()?, &["aws.ec2.instances"], known).await?;
    ensure!(facts["aws.ec2.instances"].status == Availability::Complete);
    ensure!(names(&facts, "aws.ec2.instances", "/InstanceId")? == ["i-0a", "i-0b", "i-0c", "i-0d", "i-0e"]);
    Ok(())
}

/// Parallel, but never more than six calls to one service: 24 slow ones take four rounds.
#[tokio::test]
async fn calls_go_six_at_a_time() -> Result<()> {
    let mut data = crate::scene::two_of_everything()?;
    let groups: Vec<String> = (10..34).map(|n| format!("g{n}")).collect();
    let answers = data["answers"].as_array_mut().context("answers")?;
    for entry in answers.iter_mut().filter(|entry| entry["operation"] == "ListNodegroups") {
        entry["answer"]["nodegroups"] = json!(groups);
    }
    for name in &groups {
        answers.push(json!({"service": "eks", "operation": "DescribeNodegroup", "params": {"nodegroupName": name},
            "answer": {"nodegroup": {"nodegroupName": name, "nodegroupArn": name}}}));
    }
    data["page_size"] = json!(100);
    data["faults"] = json!([{"operation": "DescribeNodegroup", "fault": {"delay_ms": 500}}]);
    let scene = Scene::of(data)?;
    let begin = Instant::now();
    let facts = scene.gather(&["aws.eks.nodegroups"]).await?;
    let took = begin.elapsed();
    ensure!(facts["aws.eks.nodegroups"].items.len() == 24, "{facts:?}");
    // Four rounds of six; one after the other would take as long as all the delays.
    ensure!(took >= Duration::from_millis(4 * 500) && took < Duration::from_millis(24 * 500), "{took:?}");
    Ok(())
}

#[tokio::test]
async fn without_nodes_the_tagged_machines_are_a_part() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let denied = Gathered::missing(Availability::Denied, "nodes is forbidden", Some("list nodes".into()));
    let facts =
        scene.gather_with(&scene.aws()?, &["aws.ec2.instances"], BTreeMap::from([(NODES.to_owned(), denied)])).await?;
    let instances = &facts["aws.ec2.instances"];
    ensure!(instances.status == Availability::Partial && instances.items.len() == 4, "{instances:?}");
    ensure!(instances.permission.as_deref() == Some("list nodes") && instances.gaps[0].subject == NODES);
    Ok(())
}

/// Roles come with everything that decides what they may do, in the words of the vendor, documents decoded.
#[tokio::test]
async fn roles_are_those_of_nodes_with_all_their_policies() -> Result<()> {
    let scene = Scene::two_of_everything()?;
    let facts = scene.gather(&["aws.iam.roles"]).await?;
    let roles = items(&facts, "aws.iam.roles")?;
    let names: Vec<_> = roles.iter().filter_map(|role| role["RoleName"].as_str()).collect();
    ensure!(names == ["blue", "fargate", "green", "plain"], "no roles of people, and none that is gone: {names:?}");
    let document = |text: &Value| text.as_str().is_some_and(|text| text.starts_with(r#"{"Version""#));
    let (blue, green) = (&roles[0], &roles[2]);
    ensure!(blue["$attached"][0]["$parent"] == "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly", "{blue}");
    ensure!(document(&blue["$attached"][0]["Document"]) && document(&blue["$inline"][0]["PolicyDocument"]), "{blue}");
    ensure!(blue["$boundary"] == json!([]) && green["$attached"] == json!([]), "{blue} {green}");
    ensure!(green["$boundary"][0]["$parent"] == green["PermissionsBoundary"]["PermissionsBoundaryArn"], "{green}");
    let asked = |operation: &str| -> Result<usize> {
        Ok(scene.log()?.iter().filter(|call| call.operation == operation).count())
    };
    ensure!(asked("GetRole")? == 5, "each role once, whoever names it");
    Ok(())
}
