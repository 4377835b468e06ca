//! What the vendors' own machine-readable descriptions say: the paths that rules declare are
//! checked against them.

mod aws;
mod kubernetes;

pub use aws::{aws_paths, catalogue_calls, row_calls};
pub use kubernetes::{OpenApi, kubernetes_path};
