//! Whole scans of big clusters against a native pass that only reads: time on the clock, on all processors, and memory.

use anyhow::{Result, ensure};
use eksamine_benches::measure::{in_turn, median};
use eksamine_benches::process::{Took, measured};
use eksamine_benches::table::{Table, time};
use eksamine_benches::{bench, document, sizes, typed};
use eksamine_results::{ScanResult, Status};
use eksamine_tests::program;
use std::path::Path;
use std::process::Command;

/// This very program, started once more, is the rival.
const PASS: &str = "--typed-pass";
/// The most memory beside the mapped file.
const BESIDE: u64 = 200_000_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, file] = arguments.as_slice()
        && flag == PASS
    {
        ensure!(typed::pass(Path::new(file))? > 0, "{file} has no pods");
        return Ok(());
    }
    bench("scale", |table| {
        let program = program::release()?;
        sizes(&[1_000, 10_000, 100_000]).into_iter().try_for_each(|pods| size(table, &program, pods))
    })
}

fn size(table: &mut Table, program: &Path, pods: usize) -> Result<()> {
    let facts = document::make(pods)?;
    judged(program, facts.path(), pods)?;
    let rival = std::env::current_exe()?;
    let times = if pods > 50_000 { 5 } else { 15 };
    let (mut scans, mut passes): (Vec<Took>, Vec<Took>) = Default::default();
    let mut scan = || {
        let took = measured(scanning(&mut Command::new(program), facts.path()))?;
        scans.push(took);
        Ok(took.wall)
    };
    let mut pass = || {
        let took = measured(Command::new(&rival).arg(PASS).arg(facts.path()))?;
        passes.push(took);
        Ok(took.wall)
    };
    let [wall, pass_wall] = in_turn(times, [&mut scan, &mut pass])?;
    let name = format!("scale: {pods} pods, {:.1} MB", facts.bytes() as f64 / 1e6);
    table.ratio(&format!("{name}: scan"), wall, ("typed serde pass", pass_wall), Some(1.5));
    let cpu = |took: &[Took]| median(&took.iter().map(|took| took.cpu).collect::<Vec<_>>());
    if pods > 5_000 {
        table.ratio(&format!("{name}: processor time"), cpu(&scans), ("the same", cpu(&passes)), None);
    }
    let beside =
        |took: &[Took]| took.iter().map(|took| took.peak).max().unwrap_or_default().saturating_sub(facts.bytes());
    table.bytes(&format!("{name}: peak memory beside the file"), beside(&scans), BESIDE);
    let slowest = scans.iter().map(|took| took.wall).fold(0.0, f64::max);
    table.figure(&format!("{name}: slowest of {times} scans"), &time(slowest), "");
    Ok(())
}

fn scanning<'c>(command: &'c mut Command, facts: &Path) -> &'c mut Command {
    command.args(["scan", "--format", "json-compact", "--as-of", "2026-11-27T12:00:00Z", "--facts"]).arg(facts)
}

/// A scan whose rules do not come to judge would be fast for nothing.
fn judged(program: &Path, facts: &Path, pods: usize) -> Result<()> {
    let output = scanning(&mut Command::new(program), facts).output()?;
    let result: ScanResult = serde_json::from_slice(&output.stdout)?;
    for rule in &result.results {
        ensure!(rule.status != Status::Error, "{pods} pods: {}: {}", rule.rule, rule.summary);
    }
    Ok(())
}
