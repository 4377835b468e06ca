//! The cluster that a document is about: there is one.

use crate::{Facts, Item, Outcome, Tally, not_applicable};
use eksamine_facts::eks::Cluster;
use eksamine_facts::{Known, Noun as _, Subject, Text, Unknown};

/// The cluster, or why it is not known.
#[derive(Debug)]
pub struct TheCluster(Known<Item<Cluster>>);

impl Facts<'_> {
    /// The cluster that is judged.
    #[must_use]
    pub fn cluster(&self) -> TheCluster {
        TheCluster(Known::derived(|| {
            let mut all: Vec<Item<Cluster>> = self.items().collect();
            if all.is_empty() {
                self.complete::<Cluster>()?;
                return Err(Unknown::because("the facts hold no cluster"));
            }
            if all.len() > 1 {
                return Err(Unknown::because("the facts hold several clusters"));
            }
            let cluster = all.remove(0);
            let own = cluster.known().peek().and_then(|cluster| cluster.arn.peek());
            match (own, self.scope()?.cluster_arn) {
                (Some(own), Some(meant)) if *own != *meant => {
                    Err(Unknown::because(format!("the facts are about {meant} and hold {own}")))
                }
                _ => Ok(cluster),
            }
        }))
    }
}

impl TheCluster {
    /// It.
    ///
    /// # Errors
    /// [`Unknown`] when it was not read.
    pub fn get(&self) -> Result<&Item<Cluster>, Unknown> {
        self.0.get()
    }

    /// What a finding about it names.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let kind = || Subject::of(format!("/facts/{}", Cluster::KIND));
        self.0.peek().map_or_else(kind, |cluster| cluster.subject(|c| &c.arn))
    }

    /// Whether it was read. Asking is free.
    #[must_use]
    pub const fn was_read(&self) -> bool {
        self.0.peek().is_some()
    }

    /// The place of a field of it.
    #[must_use]
    pub fn at(&self, field: &str) -> String {
        self.0.peek().map_or_else(|| format!("/facts/{}/status", Cluster::KIND), |cluster| cluster.at(field))
    }

    /// Judges a cluster that EKS did not make, or may not have made: see [`Item::elsewhere`]. Whether that was so.
    pub fn judge_elsewhere(&self, tally: &mut Tally, what: &str) -> bool {
        let elsewhere = Known::derived(|| self.get()?.elsewhere(what));
        if matches!(elsewhere.peek(), Some(None)) {
            return false;
        }
        tally.judge(self.subject(), || elsewhere.get()?.clone().ok_or_else(|| Unknown::because("it is EKS's own")));
        true
    }
}

impl Item<Cluster> {
    /// Where a cluster that EKS did not make was registered from; `None` for one that it made.
    ///
    /// # Errors
    /// [`Unknown`] when that cannot be read.
    pub fn registered_from(&self) -> Result<Option<Text>, Unknown> {
        match self.get()?.connector_config.declared()? {
            Some(connector) => Ok(Some(connector.provider.get()?.clone())),
            None => Ok(None),
        }
    }

    /// What is to be said of a cluster that EKS did not make, and of which it knows little: "a cluster registered from GKE",
    /// and what that has not.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known who made it.
    pub fn elsewhere(&self, what: &str) -> Result<Option<Outcome>, Unknown> {
        let provider = self.registered_from()?;
        let outcome = |provider| not_applicable(format!("a cluster registered from {provider} {what}"));
        Ok(provider.map(|provider| outcome(provider).at(self.at("/connectorConfig/provider"))))
    }

    /// Whether EKS Auto Mode starts nodes for it.
    ///
    /// # Errors
    /// [`Unknown`] when that cannot be read.
    pub fn runs_auto_mode(&self) -> Result<bool, Unknown> {
        let Some(compute) = self.get()?.compute_config.declared()? else { return Ok(false) };
        Ok(compute.enabled.declared()? == Some(&true))
    }
}
