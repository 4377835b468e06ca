//! Gathering from a real API server, by every way in.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

mod doctor;
mod failures;
mod kubelets;
mod lists;
mod permissions;
mod proxy;
mod scene;
mod ways_in;
