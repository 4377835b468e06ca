//! `eksamine explain`: everything about a rule or a fact kind, without running or asking anything.

mod fact;
mod rule;

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::output::{Color, Output};
use crate::selection::known;
use eksamine_engine::official_manifest;
use eksamine_pack::RuleMeta;

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Args {
    /// Id of a rule.
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// A fact kind instead: where it comes from, what must be granted, who reads which fields.
    #[arg(long, value_name = "KIND")]
    fact: Option<String>,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let rules: Vec<RuleMeta> = official_manifest()?.rules.into_iter().map(|r| r.rule).collect();
    let output = Output::stdout(color);
    if let Some(kind) = &args.fact {
        output.write(&fact::explain(kind, &rules, output.width())?)?;
    }
    if let Some(id) = &args.rule {
        let ids: Vec<String> = rules.iter().map(|r| r.id.clone()).collect();
        known(id, &ids).map_err(|error| {
            if id.contains('.') { error.hint(format!("a fact kind: eksamine explain --fact {id}")) } else { error }
        })?;
        for rule in rules.iter().filter(|r| r.id == *id) {
            output.write(&rule::explain(rule, output.width()))?;
        }
    }
    Ok(ExitCode::Ok)
}
