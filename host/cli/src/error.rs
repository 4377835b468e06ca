//! Errors at the edge: what sort, what happened, what to do about it.

use crate::exit::ExitCode;
use crate::output::say;
use anstyle::{AnsiColor, Style};
use eksamine_report::clean;

/// Decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usage,
    CannotScan,
    Bug,
}

/// An error with its hints.
#[derive(Debug)]
pub(crate) struct CliError {
    kind: Kind,
    message: String,
    hints: Vec<String>,
}

impl CliError {
    /// The command line or a configuration is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, message: message.into(), hints: Vec::new() }
    }

    /// The world is not as it must be for a scan.
    pub(crate) fn cannot_scan(message: impl Into<String>) -> Self {
        Self { kind: Kind::CannotScan, message: message.into(), hints: Vec::new() }
    }

    /// What we built is wrong.
    pub(crate) fn bug(message: impl std::fmt::Display) -> Self {
        Self { kind: Kind::Bug, message: format!("a bug of ours: {message}"), hints: Vec::new() }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what to do, where there is something.
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// Says where.
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self.kind {
            Kind::Usage => ExitCode::Usage,
            Kind::CannotScan => ExitCode::CannotScan,
            Kind::Bug => ExitCode::Bug,
        }
    }

    /// Prints it on stderr.
    pub(crate) fn print(&self) {
        let red = AnsiColor::Red.on_default().bold();
        let bold = Style::new().bold();
        say(format_args!("{red}error{red:#}: {}", clean(&self.message)));
        for hint in &self.hints {
            say(format_args!("  {bold}hint{bold:#}: {}", clean(hint)));
        }
    }
}

impl From<eksamine_engine::EngineError> for CliError {
    fn from(error: eksamine_engine::EngineError) -> Self {
        Self::bug(error)
    }
}
