//! `eksamine rules`: what there is to be judged by.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::output::{Color, Output};
use eksamine_engine::official_manifest;
use eksamine_pack::RuleMeta;
use eksamine_report::{Page, bold, plain};
use serde_json::json;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Format of the list.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// An array of id, title, severity.
    Json,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let output = Output::stdout(color);
    let rules: Vec<RuleMeta> = official_manifest()?.rules.into_iter().map(|r| r.rule).collect();
    let text = match args.format {
        Format::Text => table(&rules, output.width()),
        Format::Json => list(&rules),
    };
    output.write(&text)?;
    Ok(ExitCode::Ok)
}

fn table(rules: &[RuleMeta], width: usize) -> String {
    let longest = rules.iter().map(|r| r.id.len()).max().unwrap_or_default();
    let mut page = Page::new(width);
    for rule in rules {
        let id = format!("{:longest$}", rule.id);
        let rest = format!("  {:<8}  {}", rule.severity.word(), rule.title);
        page.hanging(0, longest + 12, &[bold(id), plain(rest)]);
    }
    page.into_text()
}

fn list(rules: &[RuleMeta]) -> String {
    let rows: Vec<_> = rules.iter().map(|r| json!({"id": r.id, "title": r.title, "severity": r.severity})).collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}
