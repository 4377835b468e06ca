//! The three ways to an API server.

use super::{Cluster, SignedIn, WayInError};
use crate::kubernetes::{Bearer, Failure, Kubernetes, Limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eksamine_facts::{Availability, Gathered};
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// How the API server is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WayIn {
    /// In a pod as its service account, else natively.
    #[default]
    Automatic,
    /// The endpoint that EKS names, with a presigned STS token: neither kubectl nor the AWS CLI is needed.
    Native,
    /// A context of a kubeconfig; its exec plugin, if it has one, is run.
    Kubeconfig {
        /// `KUBECONFIG` or `~/.kube/config` when not named.
        file: Option<PathBuf>,
        /// The current one when not named.
        context: Option<String>,
    },
    /// As the service account of the pod that we run in.
    InCluster,
}

/// Mounted into a pod that has a service account.
const POD_TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

impl WayIn {
    /// What `Automatic` comes to here.
    #[must_use]
    pub fn resolved(&self) -> Self {
        let in_pod = || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() && Path::new(POD_TOKEN).exists();
        match self {
            Self::Automatic if in_pod() => Self::InCluster,
            Self::Automatic => Self::Native,
            other => other.clone(),
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Native => "native",
            Self::Kubeconfig { .. } => "kubeconfig",
            Self::InCluster => "in-cluster",
        }
    }
}

/// Why there is no API server to ask; every kind of it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) status: Availability,
    pub(crate) reason: String,
    pub(crate) permission: Option<String>,
}

impl Closed {
    pub(crate) fn kind(&self) -> Gathered {
        Gathered::missing(self.status, self.reason.clone(), self.permission.clone())
    }

    fn because(reason: impl Into<String>) -> Self {
        Self { status: Availability::Error, reason: reason.into(), permission: None }
    }
}

impl From<Failure> for Closed {
    fn from(failure: Failure) -> Self {
        Self::because(failure.to_string())
    }
}

/// What a way in leads to, before anybody has knocked.
pub(super) struct Door {
    pub(super) config: Config,
    pub(super) bearer: Bearer,
    /// How to mend a 401.
    pub(super) hint: String,
}

impl Door {
    pub(super) fn open(self, limits: Limits) -> Result<Kubernetes, Closed> {
        Ok(Kubernetes::new(self.config, self.bearer, self.hint, limits)?)
    }

    pub(super) async fn kubeconfig(file: Option<&PathBuf>, context: Option<&String>) -> Result<Self, WayInError> {
        let broken = |error: kube::config::KubeconfigError| WayInError::Kubeconfig {
            file: file.cloned(),
            why: with_source(&error),
        };
        let options = KubeConfigOptions { context: context.cloned(), ..KubeConfigOptions::default() };
        let config = match file {
            Some(path) => {
                let kubeconfig = Kubeconfig::read_from(path).map_err(broken)?;
                Config::from_custom_kubeconfig(kubeconfig, &options).await
            }
            None => Config::from_kubeconfig(&options).await,
        };
        let of = context.map_or_else(|| "its current context".to_owned(), |context| format!("its context {context}"));
        let hint = format!(
            "it does not accept what the kubeconfig gives for {of}; with IAM credentials, their principal needs an EKS access entry (or a line in aws-auth)"
        );
        Ok(Self { config: config.map_err(broken)?, bearer: Bearer::Configured, hint })
    }

    pub(super) fn in_cluster() -> Result<Self, WayInError> {
        let config = Config::incluster().map_err(|error| WayInError::InCluster(with_source(&error)))?;
        let hint = "it does not accept the token of this pod's service account".to_owned();
        Ok(Self { config, bearer: Bearer::Configured, hint })
    }

    pub(super) fn native(signed_in: &SignedIn, cluster: &Cluster) -> Result<Self, Closed> {
        if let Some(why) = &cluster.unread {
            let reason = format!("the API server's endpoint could not be read: {why}");
            let permission = Some(super::REACHING.to_owned());
            return Err(Closed { status: Availability::Error, reason, permission });
        }
        let status = cluster.status.as_deref().unwrap_or("in no known state");
        let no_endpoint = || Closed::because(format!("the cluster is {status} and has no API endpoint"));
        let endpoint = cluster.endpoint.as_deref().ok_or_else(no_endpoint)?;
        let credentials = signed_in.config.credentials_provider();
        let credentials = credentials.ok_or_else(|| Closed::because("there is nobody to sign a token"))?;
        let url = endpoint.parse().map_err(|error| Closed::because(format!("{endpoint}: {error}")))?;
        let mut config = Config::new(url);
        config.root_cert = cluster.certificates.as_deref().map(der);
        let region = signed_in.scope.region.clone().unwrap_or_default();
        let bearer = Bearer::Eks { credentials, region, cluster: cluster.token_id.clone(), last: Mutex::default() };
        let hint = format!("give {} an EKS access entry, or a line in the ConfigMap aws-auth", signed_in.arn);
        Ok(Self { config, bearer, hint })
    }
}

/// The certificates of a PEM file. What cannot be read is left out: then no server is trusted, which is safe.
pub(super) fn der(pem: &[u8]) -> Vec<Vec<u8>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let text = String::from_utf8_lossy(pem);
    let blocks = text.split(BEGIN).skip(1).filter_map(|rest| rest.split("-----END").next());
    let decoded = |block: &str| STANDARD.decode(block.split_whitespace().collect::<String>()).ok();
    blocks.filter_map(decoded).collect()
}

fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) if !error.to_string().contains(&source.to_string()) => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_certificate_of_a_bundle_counts() {
        let pem = "x\n-----BEGIN CERTIFICATE-----\nAQI=\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\r\nAw\r\n==\r\n-----END CERTIFICATE-----\n";
        assert_eq!(der(pem.as_bytes()), [vec![1, 2], vec![3]]);
        assert!(der(b"-----BEGIN PRIVATE KEY-----\nAQI=\n-----END PRIVATE KEY-----").is_empty());
    }
}
