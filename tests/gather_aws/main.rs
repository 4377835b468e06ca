//! Gathering from AWS, over its real wire formats.

mod failures;
mod least_privilege;
mod models;
mod pages;
mod rows;
mod scene;
mod ways_in;
