//! EKS: the cluster and what belongs to it.

use super::row::{AwsKind, Call, Each, Http, Input, Paging, Protocol, Service, Value};

const EKS: Service = Service {
    name: "eks",
    signing: "eks",
    endpoint: "eks",
    id: "EKS",
    protocol: Protocol::RestJson,
    version: "2017-11-01",
};

const PAGES: Option<Paging> = Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 100)) });

const OF_CLUSTER: Input = Input { member: "clusterName", value: Value::Text("{cluster}") };

/// Deleted between the list and the question: not there, which is no gap.
const DELETED: &[&str] = &["ResourceNotFoundException"];

pub(super) const ADDONS: AwsKind = AwsKind {
    kind: "aws.eks.addons",
    doc: "Add-ons that EKS manages: version, status, configuration, role",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListAddons",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/addons" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/addons/*",
            actions: &["eks:ListAddons"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeAddon",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/addons/{addonName}" }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "addonName", value: Value::Of("") }],
            results: "/addon",
            not_found: DELETED,
            actions: &["eks:DescribeAddon"],
            ..Call::EMPTY
        },
    ]],
    parts: &[],
    tier: 0,
    identity: &["/addonArn"],
    redact: &[],
};

pub(super) const CLUSTERS: AwsKind = AwsKind {
    kind: "aws.eks.clusters",
    doc: "The cluster: endpoint access, logging, encryption, network, access configuration",
    service: &EKS,
    // A cluster that is not found is an error, not "no cluster": the document is about this one.
    ways: &[&[Call {
        operation: "DescribeCluster",
        http: Some(Http { method: "GET", path: "/clusters/{name}" }),
        input: &[Input { member: "name", value: Value::Text("{cluster}") }],
        results: "/cluster",
        actions: &["eks:DescribeCluster"],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/arn"],
    redact: &[],
};

pub(super) const NODEGROUPS: AwsKind = AwsKind {
    kind: "aws.eks.nodegroups",
    doc: "Managed node groups: subnets, launch template, role, remote access",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListNodegroups",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/node-groups" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/nodegroups/*",
            actions: &["eks:ListNodegroups"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeNodegroup",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/node-groups/{nodegroupName}" }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "nodegroupName", value: Value::Of("") }],
            results: "/nodegroup",
            not_found: DELETED,
            actions: &["eks:DescribeNodegroup"],
            ..Call::EMPTY
        },
    ]],
    parts: &[],
    tier: 0,
    identity: &["/nodegroupArn"],
    redact: &[],
};

pub(super) const FARGATE_PROFILES: AwsKind = AwsKind {
    kind: "aws.eks.fargateprofiles",
    doc: "Fargate profiles: selectors, subnets, execution role",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListFargateProfiles",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/fargate-profiles" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/fargateProfileNames/*",
            actions: &["eks:ListFargateProfiles"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeFargateProfile",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}" }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "fargateProfileName", value: Value::Of("") }],
            results: "/fargateProfile",
            not_found: DELETED,
            actions: &["eks:DescribeFargateProfile"],
            ..Call::EMPTY
        },
    ]],
    parts: &[],
    tier: 0,
    identity: &["/fargateProfileArn"],
    redact: &[],
};
