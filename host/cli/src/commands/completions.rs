//! `eksamine completions`: what a shell offers while one types.

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::ExitCode;
use crate::output::{Color, Output};
use clap::CommandFactory as _;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "eksamine", &mut script);
    Output::stdout(color).write(&String::from_utf8(script).map_err(CliError::bug)?)?;
    Ok(ExitCode::Ok)
}
