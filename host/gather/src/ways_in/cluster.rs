//! Which cluster is meant, and how its API server is reached.

use super::{SignedIn, WayInError};
use crate::causes::causes;
use aws_sdk_eks::Client;
use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The IAM action that finding the only cluster of a region takes; a named one needs it only for a better error.
pub const FINDING: &str = "eks:ListClusters";
/// The IAM action that reaching a cluster natively takes.
pub const REACHING: &str = "eks:DescribeCluster";

/// A cluster, as far as the ways in need to know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Option<String>,
    /// `ACTIVE`, …
    pub status: Option<String>,
    /// Kubernetes version as EKS says it, `1.34`.
    pub version: Option<String>,
    /// The API server's URL; absent while the cluster is being made.
    pub endpoint: Option<String>,
    /// The certificates that its server is trusted by, PEM.
    pub certificates: Option<Vec<u8>>,
    /// What tokens are signed for: the name, or the id of a cluster on Outposts.
    pub token_id: String,
    /// Why nothing but the name is known: AWS does not let us describe it. Other facts can be read all the same.
    pub unread: Option<String>,
}

/// The cluster of this name, or the only one of the region.
///
/// # Errors
/// [`WayInError`]: no such cluster (naming those there are), several and none named, or EKS did not answer.
pub async fn find_cluster(signed_in: &SignedIn, name: Option<&str>) -> Result<Cluster, WayInError> {
    let eks = Client::new(&signed_in.config);
    let region = signed_in.scope.region.clone().unwrap_or_default();
    let name = match name {
        Some(name) => name.to_owned(),
        None => only(list(&eks).await?, region.clone())?,
    };
    let answer = eks.describe_cluster().name(&name).send().await;
    let cluster = match answer {
        Ok(answer) => answer.cluster,
        Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => None,
        Err(error) => match failed(REACHING, &error) {
            WayInError::Eks { why, permission: Some(_), .. } => {
                return Ok(Cluster { token_id: name.clone(), name, unread: Some(why), ..Cluster::default() });
            }
            other => return Err(other),
        },
    };
    let Some(cluster) = cluster else {
        // Without the permission to list, the name alone must do.
        let names = list(&eks).await.unwrap_or_default();
        return Err(WayInError::NoSuchCluster { name, region, names });
    };
    let certificates = cluster.certificate_authority().and_then(|authority| authority.data());
    Ok(Cluster {
        token_id: cluster.id().unwrap_or(&name).to_owned(),
        arn: cluster.arn().map(str::to_owned),
        status: cluster.status().map(|status| status.as_str().to_owned()),
        version: cluster.version().map(str::to_owned),
        endpoint: cluster.endpoint().map(str::to_owned),
        certificates: certificates.and_then(|data| STANDARD.decode(data).ok()),
        unread: None,
        name,
    })
}

async fn list(eks: &Client) -> Result<Vec<String>, WayInError> {
    let pages = eks.list_clusters().into_paginator().items().send();
    let mut names = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed(FINDING, &error))?;
    names.sort();
    Ok(names)
}

fn only(mut names: Vec<String>, region: String) -> Result<String, WayInError> {
    match names.len() {
        0 => Err(WayInError::NoCluster { region }),
        1 => Ok(names.swap_remove(0)),
        _ => Err(WayInError::WhichCluster { region, names }),
    }
}

fn failed<E, R>(action: &'static str, error: &SdkError<E, R>) -> WayInError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let answer = error.as_service_error();
    let denied = answer.and_then(|e| e.code()).is_some_and(|code| code.starts_with("AccessDenied"));
    let why = match answer.map(|e| (e.code(), e.message())) {
        Some((Some(code), Some(message))) => format!("{code}: {message}"),
        _ => causes(error),
    };
    WayInError::Eks { what: action, why, permission: denied.then_some(action) }
}
