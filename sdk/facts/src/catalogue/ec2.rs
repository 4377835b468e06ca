//! EC2: the nodes' machines and the network they stand in.

use super::row::{AwsKind, Call, Each, Input, Paging, Protocol, Service, Take, Value, Values};

const EC2: Service =
    Service { name: "ec2", signing: "ec2", endpoint: "ec2", id: "EC2", protocol: Protocol::Ec2, version: "2016-11-15" };

const PAGES: Option<Paging> = Some(Paging { token: "NextToken", next: "NextToken", limit: Some(("MaxResults", 100)) });

/// Without it, instances and templates that AWS runs for us (Auto Mode) stay hidden.
const MANAGED_TOO: Input = Input { member: "IncludeManagedResources", value: Value::True };

/// Everything in the cluster's VPC: a filter, since one id that does not exist fails a whole list of ids.
const IN_VPC: &[Input] = &[Input {
    member: "Filters",
    value: Value::List(&[Value::Object(&[
        Input { member: "Name", value: Value::Text("vpc-id") },
        Input { member: "Values", value: Value::Chunk },
    ])]),
}];

const EACH_VPC: Each =
    Each::Chunks(Values { kind: "aws.eks.clusters", at: "/resourcesVpcConfig/vpcId", take: Take::Whole }, 200);

pub(super) const INSTANCES: AwsKind = AwsKind {
    kind: "aws.ec2.instances",
    doc: "Instances behind the cluster's nodes, and those tagged for the cluster that never joined",
    service: &EC2,
    ways: &[
        &[Call {
            operation: "DescribeInstances",
            each: Each::Chunks(
                Values { kind: "k8s.nodes.v1", at: "/spec/providerID", take: Take::InstanceId },
                // EC2 wants no more than some hundred ids in one call, and then no page size.
                200,
            ),
            input: &[Input { member: "InstanceIds", value: Value::Chunk }, MANAGED_TOO],
            paging: Some(Paging { token: "NextToken", next: "NextToken", limit: None }),
            results: "/Reservations/*/Instances/*",
            not_found: &["InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"],
            actions: &["ec2:DescribeInstances"],
            ..Call::EMPTY
        }],
        &[Call {
            operation: "DescribeInstances",
            input: &[
                Input {
                    member: "Filters",
                    value: Value::List(&[Value::Object(&[
                        Input { member: "Name", value: Value::Text("tag:aws:eks:cluster-name") },
                        Input { member: "Values", value: Value::List(&[Value::Text("{cluster}")]) },
                    ])]),
                },
                MANAGED_TOO,
            ],
            paging: PAGES,
            results: "/Reservations/*/Instances/*",
            actions: &["ec2:DescribeInstances"],
            ..Call::EMPTY
        }],
    ],
    parts: &[],
    tier: 0,
    identity: &["/InstanceId"],
    redact: &[],
};

pub(super) const SUBNETS: AwsKind = AwsKind {
    kind: "aws.ec2.subnets",
    doc: "Subnets of the cluster's VPC, with what they assign to new machines",
    service: &EC2,
    ways: &[&[Call {
        operation: "DescribeSubnets",
        each: EACH_VPC,
        input: IN_VPC,
        paging: PAGES,
        results: "/Subnets/*",
        actions: &["ec2:DescribeSubnets"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/SubnetId"],
    redact: &[],
};

pub(super) const ROUTE_TABLES: AwsKind = AwsKind {
    kind: "aws.ec2.routetables",
    doc: "Route tables of the cluster's VPC: which subnets reach an internet gateway",
    service: &EC2,
    ways: &[&[Call {
        operation: "DescribeRouteTables",
        each: EACH_VPC,
        input: IN_VPC,
        paging: PAGES,
        results: "/RouteTables/*",
        actions: &["ec2:DescribeRouteTables"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/RouteTableId"],
    redact: &[],
};

pub(super) const LAUNCH_TEMPLATE_VERSIONS: AwsKind = AwsKind {
    kind: "aws.ec2.launchtemplateversions",
    doc: "The launch template versions that node groups are pinned to, without their user data",
    service: &EC2,
    ways: &[&[Call {
        operation: "DescribeLaunchTemplateVersions",
        each: Each::Value(Values { kind: "aws.eks.nodegroups", at: "/launchTemplate", take: Take::Whole }),
        input: &[
            Input { member: "LaunchTemplateId", value: Value::Of("/id") },
            Input { member: "Versions", value: Value::List(&[Value::Of("/version")]) },
            MANAGED_TOO,
        ],
        paging: Some(Paging { token: "NextToken", next: "NextToken", limit: None }),
        results: "/LaunchTemplateVersions/*",
        not_found: &["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.VersionNotFound"],
        actions: &["ec2:DescribeLaunchTemplateVersions"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/LaunchTemplateId", "/VersionNumber"],
    // Bootstrap scripts carry tokens and passwords.
    redact: &["/LaunchTemplateData/UserData"],
};

pub(super) const VPC_BLOCK_PUBLIC_ACCESS_OPTIONS: AwsKind = AwsKind {
    kind: "aws.ec2.vpcblockpublicaccessoptions",
    doc: "Whether the account blocks traffic through internet gateways in this region",
    service: &EC2,
    ways: &[&[Call {
        operation: "DescribeVpcBlockPublicAccessOptions",
        results: "/VpcBlockPublicAccessOptions",
        // The partition or region has no such feature.
        absent: &["InvalidAction", "UnsupportedOperation"],
        actions: &["ec2:DescribeVpcBlockPublicAccessOptions"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/AwsAccountId", "/AwsRegion"],
    redact: &[],
};
