//! Runs rules. A rule is a component that sees the facts it declared and answers a verdict; the host has the last word
//! (`conclude`) and quotes the evidence itself.

mod bindings;
mod conclude;
mod config;
mod embedded;
mod error;
mod evaluate;
mod host;
mod in_place;
mod limits;
mod load;
mod quote;
mod scan;

pub use embedded::official_manifest;
pub use error::{EngineError, Stop};
pub use limits::{Limit, Limits};
pub use load::{Engine, LoadedRule};
pub use scan::{Judged, Scan, judge, refusal};
