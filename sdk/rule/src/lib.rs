//! What a rule in Rust is written with.
//!
//! A rule is one function over [`Facts`], its parameters and a [`Tally`]; [`rule!`] makes it a component.
//!
//! ```
//! use eksamine_rule::prelude::*;
//!
//! rule!(judge);
//!
//! #[derive(Deserialize)]
//! struct Params {}
//!
//! fn judge(facts: &Facts<'_>, _: &Params, mut tally: Tally) -> Verdict {
//!     let cluster = facts.cluster();
//!     tally.judge(cluster.subject(), || {
//!         let version = cluster.get()?.get()?.version.get()?;
//!         Ok(pass(format!("Kubernetes {version}")).at(cluster.at("/version")))
//!     });
//!     tally.finish("")
//! }
//! # fn main() {}
//! ```
//! There is no way to build a verdict but the tally, and no way to read a field as a plain value: see
//! [`eksamine_facts::Known`].

mod cluster;
mod component;
pub mod exempt;
pub mod inventory;
pub mod kubelets;
mod source;
mod tally;
pub mod words;

pub use cluster::TheCluster;
pub use component::{__evaluate, Component, Judged, bindings};
pub use source::{Facts, Item, Source};
pub use tally::{Evidence, Finding, Outcome, Status, Tally, Verdict, aside, fail, manual, not_applicable, pass};

/// What nearly every rule needs.
pub mod prelude {
    pub use crate::rule;
    pub use crate::{
        Evidence, Facts, Item, Outcome, Status, Tally, TheCluster, Verdict, aside, fail, manual, not_applicable, pass,
    };
    pub use eksamine_facts::{Availability, Known, Subject, Unknown};
    pub use serde::Deserialize;
}
