//! AWS, driven by the catalogue's rows: one operation over AWS's own runtime serves every service and protocol.
//!
//! A row says what is called with which input and where the items stand in the answer ([`eksamine_facts::catalogue`]).
//! Whatever goes wrong is data: a kind that could not be read says why and what would help, and the others go on.

mod answer;
mod client;
mod cloud_control;
mod collect;
mod endpoint;
mod failure;
mod form;
mod input;
mod operation;
mod outcome;
mod probe;
mod request;
mod run;
mod xml;

pub use client::{Aws, Limits, connections};
pub use endpoint::{Endpoints, Partition, host, partition};
pub use failure::{ApiError, CallError};
pub(crate) use probe::Probed;
pub use run::{Progress, Run, gather};
