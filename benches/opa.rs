//! Whole processes side by side with Open Policy Agent: two of the rules, and the same two questions as a policy, over the
//! same document.

use anyhow::{Context as _, Result, ensure};
use eksamine_benches::measure::in_turn;
use eksamine_benches::process::{Took, measured};
use eksamine_benches::table::Table;
use eksamine_benches::{bench, document, sizes};
use eksamine_results::{ScanResult, Status};
use eksamine_tests::program;
use eksamine_tests::rules::root;
use eksamine_tests::servers::artefact::Artefact;
use eksamine_tests::servers::command::run;
use eksamine_tests::servers::go::Go;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const IMAGES: &str = "approved-registries";
const NAMESPACES: &str = "configure-network-policies-namespaces";

fn main() -> Result<()> {
    bench("opa", |table| {
        let (program, opa) = (program::release()?, opa()?);
        sizes(&[1_000, 10_000, 100_000]).into_iter().try_for_each(|pods| size(table, &program, &opa, pods))
    })
}

/// Open Policy Agent, compiled from its module on first use.
fn opa() -> Result<PathBuf> {
    const FLAGS: [&str; 4] = ["-buildvcs=false", "-trimpath", "-ldflags", "-s -w"];
    let sources = root().join("benches/opa");
    let go = Go::find()?;
    let artefact = Artefact::new("opa", "2 to 4 minutes").of_folder(&sources)?.of(&go.version).of(FLAGS.join(" "));
    let folder = artefact.once(|folder| {
        let mut build = go.command();
        build.current_dir(&sources).arg("build").args(FLAGS).arg("-o").arg(folder.join("opa")).arg(".");
        run(&mut build).map(drop)
    })?;
    Ok(folder.join("opa"))
}

fn size(table: &mut Table, program: &Path, opa: &Path, pods: usize) -> Result<()> {
    let facts = document::make(pods)?;
    let answers = (ours(program, facts.path())?, theirs(opa, facts.path())?);
    ensure!(answers.0 == answers.1 && answers.0.0 > 0 && answers.0.1 > 0, "ours and theirs differ: {answers:?}");
    let times = if pods > 50_000 { 3 } else { 7 };
    let (mut scans, mut evaluations): (Vec<Took>, Vec<Took>) = Default::default();
    let mut scan = || {
        let took = measured(&mut scanning(program, facts.path()))?;
        scans.push(took);
        Ok(took.wall)
    };
    let mut evaluate = || {
        let took = measured(&mut evaluating(opa, facts.path()))?;
        evaluations.push(took);
        Ok(took.wall)
    };
    let [wall, opa_wall] = in_turn(times, [&mut scan, &mut evaluate])?;
    let name = format!("opa: {pods} pods, {:.1} MB", facts.bytes() as f64 / 1e6);
    table.ratio(&format!("{name}: scan with two rules"), wall, ("opa eval", opa_wall), Some(0.1));
    let peak = |took: &[Took]| took.iter().map(|took| took.peak).max().unwrap_or_default();
    let beside = peak(&scans).saturating_sub(facts.bytes());
    table.share(&format!("{name}: peak memory beside the file"), beside, ("opa eval", peak(&evaluations)), 0.1);
    Ok(())
}

fn scanning(program: &Path, facts: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["scan", "--format", "json-compact", "--as-of", "2026-11-27T12:00:00Z"]);
    command.args([
        "--rule",
        IMAGES,
        "--param",
        "approved-registries.allowed_registries=111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop",
    ]);
    command.args(["--rule", NAMESPACES, "--param"]).arg(format!("{NAMESPACES}.coverage=any-policy"));
    command.arg("--facts").arg(facts);
    command
}

fn evaluating(opa: &Path, facts: &Path) -> Command {
    let mut command = Command::new(opa);
    command.args(["eval", "--format", "raw", "--data"]).arg(root().join("benches/opa/policy.rego"));
    command.arg("--input").arg(facts).arg("data.rival.summary");
    command
}

/// Images from elsewhere, and namespaces that no policy is about.
type Answer = (usize, usize);

fn ours(program: &Path, facts: &Path) -> Result<Answer> {
    let output = scanning(program, facts).output()?;
    let result: ScanResult = serde_json::from_slice(&output.stdout)?;
    let fails = |rule: &str| -> Result<usize> {
        let result = result.results.iter().find(|result| result.rule == rule).context("no result")?;
        Ok(result.findings.iter().filter(|finding| finding.status == Status::Fail).count())
    };
    Ok((fails(IMAGES)?, fails(NAMESPACES)?))
}

fn theirs(opa: &Path, facts: &Path) -> Result<Answer> {
    let output = evaluating(opa, facts).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout)?;
    let count = |name: &str| summary[name].as_u64().and_then(|count| usize::try_from(count).ok()).context("no count");
    Ok((count("images")?, count("namespaces")?))
}
