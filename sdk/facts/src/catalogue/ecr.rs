//! ECR: the registry of the account.

use super::row::{Adds, AwsKind, Call, Each, Input, Paging, Protocol, Service, Take, Value, Values};

const ECR: Service = Service {
    name: "ecr",
    signing: "ecr",
    endpoint: "api.ecr",
    id: "ECR",
    protocol: Protocol::Json { version: "1.1", target: "AmazonEC2ContainerRegistry_V20150921" },
    version: "2015-09-21",
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

pub(super) const REPOSITORY_POLICIES: AwsKind = AwsKind {
    kind: "aws.ecr.repositorypolicies",
    doc: "Policies of the account's own repositories that the cluster uses images of; most repositories have none",
    service: &ECR,
    ways: &[&[Call {
        operation: "GetRepositoryPolicy",
        each: Each::AnyOf(IMAGES),
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
    identity: &["/registryId", "/repositoryName"],
    redact: &[],
};

/// Wherever an image is named: in pods, in what they run, and in what pods are made from.
const IMAGES: &[Values] = &[
    image("k8s.pods.v1", "/spec/containers/*/image"),
    image("k8s.pods.v1", "/spec/initContainers/*/image"),
    image("k8s.pods.v1", "/spec/ephemeralContainers/*/image"),
    image("k8s.pods.v1", "/spec/volumes/*/image/reference"),
    image("k8s.pods.v1", "/status/containerStatuses/*/imageID"),
    image("k8s.pods.v1", "/status/initContainerStatuses/*/imageID"),
    image("k8s.pods.v1", "/status/ephemeralContainerStatuses/*/imageID"),
    image("k8s.cronjobs.v1.batch", "/spec/jobTemplate/spec/template/spec/containers/*/image"),
    image("k8s.cronjobs.v1.batch", "/spec/jobTemplate/spec/template/spec/initContainers/*/image"),
    image("k8s.cronjobs.v1.batch", "/spec/jobTemplate/spec/template/spec/volumes/*/image/reference"),
    image("k8s.daemonsets.v1.apps", "/spec/template/spec/containers/*/image"),
    image("k8s.daemonsets.v1.apps", "/spec/template/spec/initContainers/*/image"),
    image("k8s.daemonsets.v1.apps", "/spec/template/spec/volumes/*/image/reference"),
    image("k8s.deployments.v1.apps", "/spec/template/spec/containers/*/image"),
    image("k8s.deployments.v1.apps", "/spec/template/spec/initContainers/*/image"),
    image("k8s.deployments.v1.apps", "/spec/template/spec/volumes/*/image/reference"),
    image("k8s.jobs.v1.batch", "/spec/template/spec/containers/*/image"),
    image("k8s.jobs.v1.batch", "/spec/template/spec/initContainers/*/image"),
    image("k8s.jobs.v1.batch", "/spec/template/spec/volumes/*/image/reference"),
    image("k8s.replicationcontrollers.v1", "/spec/template/spec/containers/*/image"),
    image("k8s.replicationcontrollers.v1", "/spec/template/spec/initContainers/*/image"),
    image("k8s.replicationcontrollers.v1", "/spec/template/spec/volumes/*/image/reference"),
    image("k8s.statefulsets.v1.apps", "/spec/template/spec/containers/*/image"),
    image("k8s.statefulsets.v1.apps", "/spec/template/spec/initContainers/*/image"),
    image("k8s.statefulsets.v1.apps", "/spec/template/spec/volumes/*/image/reference"),
];

const fn image(kind: &'static str, at: &'static str) -> Values {
    Values { kind, at, take: Take::OwnRepository }
}
