//! ECR: the registries of the account, in the cluster's region and in every other one that images come from.

use super::row::{Adds, AwsKind, Call, Each, Failures, Input, Paging, Protocol, Service, Take, Value, Values};

const ECR: Service = Service {
    name: "ecr",
    signing: "ecr",
    endpoint: "api.ecr",
    id: "ECR",
    protocol: Protocol::Json { version: "1.1", target: "AmazonEC2ContainerRegistry_V20150921" },
    version: "2015-09-21",
};

/// What pods run, and what the specs of pods and of templates name.
macro_rules! images {
    ($($kind:literal at $spec:literal),*) => {
        Each::AnyOf(&[
            of_pods("/spec/ephemeralContainers/*/image", Take::OtherRegion),
            of_pods("/status/containerStatuses/*/imageID", Take::OtherRegion),
            of_pods("/status/initContainerStatuses/*/imageID", Take::OtherRegion),
            of_pods("/status/ephemeralContainerStatuses/*/imageID", Take::OtherRegion),
            $(
                Values { kind: $kind, at: concat!($spec, "/containers/*/image"), take: Take::OtherRegion },
                Values { kind: $kind, at: concat!($spec, "/initContainers/*/image"), take: Take::OtherRegion },
                Values { kind: $kind, at: concat!($spec, "/volumes/*/image/reference"), take: Take::OtherRegion },
            )*
        ])
    };
}

/// The regions, besides the cluster's, of registries that images come from: all places that rules read them at.
pub(super) const OTHER_REGIONS: Each = images!(
    "k8s.pods.v1" at "/spec",
    "k8s.deployments.v1.apps" at "/spec/template/spec",
    "k8s.statefulsets.v1.apps" at "/spec/template/spec",
    "k8s.daemonsets.v1.apps" at "/spec/template/spec",
    "k8s.jobs.v1.batch" at "/spec/template/spec",
    "k8s.replicationcontrollers.v1" at "/spec/template/spec",
    "k8s.cronjobs.v1.batch" at "/spec/jobTemplate/spec/template/spec"
);

/// Images of the account's own registries that containers run.
const RUNNING: Each = Each::AnyOf(&[
    of_pods("/status/containerStatuses/*/imageID", Take::OwnImage),
    of_pods("/status/initContainerStatuses/*/imageID", Take::OwnImage),
    of_pods("/status/ephemeralContainerStatuses/*/imageID", Take::OwnImage),
]);

const fn of_pods(at: &'static str, take: Take) -> Values {
    Values { kind: "k8s.pods.v1", at, take }
}

/// Images that containers run: in which form they are stored, and whether they still are.
pub(super) const IMAGE_DETAILS: AwsKind = AwsKind {
    kind: "aws.ecr.images",
    doc: "Images of the account's own registries that containers run: form and state of each digest",
    service: &ECR,
    ways: &[&[Call {
        operation: "DescribeImages",
        each: RUNNING,
        region: Some("/region"),
        input: &[
            Input { member: "repositoryName", value: Value::Of("/repositoryName") },
            Input {
                member: "imageIds",
                value: Value::List(&[Value::Object(&[Input {
                    member: "imageDigest",
                    value: Value::Of("/imageDigest"),
                }])]),
            },
        ],
        // A list of ids is answered in one page, and asking for pages beside it is refused.
        paging: Some(Paging { token: "nextToken", next: "nextToken", limit: None }),
        results: "/imageDetails/*",
        not_found: &["ImageNotFoundException", "RepositoryNotFoundException"],
        actions: &["ecr:DescribeImages"],
        adds: &[Adds::Region],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 2,
    identity: &["/$region", "/repositoryName", "/imageDigest"],
    redact: &[],
};

/// `DescribeImages` says the same of some scans only: "The new version of Amazon ECR Basic Scanning doesn't use the
/// imageScanFindingsSummary and imageScanStatus attributes" (ECR API reference, DescribeImages).
pub(super) const IMAGE_SCAN_FINDINGS: AwsKind = AwsKind {
    kind: "aws.ecr.imagescanfindings",
    doc: "Scans of the images that containers run: state, time, and how many findings of which severity",
    service: &ECR,
    ways: &[&[Call {
        operation: "DescribeImageScanFindings",
        each: RUNNING,
        region: Some("/region"),
        input: &[
            Input { member: "repositoryName", value: Value::Of("/repositoryName") },
            Input {
                member: "imageId",
                value: Value::Object(&[Input { member: "imageDigest", value: Value::Of("/imageDigest") }]),
            },
        ],
        // The counts stand on the first page, which nearly always is the only one.
        paging: Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 1000)) }),
        results: "",
        not_found: &["ImageNotFoundException", "RepositoryNotFoundException", "ScanNotFoundException"],
        actions: &["ecr:DescribeImageScanFindings"],
        adds: &[Adds::Region],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 2,
    identity: &["/$region", "/repositoryName", "/imageId/imageDigest"],
    // Hundreds of entries for one image, of which only the counts are judged.
    redact: &["/imageScanFindings/findings", "/imageScanFindings/enhancedFindings"],
};

pub(super) const PULL_THROUGH_CACHE_RULES: AwsKind = AwsKind {
    kind: "aws.ecr.pullthroughcacherules",
    doc: "Which repositories of the registry are filled from which other registry",
    service: &ECR,
    ways: &[&[Call {
        operation: "DescribePullThroughCacheRules",
        paging: Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 100)) }),
        results: "/pullThroughCacheRules/*",
        actions: &["ecr:DescribePullThroughCacheRules"],
        adds: &[Adds::Region],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 0,
    identity: &["/registryId", "/ecrRepositoryPrefix"],
    redact: &[],
};

const REGISTRY_POLICY: Call = Call {
    operation: "GetRegistryPolicy",
    not_found: &["RegistryPolicyNotFoundException"],
    actions: &["ecr:GetRegistryPolicy"],
    adds: &[Adds::Region],
    ..Call::EMPTY
};

pub(super) const REGISTRY_POLICIES: AwsKind = AwsKind {
    kind: "aws.ecr.registrypolicies",
    doc: "Policies of the account's registries; most have none",
    service: &ECR,
    ways: &[&[REGISTRY_POLICY], &[Call { each: OTHER_REGIONS, region: Some(""), ..REGISTRY_POLICY }]],
    parts: &[],
    tier: 1,
    identity: &["/registryId", "/$region"],
    redact: &[],
};

const REGISTRY_SCANNING: Call = Call {
    operation: "GetRegistryScanningConfiguration",
    results: "",
    actions: &["ecr:GetRegistryScanningConfiguration"],
    adds: &[Adds::Region],
    ..Call::EMPTY
};

pub(super) const REGISTRY_SCANNING_CONFIGURATIONS: AwsKind = AwsKind {
    kind: "aws.ecr.registryscanningconfigurations",
    doc: "How the account's registries scan images: basic or enhanced, and by which rules",
    service: &ECR,
    ways: &[&[REGISTRY_SCANNING], &[Call { each: OTHER_REGIONS, region: Some(""), ..REGISTRY_SCANNING }]],
    parts: &[],
    tier: 1,
    identity: &["/registryId", "/$region"],
    redact: &[],
};

const ALL_REPOSITORIES: Call = Call {
    operation: "DescribeRepositories",
    paging: Some(Paging { token: "nextToken", next: "nextToken", limit: Some(("maxResults", 1000)) }),
    results: "/repositories/*",
    actions: &["ecr:DescribeRepositories"],
    adds: &[Adds::Region],
    ..Call::EMPTY
};

pub(super) const REPOSITORIES: AwsKind = AwsKind {
    kind: "aws.ecr.repositories",
    doc: "Repositories of the account's registries: mutability of tags, encryption, the older setting for scans",
    service: &ECR,
    ways: &[&[ALL_REPOSITORIES], &[Call { each: OTHER_REGIONS, region: Some(""), ..ALL_REPOSITORIES }]],
    parts: &[],
    // Whose regions are asked is known from pods.
    tier: 1,
    identity: &["/repositoryArn"],
    redact: &[],
};

pub(super) const REPOSITORY_POLICIES: AwsKind = AwsKind {
    kind: "aws.ecr.repositorypolicies",
    doc: "Policies of the account's repositories; most have none",
    service: &ECR,
    ways: &[&[Call {
        operation: "GetRepositoryPolicy",
        each: Each::Value(Values { kind: "aws.ecr.repositories", at: "", take: Take::Whole }),
        region: Some("/$region"),
        input: &[
            Input { member: "registryId", value: Value::Of("/registryId") },
            Input { member: "repositoryName", value: Value::Of("/repositoryName") },
        ],
        not_found: &["RepositoryPolicyNotFoundException", "RepositoryNotFoundException"],
        actions: &["ecr:GetRepositoryPolicy"],
        adds: &[Adds::Region],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 1,
    identity: &["/registryId", "/$region", "/repositoryName"],
    redact: &[],
};

pub(super) const REPOSITORY_SCANNING_CONFIGURATIONS: AwsKind = AwsKind {
    kind: "aws.ecr.repositoryscanningconfigurations",
    doc: "How often the images of each repository are scanned, once the registry's rules have been applied",
    service: &ECR,
    ways: &[&[Call {
        operation: "BatchGetRepositoryScanningConfiguration",
        each: Each::Chunks(Values { kind: "aws.ecr.repositories", at: "", take: Take::Whole }, 25),
        region: Some("/$region"),
        input: &[Input { member: "repositoryNames", value: Value::ChunkOf("/repositoryName") }],
        results: "/scanningConfigurations/*",
        failures: Some(Failures { at: "/failures/*", subject: "/repositoryName", code: "/failureCode" }),
        // Deleted between the list and the question.
        not_found: &["RepositoryNotFoundException"],
        actions: &["ecr:BatchGetRepositoryScanningConfiguration"],
        adds: &[Adds::Region],
        ..Call::EMPTY
    }]],
    parts: &[],
    tier: 1,
    identity: &["/repositoryArn"],
    redact: &[],
};
