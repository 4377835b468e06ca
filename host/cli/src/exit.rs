//! Exit codes: one table, the same for every command and every format.

use crate::error::CliError;
use crate::output::say;
use eksamine_results::{RuleResult, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done, and no rule failed. Rules that ask a human do not change this.
    Ok = 0,
    /// At least one rule failed.
    Fail = 1,
    /// The command line or a configuration is wrong; nothing was done.
    Usage = 2,
    /// No rule failed, but at least one could not be judged.
    Incomplete = 3,
    /// Could not scan: the facts cannot be read, or the report cannot be written.
    CannotScan = 4,
    /// A bug of ours.
    Bug = 70,
}

/// The table as `--help` prints it.
pub(crate) const TABLE: &str = "\
Exit codes:
  0   done, and no rule failed
  1   at least one rule failed
  2   the command line or a configuration is wrong
  3   no rule failed, but at least one could not be judged
  4   could not scan: facts that cannot be read, a report that cannot be written
  70  a bug of ours";

impl ExitCode {
    /// Of a scan.
    pub(crate) fn of(results: &[RuleResult]) -> Self {
        let any = |status| results.iter().any(|r| r.status == status);
        match (any(Status::Fail), any(Status::Error)) {
            (true, _) => Self::Fail,
            (false, true) => Self::Incomplete,
            (false, false) => Self::Ok,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// Runs the program; errors are printed, and a panic is a bug with its own exit code.
pub(crate) fn guard(program: impl FnOnce() -> Result<ExitCode, CliError>) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        say(format_args!("eksamine: this is a bug in eksamine, not in your cluster: {panic}"));
        say("  please report it with the command line and, where you can, the facts document");
    }));
    match catch_unwind(AssertUnwindSafe(program)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            error.print();
            error.exit_code()
        }
        Err(_) => ExitCode::Bug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_code() {
        use ExitCode::{Bug, CannotScan, Fail, Incomplete, Ok, Usage};
        let codes = [Ok, Fail, Usage, Incomplete, CannotScan, Bug];
        let named: Vec<u8> = TABLE.lines().skip(1).filter_map(|l| l.split_whitespace().next()?.parse().ok()).collect();
        assert_eq!(named, codes.map(|c| c as u8));
    }
}
