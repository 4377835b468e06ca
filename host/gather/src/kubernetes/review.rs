//! Whether we may do something, asked without doing it.

use super::client::Kubernetes;
use super::discovery::read;
use super::failure::Failure;
use serde::Deserialize;
use serde_json::json;
use std::fmt;

const PATH: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// What RBAC is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    /// `list`, `get`.
    pub(crate) verb: &'static str,
    /// Empty for the core group.
    pub(crate) group: String,
    /// `pods`.
    pub(crate) resource: String,
    /// `proxy`.
    pub(crate) subresource: Option<&'static str>,
    /// Empty for all.
    pub(crate) namespace: Option<&'static str>,
    /// Empty for all.
    pub(crate) name: Option<&'static str>,
}

impl Access {
    /// `nodes/proxy`.
    pub(crate) fn full_resource(&self) -> String {
        self.subresource.map_or_else(|| self.resource.clone(), |below| format!("{}/{below}", self.resource))
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.group.is_empty() { "" } else { "." };
        write!(f, "{} {}{dot}{}", self.verb, self.full_resource(), self.group)?;
        match (self.name, self.namespace) {
            (Some(name), Some(namespace)) => write!(f, " {name} in {namespace}"),
            (None, Some(namespace)) => write!(f, " in {namespace}"),
            _ => f.write_str(" at the cluster scope"),
        }
    }
}

#[derive(Deserialize)]
struct Review {
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    allowed: bool,
}

impl Kubernetes {
    /// Whether we may. The review is created nowhere: the server answers and forgets it.
    pub(crate) async fn may(&self, access: &Access) -> Result<bool, Failure> {
        let question = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "verb": access.verb,
                "group": access.group,
                "resource": access.resource,
                "subresource": access.subresource.unwrap_or_default(),
                "namespace": access.namespace.unwrap_or_default(),
                "name": access.name.unwrap_or_default(),
            } },
        });
        let review: Review = read(&self.ask(PATH, &question.to_string()).await?)?;
        Ok(review.status.allowed)
    }

    /// The first request: is this a Kubernetes API server, and does it know who we are? Its version, `1.34`. Whatever
    /// else would make every further request fail is remembered, so that none is sent.
    pub(crate) async fn greet(&self) -> Option<String> {
        let version = match self.get_briefly("/version").await.and_then(|body| read::<Version>(&body)) {
            Ok(version) => version,
            Err(failure) => {
                if matches!(failure, Failure::Malformed(_)) || failure.code() == Some(404) {
                    let server = self.server().to_owned();
                    let why = format!("it does not answer as a Kubernetes API server ({failure})");
                    self.stop(Failure::Unreachable { server, why });
                }
                return None;
            }
        };
        Some(format!("{}.{}", version.major, version.minor.trim_end_matches('+')))
    }
}

#[derive(Deserialize)]
struct Version {
    major: String,
    minor: String,
}
