//! Elastic Container Registry, as its API answers.

use crate::{List, Map, Text, Timestamp, noun};

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
    /// A repository of a private registry (`ecr:DescribeRepositories`).
    pub struct Repository = "aws.ecr.repositories" {
        /// The region that was asked.
        region: Text = "$region",
        /// Its account.
        registry_id: Text = "registryId",
        /// Identifies it.
        repository_arn: Text = "repositoryArn",
        /// `shop/web`
        repository_name: Text = "repositoryName",
        /// Whether tags can be moved: `MUTABLE`, `IMMUTABLE`, either with exclusions.
        image_tag_mutability: Text = "imageTagMutability",
        /// The setting that the registry's rules have replaced.
        image_scanning_configuration: ImageScanningConfiguration = "imageScanningConfiguration",
    }
}

noun! {
    /// A repository's own setting for scans.
    pub struct ImageScanningConfiguration {
        /// Whether pushing an image scans it, where no rule of the registry decides.
        scan_on_push: bool = "scanOnPush",
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

noun! {
    /// The policy of a registry (`ecr:GetRegistryPolicy`).
    pub struct RegistryPolicy = "aws.ecr.registrypolicies" {
        /// The region that was asked.
        region: Text = "$region",
        /// The account.
        registry_id: Text = "registryId",
        /// Its document: text that is JSON.
        policy_text: Text = "policyText",
    }
}

noun! {
    /// What the registry's rules make of one repository (`ecr:BatchGetRepositoryScanningConfiguration`).
    pub struct RepositoryScanning = "aws.ecr.repositoryscanningconfigurations" {
        /// The region that was asked.
        region: Text = "$region",
        /// Identifies it.
        repository_arn: Text = "repositoryArn",
        /// `shop/web`
        repository_name: Text = "repositoryName",
        /// `SCAN_ON_PUSH`, `CONTINUOUS_SCAN`, or `MANUAL`.
        scan_frequency: Text = "scanFrequency",
        /// The filters that matched; empty when none did.
        applied_scan_filters: List<ScanFilter> = "appliedScanFilters",
    }
}

noun! {
    /// Which repositories a rule is for.
    pub struct ScanFilter {
        /// A part of a name, or a pattern with `*`.
        filter: Text = "filter",
    }
}

noun! {
    /// How a registry scans (`ecr:GetRegistryScanningConfiguration`).
    pub struct RegistryScanning = "aws.ecr.registryscanningconfigurations" {
        /// The region that was asked.
        region: Text = "$region",
        /// Its account.
        registry_id: Text = "registryId",
        /// Sort and rules.
        scanning_configuration: RegistryScanningConfiguration = "scanningConfiguration",
    }
}

noun! {
    /// Sort of scans of a registry.
    pub struct RegistryScanningConfiguration {
        /// `BASIC`, or `ENHANCED`, which Amazon Inspector does.
        scan_type: Text = "scanType",
    }
}

noun! {
    /// An image that runs (`ecr:DescribeImages`).
    pub struct ImageDetail = "aws.ecr.images" {
        /// The region that was asked.
        region: Text = "$region",
        /// `shop/web`
        repository_name: Text = "repositoryName",
        /// `sha256:…`
        image_digest: Text = "imageDigest",
        /// Tells one image from an index of images for several platforms.
        image_manifest_media_type: Text = "imageManifestMediaType",
    }
}

noun! {
    /// The scan of an image that runs (`ecr:DescribeImageScanFindings`).
    pub struct ImageScan = "aws.ecr.imagescanfindings" {
        /// The region that was asked.
        region: Text = "$region",
        /// `shop/web`
        repository_name: Text = "repositoryName",
        /// Of which image.
        image_id: ImageId = "imageId",
        /// How it went.
        image_scan_status: ImageScanStatus = "imageScanStatus",
        /// What it found.
        image_scan_findings: ImageScanFindings = "imageScanFindings",
    }
}

noun! {
    /// Names an image.
    pub struct ImageId {
        /// `sha256:…`
        image_digest: Text = "imageDigest",
    }
}

noun! {
    /// State of a scan.
    pub struct ImageScanStatus {
        /// `COMPLETE`, `ACTIVE`, `FAILED`, …
        status: Text = "status",
        /// In ECR's words; absent when it has none.
        description: Text = "description",
    }
}

noun! {
    /// What a scan found, in numbers.
    pub struct ImageScanFindings {
        /// When the last one was done.
        image_scan_completed_at: Timestamp = "imageScanCompletedAt",
        /// How many of each severity: `CRITICAL`, `HIGH`, …; without those of which there are none.
        finding_severity_counts: Map<i64> = "findingSeverityCounts",
    }
}
