//! IAM: the roles that nodes and Fargate pods run with.

use super::row::{Adds, AwsKind, Call, Each, Input, Paging, Part, Protocol, Service, Take, Value, Values};

pub(super) const IAM: Service = Service {
    name: "iam",
    signing: "iam",
    endpoint: "iam",
    id: "IAM",
    protocol: Protocol::Query,
    version: "2010-05-08",
};

const PAGES: Option<Paging> = Some(Paging { token: "Marker", next: "Marker", limit: Some(("MaxItems", 100)) });

const GONE: &[&str] = &["NoSuchEntity"];

const OF_ROLE: Input = Input { member: "RoleName", value: Value::Item("/RoleName") };

pub(super) const INSTANCE_PROFILES: AwsKind = AwsKind {
    kind: "aws.iam.instanceprofiles",
    doc: "Instance profiles of the cluster's instances and of its node classes: which role is in each",
    service: &IAM,
    ways: &[&[Call {
        operation: "GetInstanceProfile",
        each: Each::AnyOf(&[
            Values { kind: "aws.ec2.instances", at: "/IamInstanceProfile/Arn", take: Take::ArnName },
            Values {
                kind: "k8s.ec2nodeclasses.v1.karpenter.k8s.aws",
                at: "/spec/instanceProfile",
                take: Take::ArnName,
            },
            Values {
                kind: "k8s.ec2nodeclasses.v1.karpenter.k8s.aws",
                at: "/status/instanceProfile",
                take: Take::ArnName,
            },
            Values { kind: "k8s.nodeclasses.v1.eks.amazonaws.com", at: "/spec/instanceProfile", take: Take::ArnName },
        ]),
        input: &[Input { member: "InstanceProfileName", value: Value::Of("") }],
        results: "/InstanceProfile",
        not_found: GONE,
        actions: &["iam:GetInstanceProfile"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 1,
    identity: &["/Arn"],
    redact: &[],
};

pub(super) const ROLES: AwsKind = AwsKind {
    kind: "aws.iam.roles",
    doc: "Roles of nodes and of Fargate pods, with the documents of their policies and of their permissions boundary",
    service: &IAM,
    ways: &[&[Call {
        operation: "GetRole",
        each: Each::AnyOf(&[
            Values { kind: "aws.eks.nodegroups", at: "/nodeRole", take: Take::ArnName },
            Values { kind: "aws.eks.fargateprofiles", at: "/podExecutionRoleArn", take: Take::ArnName },
            Values { kind: "aws.eks.clusters", at: "/computeConfig/nodeRoleArn", take: Take::ArnName },
            Values { kind: "aws.iam.instanceprofiles", at: "/Roles/*/RoleName", take: Take::Whole },
            Values { kind: "aws.eks.accessentries", at: "", take: Take::NodeRole },
            Values { kind: "k8s.nodeclasses.v1.eks.amazonaws.com", at: "/spec/role", take: Take::ArnName },
            Values { kind: "k8s.ec2nodeclasses.v1.karpenter.k8s.aws", at: "/spec/role", take: Take::ArnName },
            Values { kind: "k8s.configmaps.v1", at: "/data/mapRoles", take: Take::MappedNodeRoles },
        ]),
        input: &[Input { member: "RoleName", value: Value::Of("") }],
        results: "/Role",
        not_found: GONE,
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
                    input: &[OF_ROLE],
                    paging: PAGES,
                    results: "/AttachedPolicies/*",
                    actions: &["iam:ListAttachedRolePolicies"],
                    ..Call::EMPTY
                },
                policy(Each::Within("/PolicyArn")),
                VERSION,
            ],
        },
        Part {
            name: "$boundary",
            calls: &[policy(Each::Within("/PermissionsBoundary/PermissionsBoundaryArn")), VERSION],
        },
        Part {
            name: "$inline",
            calls: &[
                Call {
                    operation: "ListRolePolicies",
                    each: Each::Element,
                    input: &[OF_ROLE],
                    paging: PAGES,
                    results: "/PolicyNames/*",
                    actions: &["iam:ListRolePolicies"],
                    ..Call::EMPTY
                },
                Call {
                    operation: "GetRolePolicy",
                    each: Each::Element,
                    input: &[OF_ROLE, Input { member: "PolicyName", value: Value::Of("") }],
                    actions: &["iam:GetRolePolicy"],
                    ..Call::EMPTY
                },
            ],
        },
    ],
    tier: 1,
    identity: &["/Arn"],
    redact: &[],
};

/// A policy, by its ARN.
const fn policy(each: Each) -> Call {
    Call {
        operation: "GetPolicy",
        each,
        input: &[Input { member: "PolicyArn", value: Value::Of("") }],
        results: "/Policy",
        actions: &["iam:GetPolicy"],
        ..Call::EMPTY
    }
}

/// The version of a policy that counts. It does not say whose it is.
const VERSION: Call = Call {
    operation: "GetPolicyVersion",
    each: Each::Element,
    input: &[
        Input { member: "PolicyArn", value: Value::Of("/Arn") },
        Input { member: "VersionId", value: Value::Of("/DefaultVersionId") },
    ],
    results: "/PolicyVersion",
    actions: &["iam:GetPolicyVersion"],
    adds: &[Adds::Parent("/Arn")],
    ..Call::EMPTY
};
