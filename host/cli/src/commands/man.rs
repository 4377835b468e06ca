//! `eksamine man`: the manual page of the program or of a command, as roff.

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::ExitCode;
use crate::nearest::did_you_mean;
use crate::output::{Color, Output};
use clap::CommandFactory as _;
use clap_mangen::Man;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Command; without it the program itself.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let mut program = Cli::command();
    // Fills in what the program's commands inherit from it.
    program.build();
    let (shown, title) = match &args.command {
        None => (program, "eksamine".to_owned()),
        Some(name) => (command(&program, name)?, format!("eksamine-{name}")),
    };
    let mut page = Vec::new();
    Man::new(shown).title(title).render(&mut page).map_err(CliError::bug)?;
    Output::stdout(color).write(&String::from_utf8(page).map_err(CliError::bug)?)?;
    Ok(ExitCode::Ok)
}

fn command(program: &clap::Command, name: &str) -> Result<clap::Command, CliError> {
    let found = program.find_subcommand(name).ok_or_else(|| {
        let names = program.get_subcommands().map(clap::Command::get_name);
        CliError::usage(format!("there is no command {name:?}")).hints(did_you_mean(name, names))
    })?;
    Ok(found.clone())
}
