//! `eksamine doctor`: which way in works and which permissions are missing, before a scan.

use crate::error::CliError;
use crate::exit::ExitCode;
use crate::live::{self, WaysInArgs};
use crate::output::{Color, Output};
use crate::selection::SelectionArgs;
use anstyle::AnsiColor;
use eksamine_gather::doctor::{Check, Diagnosis, Standing, examine};
use eksamine_report::{Page, Span, bold, plain, styled};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    ways_in: WaysInArgs,
    #[command(flatten)]
    selection: SelectionArgs,
}

pub(crate) fn run(args: &Args, color: Color) -> Result<ExitCode, CliError> {
    let plan = args.ways_in.plan(&args.selection.chosen()?.needs())?;
    let options = args.ways_in.options()?;
    let diagnosis = live::wait_for(examine(&plan, &options))?;
    let output = Output::stdout(color);
    output.write(&tell(&diagnosis, output.width()))?;
    let broken = diagnosis.ways.iter().any(|check| check.standing == Standing::Broken);
    Ok(match (broken, diagnosis.is_good()) {
        (true, _) => ExitCode::CannotScan,
        (false, false) => ExitCode::Incomplete,
        (false, true) => ExitCode::Ok,
    })
}

fn tell(diagnosis: &Diagnosis, width: usize) -> String {
    let mut page = Page::new(width);
    for (title, checks) in [("Ways in", &diagnosis.ways), ("Permissions", &diagnosis.permissions)] {
        page.gap();
        page.line(0, &[bold(title)]);
        for Check { what, standing, detail } in checks {
            let detail = if detail.is_empty() { String::new() } else { format!("  {detail}") };
            page.hanging(2, 11, &[word(*standing), bold(what.as_str()), plain(detail)]);
        }
    }
    let missing = diagnosis.permissions.iter().filter(|check| check.standing == Standing::Missing).count();
    page.gap();
    page.line(
        0,
        &[match (diagnosis.is_good(), missing) {
            (true, _) => plain("a scan would see everything that its rules need, as far as this can be told"),
            (false, 0) => plain("a scan would not see everything that its rules need"),
            (false, _) => plain(format!("permissions missing: {missing}; eksamine permissions prints what to grant")),
        }],
    );
    page.into_text()
}

fn word(standing: Standing) -> Span<'static> {
    let (colour, word) = match standing {
        Standing::Good => (AnsiColor::Green, "ok       "),
        Standing::Broken => (AnsiColor::Red, "broken   "),
        Standing::Missing => (AnsiColor::Red, "missing  "),
        Standing::Unclear => (AnsiColor::Yellow, "unclear  "),
    };
    styled(colour.on_default(), word)
}
