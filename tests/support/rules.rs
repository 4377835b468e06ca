//! The official rules, their cases, and judging one document with one rule.

use crate::met::{Real, met};
use anyhow::{Context, Result, ensure};
use eksamine_engine::{Engine, LoadedRule, Scan, judge};
use eksamine_facts::Document;
use eksamine_pack::Params;
use eksamine_results::{RuleResult, Status};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The instant that cases are judged at.
pub const AS_OF: &str = "2026-11-23T12:00:00Z";

/// One facts document with the status that its file name demands.
#[derive(Debug, Clone)]
pub struct Case {
    /// Rule id.
    pub rule: String,
    /// `<what>.<status>`
    pub name: String,
    /// From the file name.
    pub status: Status,
    /// The document.
    pub facts: String,
    /// Defaults, with what `<what>.<status>.params.json` changes.
    pub params: Params,
    /// Where the blessed answer stands.
    pub verdict: PathBuf,
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The sandbox with the official rules, loaded once for the process.
pub fn official() -> &'static (Engine, Vec<LoadedRule>) {
    static OFFICIAL: OnceLock<(Engine, Vec<LoadedRule>)> = OnceLock::new();
    OFFICIAL.get_or_init(|| {
        let engine = Engine::new().expect("the sandbox starts");
        let (_, rules) = engine.official(|_| true).expect("the official pack loads");
        (engine, rules)
    })
}

/// An official rule.
pub fn rule(id: &str) -> &'static LoadedRule {
    official().1.iter().find(|r| r.meta().id == id).unwrap_or_else(|| panic!("no rule {id}"))
}

/// Every case of a rule, in the order of their names.
pub fn cases(rule: &LoadedRule) -> Result<Vec<Case>> {
    let folder = root().join("rules-wasm").join(&rule.meta().id).join("cases");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("{} has no cases", rule.meta().id))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    let is_case =
        |p: &&PathBuf| p.to_string_lossy().ends_with(".json") && !p.to_string_lossy().ends_with(".params.json");
    paths.iter().filter(is_case).map(|path| read(rule, path)).collect()
}

fn read(rule: &LoadedRule, path: &Path) -> Result<Case> {
    let name = path.file_stem().and_then(|s| s.to_str()).context("a case's name is text")?.to_owned();
    let word = name.rsplit_once('.').map_or("", |(_, status)| status);
    let status = Status::ALL.into_iter().find(|s| s.word() == word);
    let status = status.with_context(|| format!("{}: a case is called <what>.<status>.json", path.display()))?;
    let mut params = rule.meta().defaults();
    let file = path.with_extension("params.json");
    if file.is_file() {
        let changed: Params = serde_json::from_str(&fs::read_to_string(&file)?)?;
        for (name, value) in changed {
            ensure!(params.contains_key(&name), "{}: the rule has no parameter {name}", file.display());
            params.insert(name, value);
        }
    }
    let facts = fs::read_to_string(path)?;
    Ok(Case { rule: rule.meta().id.clone(), status, facts, params, verdict: path.with_extension("verdict"), name })
}

/// Judges a document with one rule of an engine.
pub fn judge_with(engine: &Engine, rule: &LoadedRule, facts: &str, params: &Params) -> Result<RuleResult> {
    met(Real::Component);
    let mut scan = Scan::default();
    scan.add(rule.clone(), params.clone());
    let document = Document::read(facts.to_owned(), &scan.projection())?;
    judge(engine, &scan, &document, AS_OF).results.pop().context("one rule, one result")
}

/// Judges a document with an official rule.
pub fn judge_one(rule: &LoadedRule, facts: &str, params: &Params) -> Result<RuleResult> {
    judge_with(&official().0, rule, facts, params)
}

/// A result as a reviewer reads it.
pub fn verdict_text(result: &RuleResult) -> String {
    let mut text = format!("{}: {}\n", result.status, result.summary);
    if let Some(cause) = &result.cause {
        writeln!(text, "cause {}: {}", cause.kind, cause.message).expect("a String takes all");
    }
    for finding in &result.findings {
        writeln!(text, "- {} {}: {}", finding.status, finding.subject, finding.message).expect("a String takes all");
        for evidence in &finding.evidence {
            let observed = match (&evidence.observed, &evidence.cut) {
                (Some(value), _) => value.get().to_owned(),
                (None, Some(cut)) => format!("{} bytes", cut.bytes),
                (None, None) => "nothing there".to_owned(),
            };
            let note = evidence.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
            writeln!(text, "    {} = {observed}{note}", evidence.at).expect("a String takes all");
        }
    }
    for missing in &result.missing {
        let help = missing.permission.as_ref().map_or_else(String::new, |p| format!("; {p}"));
        writeln!(text, "missing {} ({}): {}{help}", missing.fact, missing.status, missing.reason)
            .expect("a String takes all");
    }
    text
}

/// Compares with a blessed file; `BLESS=1` writes it.
pub fn bless(path: &Path, text: &str) -> Result<()> {
    if std::env::var_os("BLESS").is_some() {
        return Ok(fs::write(path, text)?);
    }
    let blessed = fs::read_to_string(path)
        .with_context(|| format!("{} is not there; BLESS=1 cargo test writes it", path.display()))?;
    ensure!(
        blessed == text,
        "{} says\n{blessed}\nand now it is\n{text}\n(BLESS=1 cargo test writes it)",
        path.display()
    );
    Ok(())
}
