//! Joins that several rules need. Pure: what they cannot know they hand on as [`crate::Known`], and whoever asks for
//! the result is charged, nobody else.

mod calico;
mod cilium;
mod coverage;
mod expression;
mod logic;
mod pods;
mod policy;
mod selector;
mod tiered;

pub use coverage::{Applied, Cover, Direction};
pub use logic::{all, any, both, not};
pub use pods::{Group, NamespacePods, Pods};
pub use policy::{Effect, Part, Policed, Policies, Policy};
pub use selector::{Owner, Selector, Test, Value, Whose, label_selector, value_of};
