//! Identities of the account as `iam:GetAccountAuthorizationDetails` lists them, with documents decoded.

use eksamine_facts::{Given, List, Noun, Text, noun};
use eksamine_rule::prelude::*;

noun! {
    /// A user.
    pub struct UserDetail = "aws.iam.userdetails" {
        /// Identifies it.
        arn: Text = "Arn",
        /// Policies of its own; absent without any.
        policies: List<Inline> = "UserPolicyList",
        /// Names of its groups; empty without any.
        groups: List<Text> = "GroupList",
        /// Managed policies; empty without any.
        attached: List<Attachment> = "AttachedManagedPolicies",
        /// What limits it; absent when nothing does.
        boundary: Boundary = "PermissionsBoundary",
    }
}

noun! {
    /// A group.
    pub struct GroupDetail = "aws.iam.groupdetails" {
        /// Users know it by that.
        name: Text = "GroupName",
        /// Policies of its own; empty without any.
        policies: List<Inline> = "GroupPolicyList",
        /// Managed policies; empty without any.
        attached: List<Attachment> = "AttachedManagedPolicies",
    }
}

noun! {
    /// A role.
    pub struct RoleDetail = "aws.iam.roledetails" {
        /// Identifies it.
        arn: Text = "Arn",
        /// Policies of its own; empty without any.
        policies: List<Inline> = "RolePolicyList",
        /// Managed policies; empty without any.
        attached: List<Attachment> = "AttachedManagedPolicies",
        /// What limits it; absent when nothing does.
        boundary: Boundary = "PermissionsBoundary",
    }
}

noun! {
    /// A managed policy that something has.
    pub struct ManagedPolicy = "aws.iam.managedpolicydetails" {
        /// Identifies it.
        arn: Text = "Arn",
        /// Its versions, of which one counts.
        versions: List<Version> = "PolicyVersionList",
    }
}

noun! {
    /// A version of a managed policy.
    pub struct Version {
        /// Whether it is the one that counts.
        is_default: bool = "IsDefaultVersion",
        /// Text that is JSON.
        document: Text = "Document",
    }
}

noun! {
    /// A policy that is part of its identity.
    pub struct Inline {
        /// Its name.
        name: Text = "PolicyName",
        /// Text that is JSON.
        document: Text = "PolicyDocument",
    }
}

noun! {
    /// That an identity has a managed policy.
    pub struct Attachment {
        /// Which one.
        arn: Text = "PolicyArn",
    }
}

noun! {
    /// What limits an identity.
    pub struct Boundary {
        /// A managed policy.
        arn: Text = "PermissionsBoundaryArn",
    }
}

/// What may act: a user or a role.
pub(crate) trait Identity: Noun {
    const WORD: &'static str;
    fn arn(&self) -> &Known<Text>;
    /// Policies of its own. IAM leaves an empty list out for users only.
    fn policies(&self) -> Result<Option<&List<Inline>>, Unknown>;
    fn attached(&self) -> &Known<List<Attachment>>;
    fn boundary(&self) -> &Known<Boundary>;
    /// Names of its groups.
    fn groups(&self) -> Result<Option<&List<Text>>, Unknown>;
}

impl Identity for UserDetail {
    const WORD: &'static str = "user";
    fn arn(&self) -> &Known<Text> {
        &self.arn
    }
    fn policies(&self) -> Result<Option<&List<Inline>>, Unknown> {
        self.policies.declared()
    }
    fn attached(&self) -> &Known<List<Attachment>> {
        &self.attached
    }
    fn boundary(&self) -> &Known<Boundary> {
        &self.boundary
    }
    fn groups(&self) -> Result<Option<&List<Text>>, Unknown> {
        self.groups.declared()
    }
}

impl Identity for RoleDetail {
    const WORD: &'static str = "role";
    fn arn(&self) -> &Known<Text> {
        &self.arn
    }
    fn policies(&self) -> Result<Option<&List<Inline>>, Unknown> {
        listed(&self.policies)
    }
    fn attached(&self) -> &Known<List<Attachment>> {
        &self.attached
    }
    fn boundary(&self) -> &Known<Boundary> {
        &self.boundary
    }
    fn groups(&self) -> Result<Option<&List<Text>>, Unknown> {
        Ok(None)
    }
}

/// A list that is always there; `None` when it is empty.
pub(crate) fn listed<T>(list: &Known<List<T>>) -> Result<Option<&List<T>>, Unknown> {
    match list.given()? {
        Given::Value(list) => Ok(Some(list)),
        Given::Empty => Ok(None),
        Given::Not => Err(Unknown::because("a list of its policies is missing")),
    }
}
