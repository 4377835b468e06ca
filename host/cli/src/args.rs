//! The command line. Each command's own arguments stand in its file.

use crate::commands::Command;
use crate::error::CliError;
use crate::exit;
use crate::output::Color;
use clap::Parser;

/// Judges Amazon EKS clusters by sandboxed WebAssembly rules.
#[derive(Debug, Parser)]
#[command(name = "eksamine", version, max_term_width = 100, after_help = exit::TABLE)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Whether text is coloured.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
}

/// Reads the command line. Help, version and wrong flags are printed by clap, which ends the program with 0 or 2.
pub(crate) fn parse() -> Result<Cli, CliError> {
    Ok(Cli::parse())
}
