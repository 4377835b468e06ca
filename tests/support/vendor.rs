//! What the vendors' own machine-readable descriptions say: the paths that rules declare are
//! checked against them.

mod kubernetes;

pub use kubernetes::{OpenApi, kubernetes_path};
