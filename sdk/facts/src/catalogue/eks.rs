//! EKS: the cluster and what belongs to it.

use super::row::{AwsKind, Call, Each, Http, Input, Paging, Part, Protocol, Service, Value};

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

pub(super) const CAPABILITIES: AwsKind = AwsKind {
    kind: "aws.eks.capabilities",
    doc: "Capabilities that EKS runs for the cluster (ACK, Argo CD, kro), and the IAM role of each",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListCapabilities",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/capabilities" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/capabilities/*/capabilityName",
            actions: &["eks:ListCapabilities"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeCapability",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/capabilities/{capabilityName}" }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "capabilityName", value: Value::Of("") }],
            results: "/capability",
            not_found: DELETED,
            actions: &["eks:DescribeCapability"],
            ..Call::EMPTY
        },
    ]],
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

pub(super) const ACCESS_ENTRIES: AwsKind = AwsKind {
    kind: "aws.eks.accessentries",
    doc: "Access entries: which IAM principals may use the cluster, as whom, with which access policies",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListAccessEntries",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/access-entries" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/accessEntries/*",
            // "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]": in the mode
            // CONFIG_MAP there are no access entries.
            absent: &["InvalidRequestException"],
            actions: &["eks:ListAccessEntries"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeAccessEntry",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/access-entries/{principalArn}" }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "principalArn", value: Value::Of("") }],
            results: "/accessEntry",
            not_found: DELETED,
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
            input: &[OF_CLUSTER, Input { member: "principalArn", value: Value::Of("/principalArn") }],
            paging: PAGES,
            results: "/associatedAccessPolicies/*",
            not_found: DELETED,
            actions: &["eks:ListAssociatedAccessPolicies"],
            ..Call::EMPTY
        }],
    }],
    tier: 0,
    identity: &["/principalArn"],
    redact: &[],
};

pub(super) const IDENTITY_PROVIDER_CONFIGS: AwsKind = AwsKind {
    kind: "aws.eks.identityproviderconfigs",
    doc: "OIDC providers whose tokens the API server accepts: issuer, claims, prefixes",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListIdentityProviderConfigs",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/identity-provider-configs" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            results: "/identityProviderConfigs/*",
            actions: &["eks:ListIdentityProviderConfigs"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribeIdentityProviderConfig",
            http: Some(Http { method: "POST", path: "/clusters/{clusterName}/identity-provider-configs/describe" }),
            each: Each::Element,
            // What the list answers, type and name, is what this call takes.
            input: &[OF_CLUSTER, Input { member: "identityProviderConfig", value: Value::Of("") }],
            results: "/identityProviderConfig",
            not_found: DELETED,
            actions: &["eks:DescribeIdentityProviderConfig"],
            ..Call::EMPTY
        },
    ]],
    parts: &[],
    tier: 0,
    identity: &["/oidc/identityProviderConfigArn"],
    redact: &[],
};

pub(super) const POD_IDENTITY_ASSOCIATIONS: AwsKind = AwsKind {
    kind: "aws.eks.podidentityassociations",
    doc: "EKS Pod Identity associations: which service accounts get which IAM role",
    service: &EKS,
    ways: &[&[
        Call {
            operation: "ListPodIdentityAssociations",
            http: Some(Http { method: "GET", path: "/clusters/{clusterName}/pod-identity-associations" }),
            input: &[OF_CLUSTER],
            paging: PAGES,
            // What the list answers lacks the role.
            results: "/associations/*/associationId",
            actions: &["eks:ListPodIdentityAssociations"],
            ..Call::EMPTY
        },
        Call {
            operation: "DescribePodIdentityAssociation",
            http: Some(Http {
                method: "GET",
                path: "/clusters/{clusterName}/pod-identity-associations/{associationId}",
            }),
            each: Each::Element,
            input: &[OF_CLUSTER, Input { member: "associationId", value: Value::Of("") }],
            results: "/association",
            not_found: DELETED,
            actions: &["eks:DescribePodIdentityAssociation"],
            ..Call::EMPTY
        },
    ]],
    parts: &[],
    tier: 0,
    identity: &["/associationArn"],
    redact: &[],
};
