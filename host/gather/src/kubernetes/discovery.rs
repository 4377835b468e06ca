//! What the API server serves: it tells a resource that does not exist from one that we may not see.
//!
//! Every authenticated user may ask (`system:discovery`), so that none of this needs a permission.

use super::client::Kubernetes;
use super::failure::Failure;
use eksamine_facts::catalogue::KubernetesKind;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// Whether a resource is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Served {
    /// Under the version asked for.
    Yes,
    /// Under no version.
    No,
    /// Only under these versions: the objects exist, and reading them as absent would be wrong.
    As(Vec<String>),
    /// The server would not tell.
    Unknown(Failure),
}

/// Resources of one group and version; `None` when the server does not have it.
type Resources = Option<BTreeSet<String>>;

/// An answer, asked for once by whoever comes first.
type Answer = Arc<OnceCell<Result<Resources, Failure>>>;

/// The answers so far, by path.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    known: Mutex<HashMap<String, Answer>>,
}

#[derive(Deserialize)]
struct ResourceList {
    resources: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Group {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

impl Kubernetes {
    pub(super) async fn served(&self, kind: KubernetesKind<'_>) -> Served {
        match self.has(kind, kind.version).await {
            Ok(true) => Served::Yes,
            Ok(false) => self.served_otherwise(kind).await.unwrap_or_else(Served::Unknown),
            Err(failure) => Served::Unknown(failure),
        }
    }

    async fn served_otherwise(&self, kind: KubernetesKind<'_>) -> Result<Served, Failure> {
        // The core group has one version, and always had.
        if kind.group.is_empty() {
            return Ok(Served::No);
        }
        let group: Group = match self.get(&format!("/apis/{}", kind.group)).await {
            Ok(body) => read(&body)?,
            Err(failure) if failure.code() == Some(404) => return Ok(Served::No),
            Err(failure) => return Err(failure),
        };
        let mut versions = Vec::new();
        for Version { version } in group.versions {
            if version != kind.version && self.has(kind, &version).await? {
                versions.push(version);
            }
        }
        Ok(if versions.is_empty() { Served::No } else { Served::As(versions) })
    }

    async fn has(&self, kind: KubernetesKind<'_>, version: &str) -> Result<bool, Failure> {
        let resources = self.resources(kind.group, version).await?;
        Ok(resources.is_some_and(|names| names.contains(kind.resource)))
    }

    async fn resources(&self, group: &str, version: &str) -> Result<Resources, Failure> {
        let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        let cell = Arc::clone(self.discovery.known.lock().await.entry(path.clone()).or_default());
        let ask = || async {
            match self.get(&path).await {
                Ok(body) => {
                    let list: ResourceList = read(&body)?;
                    Ok(Some(list.resources.into_iter().map(|resource| resource.name).collect()))
                }
                Err(failure) if failure.code() == Some(404) => Ok(None),
                Err(failure) => Err(failure),
            }
        };
        cell.get_or_init(ask).await.clone()
    }
}

pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::Malformed(error.to_string()))
}
