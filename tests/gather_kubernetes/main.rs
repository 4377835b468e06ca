//! Gathering from a real API server, by every way in.

mod doctor;
mod failures;
mod lists;
mod permissions;
mod proxy;
mod scene;
mod ways_in;
