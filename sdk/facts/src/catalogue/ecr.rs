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

/// The region of the registry that an image of a pod comes from, where it is another one than the cluster's.
pub(super) const fn other_region(at: &'static str) -> Each {
    Each::Value(Values { kind: "k8s.pods.v1", at, take: Take::OtherRegion })
}

/// An image of the account's own registries that a container runs.
const fn running(at: &'static str) -> Each {
    Each::Value(Values { kind: "k8s.pods.v1", at, take: Take::OwnImage })
}

pub(super) const IMAGES_OF_PODS: [&str; 5] = [
    "/spec/containers/*/image",
    "/spec/initContainers/*/image",
    "/spec/ephemeralContainers/*/image",
    "/spec/volumes/*/image/reference",
    "/status/containerStatuses/*/imageID",
];

const IMAGES: Call = Call {
    operation: "DescribeImages",
    region: Some("/region"),
    input: &[
        Input { member: "repositoryName", value: Value::Of("/repositoryName") },
        Input {
            member: "imageIds",
            value: Value::List(&[Value::Object(&[Input { member: "imageDigest", value: Value::Of("/imageDigest") }])]),
        },
    ],
    // A list of ids is answered in one page, and asking for pages beside it is refused.
    paging: Some(Paging { token: "nextToken", next: "nextToken", limit: None }),
    results: "/imageDetails/*",
    not_found: &["ImageNotFoundException", "RepositoryNotFoundException"],
    actions: &["ecr:DescribeImages"],
    adds: &[Adds::Region],
    ..Call::EMPTY
};

/// Images that containers run: in which form they are stored, and whether they still are.
pub(super) const IMAGE_DETAILS: AwsKind = AwsKind {
    kind: "aws.ecr.images",
    doc: "Images of the account's own registries that containers run: form and state of each digest",
    service: &ECR,
    ways: &[
        &[Call { each: running("/status/containerStatuses/*/imageID"), ..IMAGES }],
        &[Call { each: running("/status/initContainerStatuses/*/imageID"), ..IMAGES }],
        &[Call { each: running("/status/ephemeralContainerStatuses/*/imageID"), ..IMAGES }],
    ],
    parts: &[],
    tier: 2,
    identity: &["/$region", "/repositoryName", "/imageDigest"],
    redact: &[],
};

const SCAN_FINDINGS: Call = Call {
    operation: "DescribeImageScanFindings",
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
};

/// `DescribeImages` says the same of some scans only: "The new version of Amazon ECR Basic Scanning doesn't use the
/// imageScanFindingsSummary and imageScanStatus attributes" (ECR API reference, DescribeImages).
pub(super) const IMAGE_SCAN_FINDINGS: AwsKind = AwsKind {
    kind: "aws.ecr.imagescanfindings",
    doc: "Scans of the images that containers run: state, time, and how many findings of which severity",
    service: &ECR,
    ways: &[
        &[Call { each: running("/status/containerStatuses/*/imageID"), ..SCAN_FINDINGS }],
        &[Call { each: running("/status/initContainerStatuses/*/imageID"), ..SCAN_FINDINGS }],
        &[Call { each: running("/status/ephemeralContainerStatuses/*/imageID"), ..SCAN_FINDINGS }],
    ],
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

const REGISTRY_POLICY_ELSEWHERE: Call = Call { region: Some(""), ..REGISTRY_POLICY };

pub(super) const REGISTRY_POLICIES: AwsKind = AwsKind {
    kind: "aws.ecr.registrypolicies",
    doc: "Policies of the account's registries; most have none",
    service: &ECR,
    ways: &[
        &[REGISTRY_POLICY],
        &[Call { each: other_region(IMAGES_OF_PODS[0]), ..REGISTRY_POLICY_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[1]), ..REGISTRY_POLICY_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[2]), ..REGISTRY_POLICY_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[3]), ..REGISTRY_POLICY_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[4]), ..REGISTRY_POLICY_ELSEWHERE }],
    ],
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

const REGISTRY_SCANNING_ELSEWHERE: Call = Call { region: Some(""), ..REGISTRY_SCANNING };

pub(super) const REGISTRY_SCANNING_CONFIGURATIONS: AwsKind = AwsKind {
    kind: "aws.ecr.registryscanningconfigurations",
    doc: "How the account's registries scan images: basic or enhanced, and by which rules",
    service: &ECR,
    ways: &[
        &[REGISTRY_SCANNING],
        &[Call { each: other_region(IMAGES_OF_PODS[0]), ..REGISTRY_SCANNING_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[1]), ..REGISTRY_SCANNING_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[2]), ..REGISTRY_SCANNING_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[3]), ..REGISTRY_SCANNING_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[4]), ..REGISTRY_SCANNING_ELSEWHERE }],
    ],
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

const ALL_REPOSITORIES_ELSEWHERE: Call = Call { region: Some(""), ..ALL_REPOSITORIES };

pub(super) const REPOSITORIES: AwsKind = AwsKind {
    kind: "aws.ecr.repositories",
    doc: "Repositories of the account's registries: mutability of tags, encryption, the older setting for scans",
    service: &ECR,
    ways: &[
        &[ALL_REPOSITORIES],
        &[Call { each: other_region(IMAGES_OF_PODS[0]), ..ALL_REPOSITORIES_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[1]), ..ALL_REPOSITORIES_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[2]), ..ALL_REPOSITORIES_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[3]), ..ALL_REPOSITORIES_ELSEWHERE }],
        &[Call { each: other_region(IMAGES_OF_PODS[4]), ..ALL_REPOSITORIES_ELSEWHERE }],
    ],
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
