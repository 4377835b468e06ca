//! AWS Identity and Access Management, as its API answers, with documents decoded.

use crate::{List, Text, noun};

noun! {
    /// A role (`iam:GetRole`), with its policies.
    pub struct Role = "aws.iam.roles" {
        /// Its ARN, with its path.
        arn: Text = "Arn",
        /// Its name.
        name: Text = "RoleName",
        /// "The ARN of the policy used to set the permissions boundary for the role"; absent without one.
        permissions_boundary: PermissionsBoundary = "PermissionsBoundary",
        /// Managed policies, in the version that counts; empty without any.
        attached: List<PolicyVersion> = "$attached",
        /// The policy of the boundary, likewise; empty without one.
        boundary: List<PolicyVersion> = "$boundary",
        /// Policies of its own; empty without any.
        inline: List<InlinePolicy> = "$inline",
    }
}

noun! {
    /// What limits a role.
    pub struct PermissionsBoundary {
        /// ARN of a managed policy.
        arn: Text = "PermissionsBoundaryArn",
    }
}

noun! {
    /// A managed policy (`iam:GetPolicyVersion`).
    pub struct PolicyVersion {
        /// The policy's ARN.
        arn: Text = "$parent",
        /// `v3`
        version: Text = "VersionId",
        /// Text that is JSON.
        document: Text = "Document",
    }
}

noun! {
    /// A policy that is part of a role (`iam:GetRolePolicy`).
    pub struct InlinePolicy {
        /// Its name.
        name: Text = "PolicyName",
        /// Text that is JSON.
        document: Text = "PolicyDocument",
    }
}

noun! {
    /// An instance profile (`iam:GetInstanceProfile`): what carries a role to an instance.
    pub struct InstanceProfile = "aws.iam.instanceprofiles" {
        /// Its ARN.
        arn: Text = "Arn",
        /// Its name.
        name: Text = "InstanceProfileName",
        /// "An instance profile can contain only one role"; empty without one.
        roles: List<ProfileRole> = "Roles",
    }
}

noun! {
    /// The role in an instance profile.
    pub struct ProfileRole {
        /// Its ARN.
        arn: Text = "Arn",
    }
}
