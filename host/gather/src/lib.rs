//! Reads AWS and Kubernetes, read-only, into facts. The only crate that names their clients.

pub mod aws;
pub mod ways_in;
