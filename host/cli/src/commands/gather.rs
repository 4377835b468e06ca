//! `eksamine gather`: facts for later, or for elsewhere.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::live::{self, WaysInArgs};
use crate::output::{Color, Output, is_dash, say};
use crate::selection::SelectionArgs;
use eksamine_facts::{Availability, Document, Projection};
use eksamine_report::clean;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    ways_in: WaysInArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// File that the facts go to; - is stdout. Without it a name is made of the cluster and the time.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: Args, color: Color) -> Result<ExitCode, CliError> {
    let needs = args.selection.chosen()?.needs();
    let facts = live::facts(&args.ways_in, &needs)?;
    if args.output.as_deref().is_some_and(is_dash) {
        Output::stdout(color).write(&facts.document)?;
    } else {
        let path = args.output.unwrap_or(facts.name);
        live::write(&path, &facts.document)?;
        say(format_args!("facts written to {}", path.display()));
    }
    lacks(facts.document)?;
    Ok(ExitCode::Ok)
}

/// Says what the document lacks and what would help: it may be judged where nobody can gather again.
fn lacks(document: String) -> Result<(), CliError> {
    let document = Document::read(document, &Projection::default()).map_err(CliError::bug)?;
    for (name, kind) in document.kinds() {
        if matches!(kind.status, Availability::Complete | Availability::Absent) {
            continue;
        }
        let gap = kind.gaps.first();
        let reason = kind.reason.as_deref().or(gap.map(|g| g.reason.as_str())).unwrap_or("no reason was given");
        say(format_args!("{} {name}: {}", kind.status, clean(reason)));
        if let Some(permission) = kind.permission.as_deref().or(gap.and_then(|g| g.permission.as_deref())) {
            say(format_args!("  grant: {}", clean(permission)));
        }
    }
    Ok(())
}
