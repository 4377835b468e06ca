//! What the benches share: runs in turn, the table, documents of any size, and the rivals that eksamine is held against.

pub mod document;
pub mod measure;
pub mod pod;
pub mod process;
pub mod sandbox;
pub mod served;
pub mod table;
pub mod typed;

use anyhow::Result;
use std::collections::BTreeMap;
use std::path::PathBuf;
use table::Table;

/// Runs a bench and prints its part of the table, which it also leaves for the bench `table`.
///
/// # Errors
/// What the bench says, or a table that cannot be kept.
pub fn bench(name: &str, run: impl FnOnce(&mut Table) -> Result<()>) -> Result<()> {
    // `cargo test --all-targets` runs this program, too, and is no place to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        eprint(&format!("{name} is a bench: cargo bench -p eksamine-benches --bench {name}"));
        return Ok(());
    }
    let mut table = Table::default();
    run(&mut table)?;
    table.keep(name)?;
    table.print();
    Ok(())
}

/// Where benches keep what they make and measure: `target/benches`.
///
/// # Errors
/// When it cannot be made.
pub fn folder() -> Result<PathBuf> {
    let folder = eksamine_tests::program::target().join("benches");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The components of all official rules by their ids, as they are packed.
///
/// # Errors
/// What stands in the way of building them.
pub fn components() -> Result<BTreeMap<String, Vec<u8>>> {
    let root = eksamine_tests::rules::root().canonicalize()?;
    let build = eksamine_packer::Build {
        target: root.join("target/guests"),
        workspace: root.clone(),
        cargo: std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into(),
        profile: "guest".into(),
        cfg: Vec::new(),
    };
    let pack = eksamine_packer::build(&root.join("rules-wasm"), &build)?;
    let digest = pack.digest();
    let pack = pack.verify(&digest)?;
    Ok(pack.components().map(|(packed, wasm)| (packed.rule.id.clone(), wasm.to_vec())).collect())
}

/// Sizes that stand on the command line, or these.
#[must_use]
pub fn sizes(otherwise: &[usize]) -> Vec<usize> {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if given.is_empty() { otherwise.to_vec() } else { given }
}

#[expect(clippy::print_stderr, reason = "what a bench does, for whoever waits for it")]
pub(crate) fn eprint(line: &str) {
    eprintln!("{line}");
}
