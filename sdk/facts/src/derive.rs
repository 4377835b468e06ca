//! Joins that rules share: pure functions over nouns, each with its own tests.
//!
//! A join asks fields, and asking an unknown one marks the judgement under way. Outside of a judgement it belongs into
//! [`Known::derived`](crate::Known::derived).

pub mod addresses;
pub mod aws_auth;
pub mod aws_role;
mod calico;
pub mod cidr;
mod cilium;
mod coverage;
pub mod ecr_actions;
pub mod egress;
pub mod endpoint;
pub mod engine;
mod expression;
pub mod fargate;
pub mod iam;
pub mod identity;
pub mod images;
pub mod imds;
pub mod index;
pub mod kubelet;
mod label_text;
pub mod launch;
pub mod load_balancers;
mod logic;
pub mod node;
pub mod placement;
mod pods;
mod policy;
pub mod roles;
pub mod routing;
mod selector;
mod tiered;
pub mod time;
pub mod workload;
mod yaml;

pub use coverage::{Applied, Cover, Direction};
pub use label_text::label_text;
pub use logic::{all, any, both, not};
pub use pods::{Group, NamespacePods, Pods, Unenforced};
pub use policy::{Effect, Level, Part, Policed, Policies, Policy};
pub use selector::{Owner, Selector, Test, Value, Whose, label_selector, value_of};

use crate::Unknown;

/// Things found, and whether that is all there is: what was found stands even where the rest is not known.
#[derive(Debug, Clone)]
#[must_use]
pub struct Seen<T> {
    /// What was found.
    pub found: Vec<T>,
    /// The first thing that could not be read.
    pub rest: Result<(), Unknown>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { found: Vec::new(), rest: Ok(()) }
    }
}

impl<T> Seen<T> {
    /// Adds what `step` finds, or remembers that it could not be read.
    pub fn add(&mut self, step: Result<Vec<T>, Unknown>) {
        match step {
            Ok(found) => self.found.extend(found),
            Err(unknown) => self.lose(unknown),
        }
    }

    /// Remembers that something could not be read.
    pub fn lose(&mut self, unknown: Unknown) {
        if self.rest.is_ok() {
            self.rest = Err(unknown);
        }
    }
}
