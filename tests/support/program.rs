//! The program itself, as a user runs it.

use crate::met::{Real, met};
use crate::rules::root;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// The result.
    pub stdout: String,
    /// Progress and errors.
    pub stderr: String,
}

/// Runs `eksamine` in the project's root, with nothing of this machine's environment.
pub fn eksamine(args: &[&str]) -> Ran {
    run(args, &[], b"")
}

/// The same with bytes on stdin.
pub fn eksamine_reading(args: &[&str], stdin: &[u8]) -> Ran {
    run(args, &[], stdin)
}

/// The same with environment variables.
pub fn eksamine_with(args: &[&str], environment: &[(&str, &str)]) -> Ran {
    run(args, environment, b"")
}

/// The same from another folder.
pub fn eksamine_in(folder: &Path, args: &[&str]) -> Ran {
    run_in(folder, args, &[], b"")
}

fn run(args: &[&str], environment: &[(&str, &str)], stdin: &[u8]) -> Ran {
    run_in(&root(), args, environment, stdin)
}

fn run_in(folder: &Path, args: &[&str], environment: &[(&str, &str)], stdin: &[u8]) -> Ran {
    if args.first() == Some(&"scan") {
        met(Real::Component);
    }
    let try_run = || -> Result<Ran> {
        let mut child = Command::new(program())
            .args(args)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // A program that refuses its arguments never reads.
        drop(child.stdin.take().context("a pipe")?.write_all(stdin));
        let output = child.wait_with_output()?;
        let code = output.status.code().context("ended by a signal")?;
        Ok(Ran { code, stdout: String::from_utf8(output.stdout)?, stderr: String::from_utf8(output.stderr)? })
    };
    try_run().unwrap_or_else(|error| panic!("eksamine {}: {error:#}", args.join(" ")))
}

/// The binary, built once for the process. Cargo tells a test only about binaries of its own package, so it is asked.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build(&[]).unwrap_or_else(|error| panic!("building eksamine: {error:#}")))
}

/// The binary as users install it: what benches measure.
pub fn release() -> Result<PathBuf> {
    build(&["--release"])
}

fn build(profile: &[&str]) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    eksamine_packer::forget_outer_cargo(&mut command);
    let output = command
        // The whole workspace, or other features would compile everything once more.
        .args(["build", "--workspace", "--bin", "eksamine", "--message-format=json", "--target-dir"])
        .arg(target())
        .args(profile)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "cargo build ended with {}", output.status);
    let messages = String::from_utf8(output.stdout)?;
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == "eksamine").then(|| message["executable"].as_str().map(PathBuf::from))?
    };
    messages.lines().rev().find_map(executable).context("cargo named no executable")
}

/// Cargo's target directory: a test stands in `TARGET/PROFILE/deps/`.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_else(|error| panic!("where this test stands: {error}"));
    own.ancestors().nth(3).map_or_else(|| root().join("target"), Path::to_path_buf)
}
