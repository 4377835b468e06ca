//! One file per command.

mod completions;
mod doctor;
mod explain;
mod gather;
mod kubelet;
mod man;
mod permissions;
mod rules;
mod scan;
mod schema;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::ExitCode;

/// What can be asked for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Judge a cluster: gather its facts, or take a document of them.
    Scan(scan::Args),
    /// Gather a cluster's facts into a document, to be judged later or elsewhere.
    Gather(gather::Args),
    /// Print a kubelet's configuration from its files, on its node: what a node agent runs.
    Kubelet(kubelet::Args),
    /// Say which way into the cluster works and which permissions are missing.
    Doctor(doctor::Args),
    /// Print the least that must be granted: an IAM policy, RBAC roles.
    Permissions(permissions::Args),
    /// List the rules.
    Rules(rules::Args),
    /// Say everything about a rule: why, what it reads, its parameters, how to mend a failure.
    Explain(explain::Args),
    /// Print the JSON Schema of a file format.
    Schema(schema::Args),
    /// Print a script that completes commands, options and values in a shell.
    Completions(completions::Args),
    /// Print the manual page of the program or of one of its commands.
    Man(man::Args),
}

pub(crate) fn run(cli: Cli) -> Result<ExitCode, CliError> {
    match cli.command {
        Command::Scan(args) => scan::run(args, cli.color),
        Command::Gather(args) => gather::run(args, cli.color),
        Command::Kubelet(args) => kubelet::run(&args, cli.color),
        Command::Doctor(args) => doctor::run(&args, cli.color),
        Command::Permissions(args) => permissions::run(&args, cli.color),
        Command::Rules(args) => rules::run(&args, cli.color),
        Command::Explain(args) => explain::run(&args, cli.color),
        Command::Schema(args) => schema::run(&args, cli.color),
        Command::Completions(args) => completions::run(&args, cli.color),
        Command::Man(args) => man::run(&args, cli.color),
    }
}
