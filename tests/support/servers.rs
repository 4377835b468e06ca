//! Real servers for the tests: made on first use, started on loopback, gone with the test that
//! started them. A server that cannot be made or started is a failed test that names the command;
//! never a skipped one.

pub mod artefact;
pub mod aws;
pub mod command;
pub mod go;
pub mod kube;
pub mod modules;
