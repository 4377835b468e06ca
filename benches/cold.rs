//! A whole scan of the example, from process to process, against Python that starts and does nothing.

use anyhow::{Context as _, Result, ensure};
use eksamine_benches::{bench, measure, process};
use eksamine_tests::program;
use eksamine_tests::rules::root;
use std::process::Command;

fn main() -> Result<()> {
    bench("cold", |table| {
        let (program, python) = (program::release()?, python()?);
        let facts = root().join("examples/facts.json");
        let mut scan = || process::wall(Command::new(&program).args(["scan", "--facts"]).arg(&facts));
        let mut idle = || process::wall(Command::new(&python).args(["-I", "-c", "pass"]));
        let [scan, idle] = measure::in_turn(21, [&mut scan, &mut idle])?;
        table.ratio("cold: scan of the example", scan, ("Python starts and ends", idle), Some(1.0));
        Ok(())
    })
}

/// The interpreter itself: `python3` on the path may be a script that looks for it, which is not to be measured.
fn python() -> Result<String> {
    let output =
        Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().context("python3")?;
    ensure!(output.status.success(), "python3 ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
