//! Elastic Container Registry, as its API answers.

use crate::{Text, noun};

noun! {
    /// A rule of a registry that fills repositories from another one (`ecr:DescribePullThroughCacheRules`).
    pub struct PullThroughCacheRule = "aws.ecr.pullthroughcacherules" {
        /// The region that was asked.
        region: Text = "$region",
        /// Repositories whose names begin with it and a slash are filled; `ROOT`: every other one.
        ecr_repository_prefix: Text = "ecrRepositoryPrefix",
        /// Host of the registry that they are filled from.
        upstream_registry_url: Text = "upstreamRegistryUrl",
        /// What stands there in place of the prefix; absent or `ROOT`: nothing.
        upstream_repository_prefix: Text = "upstreamRepositoryPrefix",
    }
}

noun! {
    /// The policy of a repository (`ecr:GetRepositoryPolicy`).
    pub struct RepositoryPolicy = "aws.ecr.repositorypolicies" {
        /// The region that was asked.
        region: Text = "$region",
        /// The account.
        registry_id: Text = "registryId",
        /// The repository.
        repository_name: Text = "repositoryName",
        /// Its document: text that is JSON.
        policy_text: Text = "policyText",
    }
}
