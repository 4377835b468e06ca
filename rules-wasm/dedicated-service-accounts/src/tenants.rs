//! The pods on a node that have no IAM role of their own.

use crate::doubts::least;
use crate::mounts::Getting;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(crate) struct Tenants {
    pub(crate) pods: Getting,
    pub(crate) workloads: BTreeSet<String>,
    /// Those of them whose service account gets a role.
    pub(crate) with_account: usize,
    /// Policies that keep some of them from the metadata service, by their names: how many, and where.
    pub(crate) guards: BTreeMap<String, (usize, String)>,
    /// Why there may be more.
    pub(crate) doubt: Option<String>,
}

impl Tenants {
    pub(crate) fn doubt(&mut self, why: String) {
        least(&mut self.doubt, why);
    }

    pub(crate) fn guard(&mut self, guards: Vec<(String, String)>) {
        for (title, place) in guards {
            self.guards.entry(title).or_insert((0, place)).0 += 1;
        }
    }
}
