//! ECR: the registry of the account.

use super::row::{Adds, AwsKind, Call, Paging, Protocol, Service};

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
