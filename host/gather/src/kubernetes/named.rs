//! Objects that are read by name only, because others of their kind may hold anything.

use super::client::Kubernetes;
use super::list::item;
use crate::outcome::gathered;
use eksamine_facts::catalogue::KubernetesKind;
use eksamine_facts::{Availability, Gap, Gathered};
use futures::future::join_all;

impl Kubernetes {
    /// These names in this namespace. One that does not exist is no gap.
    pub(super) async fn named(&self, kind: KubernetesKind<'_>, namespace: &str, names: &[&str]) -> Gathered {
        let (root, resource) = kind
            .path()
            .rsplit_once('/')
            .map_or_else(Default::default, |(root, resource)| (root.to_owned(), resource.to_owned()));
        let answers = names.iter().map(|name| {
            let path = format!("{root}/namespaces/{namespace}/{resource}/{name}");
            async move { self.get(&path).await }
        });
        let (mut items, mut gaps, mut whole) = (Vec::new(), Vec::new(), false);
        for (name, answer) in names.iter().zip(join_all(answers).await) {
            let permission = format!("get {resource} {name} in {namespace}");
            match answer {
                Ok(body) => match std::str::from_utf8(&body).map_err(|error| error.to_string()).and_then(item) {
                    Ok(item) => items.push(item),
                    Err(reason) => gaps.push(unread(namespace, name, reason)),
                },
                Err(failure) if failure.code() == Some(404) => whole = true,
                Err(failure) => gaps.push(failure.gap(format!("{namespace}/{name}"), permission)),
            }
        }
        let mut named = gathered(items, gaps, whole);
        // Refused as one, they are asked for as one.
        if named.status == Availability::Denied {
            named.permission = Some(kind.permission());
        }
        named
    }
}

fn unread(namespace: &str, name: &str, reason: String) -> Gap {
    Gap { subject: format!("{namespace}/{name}"), status: Availability::Error, reason, permission: None }
}
