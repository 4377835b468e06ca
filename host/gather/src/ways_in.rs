//! How we get in: the AWS credentials of whoever runs us, the cluster they mean, and a token for its API server.

mod cluster;
mod credentials;
mod kubernetes;
mod open;
mod token;

pub use cluster::{Cluster, FINDING, REACHING, find_cluster};
pub use credentials::{AwsOptions, SignedIn, sign_in, sign_in_with};
pub use kubernetes::WayIn;
pub use open::{Options, WaysIn, open};
pub use token::eks_token;

use crate::aws::CallError;
use std::path::PathBuf;

/// Why there is no way in.
#[derive(Debug, thiserror::Error)]
pub enum WayInError {
    /// Nothing says which region.
    #[error("no AWS region: give --region, AWS_REGION or a region in the profile")]
    NoRegion,
    /// The chain ended without credentials, or they could not be refreshed.
    #[error("no AWS credentials{of}: {why}{hint}", of = profile_text(.profile), hint = sign_in_hint(.profile))]
    NoCredentials {
        /// The profile they were looked for in.
        profile: Option<String>,
        /// The chain's own words.
        why: String,
    },
    /// AWS does not take them any more.
    #[error("the AWS credentials have expired: {why}{hint}", hint = sign_in_hint(.profile))]
    Expired {
        /// The profile they come from.
        profile: Option<String>,
        /// AWS's own words.
        why: String,
    },
    /// AWS does not know them.
    #[error("AWS does not accept the credentials: {why}")]
    Refused {
        /// AWS's own words.
        why: String,
    },
    /// They are good elsewhere.
    #[error("the region {region} is not enabled for this account (the credentials work in {elsewhere})")]
    RegionDisabled {
        /// The region asked for.
        region: String,
        /// Where they work.
        elsewhere: String,
    },
    /// The role was not to be had.
    #[error("cannot assume {role}: {why}")]
    Role {
        /// The role's ARN.
        role: String,
        /// AWS's own words.
        why: String,
    },
    /// A call that everything else depends on.
    #[error("{what}: {source}")]
    Call {
        /// What was asked.
        what: String,
        /// What came of it.
        source: Box<CallError>,
    },
    /// No cluster of that name.
    #[error("no EKS cluster {name:?} in {region}{near}", near = names_text(.names))]
    NoSuchCluster {
        /// The name asked for.
        name: String,
        /// Where.
        region: String,
        /// The clusters there are.
        names: Vec<String>,
    },
    /// None at all.
    #[error("there is no EKS cluster in {region}")]
    NoCluster {
        /// Where.
        region: String,
    },
    /// Several, and none was named.
    #[error("{} EKS clusters in {region}: name one with --cluster: {}", .names.len(), .names.join(", "))]
    WhichCluster {
        /// Where.
        region: String,
        /// Their names.
        names: Vec<String>,
    },
    /// EKS did not answer as it should.
    #[error("{what}: {why}{grant}", grant = permission_text(.permission))]
    Eks {
        /// What was asked.
        what: &'static str,
        /// AWS's own words.
        why: String,
        /// What would help.
        permission: Option<&'static str>,
    },
    /// A kubeconfig that cannot be used.
    #[error("the kubeconfig{of}: {why}", of = file_text(.file))]
    Kubeconfig {
        /// The file, if one was named.
        file: Option<PathBuf>,
        /// What is wrong with it.
        why: String,
    },
    /// We do not run in a pod.
    #[error("not in a cluster: {0}")]
    InCluster(String),
    /// A token could not be signed.
    #[error("cannot sign a token for the cluster: {0}")]
    Token(String),
}

fn profile_text(profile: &Option<String>) -> String {
    profile.as_ref().map_or_else(String::new, |profile| format!(" in profile {profile}"))
}

fn file_text(file: &Option<PathBuf>) -> String {
    file.as_ref().map_or_else(String::new, |file| format!(" {}", file.display()))
}

fn sign_in_hint(profile: &Option<String>) -> String {
    let of = profile.as_ref().map_or_else(String::new, |profile| format!(" --profile {profile}"));
    format!(" (with IAM Identity Center: aws sso login{of})")
}

fn names_text(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; there are {}", names.join(", ")) }
}

fn permission_text(permission: &Option<&'static str>) -> String {
    permission.map_or_else(String::new, |permission| format!(" (grant {permission})"))
}
