//! Many kinds at once; nothing that fails stops the rest.

use super::client::Kubernetes;
use crate::kubelets::Kubelets;
use crate::progress::Meter;
use eksamine_facts::catalogue::{KubernetesKind, Verb};
use eksamine_facts::{Availability, Gathered};
use futures::future::join_all;
use std::collections::BTreeMap;

/// What is to be read, and with what.
pub(crate) struct Run<'a> {
    pub(crate) kubernetes: &'a Kubernetes,
    pub(crate) kubelets: &'a Kubelets,
    pub(crate) meter: &'a Meter<'a>,
}

impl Run<'_> {
    /// These kinds, by name. `known` holds the nodes, if kubelets are among the kinds.
    pub(crate) async fn gather(
        &self,
        kinds: &[(&str, KubernetesKind<'_>)],
        known: &BTreeMap<String, Gathered>,
    ) -> BTreeMap<String, Gathered> {
        let all = kinds.iter().map(|(name, kind)| async move {
            let gathered = self.kind(name, *kind, known).await;
            self.meter.done(name, gathered.status, gathered.items.len());
            ((*name).to_owned(), gathered)
        });
        join_all(all).await.into_iter().collect()
    }

    async fn kind(&self, name: &str, kind: KubernetesKind<'_>, known: &BTreeMap<String, Gathered>) -> Gathered {
        match kind.verb() {
            Verb::List => self.kubernetes.list(kind, |items| self.meter.reading(name, items)).await,
            Verb::GetNamed { namespace, names } => self.kubernetes.named(kind, namespace, names).await,
            Verb::GetOfNodes => match known.get(NODES) {
                Some(nodes) => self.kubernetes.kubelets(nodes, self.kubelets).await,
                None => Gathered::missing(Availability::Error, format!("{NODES} was not gathered"), None),
            },
        }
    }
}

/// Whose kubelets are asked.
const NODES: &str = "k8s.nodes.v1";
