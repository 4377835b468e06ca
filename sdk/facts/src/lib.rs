//! The facts document, the nouns that rules read in it, and the joins that rules share.
//!
//! Pure: nothing here opens a file, a socket or a clock. The same code runs in the host and inside every rule.

pub mod admission;
mod availability;
pub mod catalogue;
pub mod core;
pub mod derive;
mod document;
pub mod ec2;
pub mod ecr;
pub mod eks;
pub mod elb;
pub mod elbv2;
mod fields;
pub mod iam;
pub mod inspector2;
mod items;
mod json;
pub mod kms;
mod known;
pub mod kubelet;
mod label;
pub mod logs;
pub mod network;
pub mod nodes;
mod noun;
pub mod pointer;
pub mod rbac;
pub mod redact;
pub mod scheduling;
#[cfg(feature = "schema")]
pub mod schema;
mod scope;
mod subject;
mod tree;
mod view;
pub mod workloads;
mod writer;

pub use availability::{Availability, Gap};
pub use document::{Document, KindFacts, Projection, SCHEMA};
pub use fields::Fields;
pub use json::{Cursor, JsonError, RawString, Shape};
pub use known::{Given, Known, Unknown, Watch};
pub use label::Label;
pub use noun::{Anything, Fact, List, Map, Noun, NumberOrText, Reading, Text, Timestamp, read_object};
pub use scope::Scope;
pub use subject::Subject;
pub use tree::Tree;
pub use view::{CHUNK, View};
pub use writer::{Gathered, Item, write_document};

#[doc(hidden)]
pub use serde;
