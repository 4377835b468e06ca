//! `eksamine scan`: facts in, results out.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::facts_file::FactsFile;
use crate::live::{self, WaysInArgs};
use crate::nearest::did_you_mean;
use crate::output::{Color, Output, is_dash, say};
use crate::selection::{Chosen, SelectionArgs};
use crate::{instant, weakenings};
use eksamine_engine::{Engine, judge};
use eksamine_facts::catalogue::Kind;
use eksamine_facts::{Document, Tree};
use eksamine_report::{Detail, Layout, clean, json, text};
use eksamine_results::{FactsRef, SCHEMA, ScanResult, summarise};
use serde_json::value::RawValue;
use std::path::{Path, PathBuf};

/// Name and version of what judged.
const ENGINE: &str = concat!("eksamine ", env!("CARGO_PKG_VERSION"));

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Facts document to judge; - is stdin. Without it the facts are gathered first.
    #[arg(long, value_name = "FILE", conflicts_with = "WaysInArgs")]
    facts: Option<PathBuf>,
    /// File that gathered facts are written to. Without it a name is made of the cluster and the time.
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    facts_output: Option<PathBuf>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Value of a parameter; may be repeated. Arrays as JSON or a,b,c.
    #[arg(long = "param", value_name = "RULE.NAME=VALUE")]
    params: Vec<String>,
    /// Instant that ages and expiries are measured against (RFC 3339); now, unless given.
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Format of the report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// File that the report goes to; - is stdout, as without it.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Text: show every rule and every finding. JSON shows all of them always.
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    ways_in: WaysInArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// results.json, one key a line.
    Json,
    /// The same on one line.
    JsonCompact,
}

pub(crate) fn run(args: Args, color: Color) -> Result<ExitCode, CliError> {
    spare_the_facts(&args)?;
    let result = scan(&args)?;
    let output = Output::to(args.output, color);
    let report = match args.format {
        Format::Text if args.verbose => text(&result, output.width(), Detail::Full),
        Format::Text => text(&result, output.width(), Detail::Short),
        Format::Json => json(&result, Layout::Pretty).map_err(CliError::bug)?,
        Format::JsonCompact => json(&result, Layout::Compact).map_err(CliError::bug)?,
    };
    output.write(&report)?;
    Ok(ExitCode::of(&result.results))
}

/// The report must not take the place of the facts, which may be all that is left of a moment.
fn spare_the_facts(args: &Args) -> Result<(), CliError> {
    let Some(output) = args.output.as_deref() else { return Ok(()) };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let facts = args.facts.as_deref().or(args.facts_output.as_deref());
    let is_no_file = is_dash(output) || output.exists() && !output.is_file();
    if is_no_file || facts.is_none_or(|facts| real(facts) != real(output)) {
        return Ok(());
    }
    Err(CliError::usage(format!("--output {} is the file of the facts", output.display()))
        .hint("the report would take their place: name another file"))
}

fn scan(args: &Args) -> Result<ScanResult, CliError> {
    let given = args.as_of.as_deref().map(instant::given).transpose()?;
    let engine = Engine::new()?;
    let chosen = args.selection.chosen()?;
    let selection = chosen.select(&engine, &args.params)?;
    let file = facts(args, &chosen)?;
    // The digest of a big document takes as long as reading it: it is begun first, and waited for last.
    let (scanned, digest) = file.digest_beside(|| {
        let document = file.read(&selection.scan.projection())?;
        unknown_kinds(&document, &chosen);
        let collected_at = instant::rfc3339(&document.collected_at).ok_or_else(|| {
            file.malformed(&format!("collected_at {:?} is not in the calendar", document.collected_at))
        })?;
        // Live facts take a while: now is later than when they were begun.
        let as_of = given.map_or_else(instant::now, Ok)?;
        let judged = judge(&engine, &selection.scan, &document, &as_of.to_string());
        Ok::<_, CliError>((document, collected_at, as_of, judged))
    })?;
    let (document, collected_at, as_of, judged) = scanned?;
    let mut weakenings = selection.weakenings;
    weakenings.extend(weakenings::of_gathering(document.collector.as_deref()).map_err(|what| file.malformed(&what))?);
    weakenings.extend(weakenings::of_age(collected_at, as_of));
    weakenings.extend(judged.weakenings);
    Ok(ScanResult {
        schema: SCHEMA.to_owned(),
        scope: canonical(document.scope_text())?,
        as_of: as_of.to_string(),
        engine: ENGINE.to_owned(),
        facts: FactsRef { digest, collected_at: document.collected_at.clone() },
        packs: vec![selection.pack],
        summary: summarise(&judged.results),
        weakenings,
        results: judged.results,
    })
}

/// A misspelt kind is one that no rule finds. A newer program may know it, so that it is no error.
fn unknown_kinds(document: &Document, chosen: &Chosen) {
    let needs = chosen.needs();
    for (name, _) in document.kinds().filter(|(name, _)| Kind::find(name).is_err()) {
        let meant = did_you_mean(name, needs.iter().map(|(_, kind)| kind.as_str())).map(|meant| format!("; {meant}"));
        let meant = meant.unwrap_or_default();
        say(format_args!("note: the document holds {}, which this program does not know{meant}", clean(name)));
    }
}

/// The document to judge. Live facts are written first, and judged as they were written.
fn facts(args: &Args, chosen: &Chosen) -> Result<FactsFile, CliError> {
    if let Some(path) = &args.facts {
        return FactsFile::open(path);
    }
    let facts = live::facts(&args.ways_in, &chosen.needs())?;
    let path = args.facts_output.clone().unwrap_or(facts.name);
    live::write(&path, &facts.document)?;
    say(format_args!("facts written to {}", path.display()));
    Ok(FactsFile::gathered(&path, facts.document))
}

/// The same scope gives the same bytes, whatever white space its document has.
fn canonical(scope: &str) -> Result<Box<RawValue>, CliError> {
    let tree = Tree::parse(scope).map_err(CliError::bug)?;
    RawValue::from_string(tree.canonical()).map_err(CliError::bug)
}
