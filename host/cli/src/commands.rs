//! One file per command.

mod explain;
mod rules;
mod scan;
mod schema;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::ExitCode;

/// What can be asked for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Judge a cluster by its facts.
    Scan(scan::Args),
    /// List the rules.
    Rules(rules::Args),
    /// Say everything about a rule: why, what it reads, its parameters, how to mend a failure.
    Explain(explain::Args),
    /// Print the JSON Schema of a file format.
    Schema(schema::Args),
}

pub(crate) fn run(cli: Cli) -> Result<ExitCode, CliError> {
    match cli.command {
        Command::Scan(args) => scan::run(args, cli.color),
        Command::Rules(args) => rules::run(&args, cli.color),
        Command::Explain(args) => explain::run(&args, cli.color),
        Command::Schema(args) => schema::run(&args, cli.color),
    }
}
