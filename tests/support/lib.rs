//! What the tests of the whole product share: the program, the rules with their cases, the real servers they start,
//! and what the vendors say of their APIs.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

pub mod hostile;
pub mod live;
pub mod met;
pub mod mutate;
pub mod program;
pub mod properties;
pub mod rules;
pub mod servers;
pub mod vendor;
