//! That a new kind is a row: kinds which the catalogue does not have yet, of the shapes that it must be able to express
//! (completing parts, paths that need escaping, batches with failures inside, parents, things that need not be there).

use anyhow::{Context as _, Result, ensure};
use eksamine_facts::Availability;
use eksamine_facts::catalogue::{
    Adds, AwsKind, Call, Each, Failures, Http, Input, Paging, Part, Protocol, Service, Take, Value as From, Values,
};
use serde_json::json;

use crate::scene::{Scene, items, names};

const EKS: Service = Service {
    name: "eks",
    signing: "eks",
    endpoint: "eks",
    id: "EKS",
    protocol: Protocol::RestJson,
    version: "2017-11-01",
};
const ECR: Service = Service {
    name: "ecr",
    signing: "ecr",
    endpoint: "api.ecr",
    id: "ECR",
    protocol: Protocol::Json { version: "1.1", target: "AmazonEC2ContainerRegistry_V20150921" },
    version: "2015-09-21",
};
const IAM: Service = Service {
    name: "iam",
    signing: "iam",
    endpoint: "iam",
    id: "IAM",
    protocol: Protocol::Query,
    version: "2010-05-08",
};
const ELBV2: Service = Service {
    name: "elbv2",
    signing: "elasticloadbalancing",
    endpoint: "elasticloadbalancing",
    id: "Elastic Load Balancing v2",
    protocol: Protocol::Query,
    version: "2015-12-01",
};

const OF_CLUSTER: Input = Input { member: "clusterName", value: From::Text("{cluster}") };
const PRINCIPAL: Input = Input { member: "principalArn", value: From::Of("") };
const NEXT: Option<Paging> = Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 100)) });
const MARKER: Option<Paging> = Some(Paging { token: "Marker", next: "Marker", limit: Some(("MaxItems", 100)) });

const EMPTY_KIND: AwsKind =
    AwsKind { kind: "", doc: "", service: &EKS, ways: &[], parts: &[], tier: 0, identity: &[], redact: &[] };

/// Rows to come.
pub(crate) const FURTHER: &[AwsKind] = &[
    AwsKind {
        kind: "aws.eks.accessentries",
        ways: &[&[
            Call {
                operation: "ListAccessEntries",
                http: Some(Http { method: "GET", path: "/clusters/{clusterName}/access-entries" }),
                input: &[OF_CLUSTER],
                paging: NEXT,
                results: "/accessEntries/*",
                actions: &["eks:ListAccessEntries"],
                ..Call::EMPTY
            },
            Call {
                operation: "DescribeAccessEntry",
                http: Some(Http { method: "GET", path: "/clusters/{clusterName}/access-entries/{principalArn}" }),
                each: Each::Element,
                input: &[OF_CLUSTER, PRINCIPAL],
                results: "/accessEntry",
                actions: &["eks:DescribeAccessEntry"],
                ..Call::EMPTY
            },
        ]],
        parts: &[Part {
            name: "$policies",
            calls: &[Call {
                operation: "ListAssociatedAccessPolicies",
                http: Some(Http {
                    method: "GET",
                    path: "/clusters/{clusterName}/access-entries/{principalArn}/access-policies",
                }),
                each: Each::Element,
                input: &[OF_CLUSTER, Input { member: "principalArn", value: From::Of("/principalArn") }],
                paging: NEXT,
                results: "/associatedAccessPolicies/*",
                actions: &["eks:ListAssociatedAccessPolicies"],
                ..Call::EMPTY
            }],
        }],
        identity: &["/principalArn"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.ecr.repositories",
        service: &ECR,
        ways: &[&[Call {
            operation: "DescribeRepositories",
            paging: NEXT,
            results: "/repositories/*",
            actions: &["ecr:DescribeRepositories"],
            ..Call::EMPTY
        }]],
        identity: &["/repositoryArn"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.ecr.repositorypolicies",
        service: &ECR,
        ways: &[&[Call {
            operation: "GetRepositoryPolicy",
            each: Each::Value(Values { kind: "aws.ecr.repositories", at: "/repositoryName", take: Take::Whole }),
            input: &[Input { member: "repositoryName", value: From::Of("") }],
            not_found: &["RepositoryPolicyNotFoundException", "RepositoryNotFoundException"],
            actions: &["ecr:GetRepositoryPolicy"],
            adds: &[Adds::Region, Adds::Account],
            ..Call::EMPTY
        }]],
        tier: 1,
        identity: &["/repositoryName"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.ecr.repositoryscannings",
        service: &ECR,
        ways: &[&[Call {
            operation: "BatchGetRepositoryScanningConfiguration",
            each: Each::Chunks(Values { kind: "aws.ecr.repositories", at: "/repositoryName", take: Take::Whole }, 25),
            input: &[Input { member: "repositoryNames", value: From::Chunk }],
            results: "/scanningConfigurations/*",
            failures: Some(Failures { at: "/failures/*", subject: "/repositoryName", code: "/failureCode" }),
            not_found: &["RepositoryNotFoundException"],
            actions: &["ecr:BatchGetRepositoryScanningConfiguration"],
            ..Call::EMPTY
        }]],
        identity: &["/repositoryArn"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.elbv2.loadbalancers",
        service: &ELBV2,
        ways: &[&[Call {
            operation: "DescribeLoadBalancers",
            paging: Some(Paging { token: "Marker", next: "NextMarker", limit: Some(("PageSize", 400)) }),
            results: "/LoadBalancers/*",
            actions: &["elasticloadbalancing:DescribeLoadBalancers"],
            ..Call::EMPTY
        }]],
        identity: &["/LoadBalancerArn"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.elbv2.tags",
        service: &ELBV2,
        ways: &[&[Call {
            operation: "DescribeTags",
            each: Each::Chunks(
                Values { kind: "aws.elbv2.loadbalancers", at: "/LoadBalancerArn", take: Take::Whole },
                20,
            ),
            input: &[Input { member: "ResourceArns", value: From::Chunk }],
            results: "/TagDescriptions/*",
            actions: &["elasticloadbalancing:DescribeTags"],
            ..Call::EMPTY
        }]],
        identity: &["/ResourceArn"],
        ..EMPTY_KIND
    },
    AwsKind {
        kind: "aws.iam.roles",
        service: &IAM,
        ways: &[&[Call {
            operation: "GetRole",
            each: Each::Value(Values { kind: "aws.eks.accessentries", at: "/principalArn", take: Take::ArnName }),
            input: &[Input { member: "RoleName", value: From::Of("") }],
            results: "/Role",
            not_found: &["NoSuchEntity"],
            actions: &["iam:GetRole"],
            ..Call::EMPTY
        }]],
        parts: &[
            Part {
                name: "$attached",
                calls: &[
                    Call {
                        operation: "ListAttachedRolePolicies",
                        each: Each::Element,
                        input: &[Input { member: "RoleName", value: From::Of("/RoleName") }],
                        paging: MARKER,
                        results: "/AttachedPolicies/*",
                        actions: &["iam:ListAttachedRolePolicies"],
                        ..Call::EMPTY
                    },
                    Call {
                        operation: "GetPolicy",
                        each: Each::Element,
                        input: &[Input { member: "PolicyArn", value: From::Of("/PolicyArn") }],
                        results: "/Policy",
                        actions: &["iam:GetPolicy"],
                        ..Call::EMPTY
                    },
                    Call {
                        operation: "GetPolicyVersion",
                        each: Each::Element,
                        input: &[
                            Input { member: "PolicyArn", value: From::Of("/Arn") },
                            Input { member: "VersionId", value: From::Of("/DefaultVersionId") },
                        ],
                        results: "/PolicyVersion",
                        actions: &["iam:GetPolicyVersion"],
                        adds: &[Adds::Parent("/Arn")],
                        ..Call::EMPTY
                    },
                ],
            },
            Part {
                name: "$inline",
                calls: &[
                    Call {
                        operation: "ListRolePolicies",
                        each: Each::Element,
                        input: &[Input { member: "RoleName", value: From::Of("/RoleName") }],
                        paging: MARKER,
                        results: "/PolicyNames/*",
                        actions: &["iam:ListRolePolicies"],
                        ..Call::EMPTY
                    },
                    Call {
                        operation: "GetRolePolicy",
                        each: Each::Element,
                        input: &[
                            Input { member: "RoleName", value: From::Item("/RoleName") },
                            Input { member: "PolicyName", value: From::Of("") },
                        ],
                        actions: &["iam:GetRolePolicy"],
                        ..Call::EMPTY
                    },
                ],
            },
        ],
        tier: 1,
        identity: &["/Arn"],
        ..EMPTY_KIND
    },
];

fn scene() -> Result<Scene> {
    Scene::of(serde_json::from_str(include_str!("../worlds/further_kinds.json"))?)
}

#[tokio::test]
async fn parts_complete_an_item_and_documents_are_decoded() -> Result<()> {
    let scene = scene()?;
    let facts = scene.gather_rows(FURTHER).await?;
    for (kind, gathered) in &facts {
        let expected =
            if kind == "aws.ecr.repositoryscannings" { Availability::Partial } else { Availability::Complete };
        ensure!(gathered.status == expected, "{kind}: {gathered:?}");
    }
    let entries = items(&facts, "aws.eks.accessentries")?;
    ensure!(entries.len() == 3 && entries[0]["$policies"].as_array().map(Vec::len) == Some(3), "{entries:?}");
    ensure!(entries[2]["$policies"] == json!([]));
    let roles = items(&facts, "aws.iam.roles")?;
    ensure!(roles.len() == 2, "{roles:?}");
    let trust = roles[0]["AssumeRolePolicyDocument"].as_str().context("a document")?;
    ensure!(serde_json::from_str::<serde_json::Value>(trust)?["Version"] == "2012-10-17", "{trust}");
    ensure!(roles[0]["$attached"][0]["$parent"] == "arn:aws:iam::aws:policy/ReadOnly", "{}", roles[0]);
    ensure!(roles[0]["$attached"][0]["IsDefaultVersion"] == json!(true));
    let inline: Vec<_> = roles[0]["$inline"].as_array().into_iter().flatten().map(|p| &p["PolicyName"]).collect();
    ensure!(inline == [&json!("one"), &json!("two"), &json!("three")], "{inline:?}");
    Ok(())
}

#[tokio::test]
async fn what_need_not_be_there_is_no_gap_and_failures_inside_answers_are() -> Result<()> {
    let scene = scene()?;
    let facts = scene.gather_rows(FURTHER).await?;
    ensure!(names(&facts, "aws.ecr.repositorypolicies", "/repositoryName")? == ["api", "web"]);
    ensure!(items(&facts, "aws.ecr.repositorypolicies")?[0]["$region"] == "eu-west-1");
    let scanning = &facts["aws.ecr.repositoryscannings"];
    ensure!(scanning.gaps.len() == 1 && scanning.gaps[0].subject == "web", "{scanning:?}");
    ensure!(names(&facts, "aws.elbv2.tags", "/Tags/0/Key")?.len() == 3);
    Ok(())
}

#[tokio::test]
async fn a_part_that_was_not_read_whole_is_left_out_and_named() -> Result<()> {
    let scene = scene()?;
    scene.world.control(&json!({"deny": ["iam:GetRolePolicy"]}))?;
    let facts = scene.gather_rows(FURTHER).await?;
    let roles = &facts["aws.iam.roles"];
    ensure!(roles.status == Availability::Partial && roles.permission.as_deref() == Some("iam:GetRolePolicy"));
    let items = items(&facts, "aws.iam.roles")?;
    ensure!(items[0].get("$inline").is_none() && items[0].get("$attached").is_some());
    ensure!(roles.gaps.iter().all(|gap| gap.subject.ends_with("$inline")), "{:?}", roles.gaps);
    Ok(())
}
