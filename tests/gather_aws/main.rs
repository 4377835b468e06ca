//! Gathering from AWS, over its real wire formats.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

mod failures;
mod keys;
mod least_privilege;
mod models;
mod pages;
mod rows;
mod scene;
mod ways_in;
