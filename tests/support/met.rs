//! Which tests met the real thing. `.ci/run` counts them, so that tests which quietly stop doing so are noticed.
//!
//! A line for each meeting goes to `target/met/<test binary>`: what was met, and the name of the test.

use crate::program::target;
use std::collections::BTreeSet;
use std::fs::{OpenOptions, create_dir_all};
use std::io::Write as _;
use std::sync::Mutex;

/// Something real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Real {
    /// A kube-apiserver with etcd.
    ApiServer,
    /// AWS's wire protocols over a socket.
    AwsWire,
    /// A rule as a component in the sandbox.
    Component,
}

impl Real {
    const fn word(self) -> &'static str {
        match self {
            Self::ApiServer => "api-server",
            Self::AwsWire => "aws-wire",
            Self::Component => "component",
        }
    }
}

/// What was noted.
static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes, once, that the test which runs on this thread met `real`. Threads that a test starts bear its name.
pub fn met(real: Real) {
    let folder = target().join("met");
    let own = std::env::current_exe().ok();
    let binary = own.as_deref().and_then(|p| p.file_stem()).and_then(|s| s.to_str()).unwrap_or("test");
    let line = format!("{} {}\n", real.word(), std::thread::current().name().unwrap_or("main"));
    if !NOTED.lock().expect("no test panics here").insert(line.clone()) {
        return;
    }
    let write = || {
        create_dir_all(&folder)?;
        OpenOptions::new().create(true).append(true).open(folder.join(binary))?.write_all(line.as_bytes())
    };
    write().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}
