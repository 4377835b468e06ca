//! The actions that are asked about.

/// Change what is pulled, or who may change it.
pub(crate) const WRITES: [&str; 9] = [
    "ecr:PutImage",
    "ecr:BatchDeleteImage",
    "ecr:DeleteRepository",
    "ecr:SetRepositoryPolicy",
    "ecr:DeleteRepositoryPolicy",
    "ecr:PutLifecyclePolicy",
    "ecr:PutImageTagMutability",
    "ecr:ReplicateImage",
    "ecr:UpdateImageStorageClass",
];

/// What the policy of a registry grants beside those.
pub(crate) const REGISTRY_WRITES: [&str; 2] = ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"];

/// Hand out the content of images.
pub(crate) const READS: [&str; 2] = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
