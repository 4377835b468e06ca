//! Which cluster a document is about.

use serde::{Deserialize, Serialize};

/// One document is one cluster. What a way in cannot tell (no AWS credentials, say) is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// Twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `eu-west-1`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The cluster's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_arn: Option<String>,
    /// As the API server or `eks:DescribeCluster` says, `1.34`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<String>,
    /// URL that the Kubernetes facts came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_server: Option<String>,
}

impl Scope {
    /// The account that the cluster is in, which need not be the caller's: the fifth part of its ARN.
    #[must_use]
    pub fn account_of_cluster(&self) -> Option<&str> {
        let of_arn = self.cluster_arn.as_deref().and_then(|arn| arn.split(':').nth(4));
        of_arn.filter(|account| !account.is_empty()).or(self.account.as_deref())
    }
}
