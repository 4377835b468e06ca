//! Many kinds: prerequisites first, everything else at once, and nothing that fails stops the rest.

use super::client::Aws;
use super::collect::Collector;
use super::input::Names;
use eksamine_facts::catalogue::{AwsKind, CloudControlKind, Kind, Tier};
use eksamine_facts::{Availability, Gathered, Scope};
use futures::future::join_all;
use std::collections::BTreeMap;

/// What is told while it goes on.
#[derive(Debug)]
pub struct Progress<'a> {
    /// The kind that is done.
    pub kind: &'a str,
    /// How it ended.
    pub status: Availability,
    /// How many items it has.
    pub items: usize,
}

/// What is to be gathered, and with what.
pub struct Run<'a> {
    /// The caller's AWS.
    pub aws: &'a Aws,
    /// The cluster.
    pub scope: &'a Scope,
    /// Rows, prerequisites included (`catalogue::closure`).
    pub rows: Vec<&'static AwsKind>,
    /// Types read through Cloud Control.
    pub types: Vec<CloudControlKind<'a>>,
    /// The highest tier asked for.
    pub tier: Tier,
    /// Told of every kind that is done.
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

/// Every kind of the run. `known` are the kinds that others gathered (Kubernetes nodes) and rows may need.
pub async fn gather(run: &Run<'_>, known: BTreeMap<String, Gathered>) -> BTreeMap<String, Gathered> {
    let mut done = known;
    let given: Vec<String> = done.keys().cloned().collect();
    let types = async { join_all(run.types.iter().map(|kind| run.resource_type(*kind))).await };
    let rows = run.rows(&mut done);
    let (types, ()) = futures::join!(types, rows);
    done.retain(|kind, _| !given.contains(kind));
    done.extend(types);
    done
}

impl Run<'_> {
    /// In waves: a kind is gathered once nothing it needs is still to come.
    async fn rows(&self, done: &mut BTreeMap<String, Gathered>) {
        let mut waiting = self.rows.clone();
        while !waiting.is_empty() {
            let later: Vec<&str> = waiting.iter().map(|row| row.kind).collect();
            let is_ready = |row: &&AwsKind| row.needs().iter().all(|need| !later.contains(need));
            let (mut ready, rest): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(is_ready);
            waiting = rest;
            if ready.is_empty() {
                // Rows that need each other; the catalogue's tests forbid it, and here it must not hang.
                ready = std::mem::take(&mut waiting);
            }
            let known = &*done;
            let wave =
                join_all(ready.into_iter().map(|row| async move { (row.kind, self.row(row, known).await) })).await;
            done.extend(wave.into_iter().map(|(kind, gathered)| (kind.to_owned(), gathered)));
        }
    }

    async fn row(&self, row: &'static AwsKind, known: &BTreeMap<String, Gathered>) -> Gathered {
        let gathered = match self.unasked(row.tier) {
            Some(unasked) => unasked,
            None => Collector { aws: self.aws, names: self.names(""), known }.kind(row).await,
        };
        self.tell(row.kind, &gathered);
        gathered
    }

    async fn resource_type(&self, kind: CloudControlKind<'_>) -> (String, Gathered) {
        let name = format!("cfn.{}", kind.type_name);
        let gathered = match self.unasked(Kind::CloudControl(kind).tier()) {
            Some(unasked) => unasked,
            None => {
                let (names, known) = (self.names(kind.type_name), &BTreeMap::new());
                Collector { aws: self.aws, names, known }.type_of_resource().await
            }
        };
        self.tell(&name, &gathered);
        (name, gathered)
    }

    fn unasked(&self, tier: Tier) -> Option<Gathered> {
        let reason = || format!("tier {tier} was not asked for");
        (tier > self.tier).then(|| Gathered::missing(Availability::NotCollected, reason(), None))
    }

    fn names<'n>(&'n self, type_name: &'n str) -> Names<'n> {
        let text = |name: &'n Option<String>| name.as_deref().unwrap_or_default();
        let Scope { cluster, account, region, .. } = self.scope;
        Names { cluster: text(cluster), account: text(account), region: text(region), type_name }
    }

    fn tell(&self, kind: &str, gathered: &Gathered) {
        (self.progress)(Progress { kind, status: gathered.status, items: gathered.items.len() });
    }
}
