//! Reads AWS and Kubernetes, read-only, into one facts document. The only crate that names their clients.
//!
//! ```text
//! rules' kinds ─Plan::new─▶ Plan ─ways_in::open─▶ WaysIn ─gather─▶ Gathering { document, weakenings }
//!                             ├─Permissions::of──▶ IAM policy, RBAC manifests, why each line
//!                             └─doctor::examine──▶ what works, what is missing, what could not be probed
//! ```
//! Errors are what stops a gathering before it begins ([`GatherError`]). Once it has begun, nothing stops it: whatever
//! could not be read is said in the document, kind by kind, with the permission that would help.

pub mod aws;
mod causes;
pub mod doctor;
mod error;
mod gather;
mod kubelets;
pub mod kubernetes;
pub mod node_agent;
mod outcome;
pub mod permissions;
mod plan;
mod progress;
pub mod ways_in;

pub use error::GatherError;
pub use gather::{Gathering, gather};
pub use kubelets::{Files, Kubelets};
pub use permissions::Permissions;
pub use plan::{Plan, Planned};
pub use progress::{Progress, Source, Step};
