//! Kubernetes: any resource that the API server serves, by raw requests, since custom resources have no types of ours.
//!
//! Whatever goes wrong is data: a kind that could not be read says why and what would help, and the others go on.

mod client;
mod discovery;
mod failure;
mod kubelet;
mod list;
mod named;
mod review;
mod run;

pub use client::{Bearer, Kubernetes, Limits};
pub use failure::Failure;
pub(crate) use kubelet::hide_headers;
pub(crate) use review::Access;
pub(crate) use run::Run;
