//! Where text goes, and whether it is coloured.

use crate::error::CliError;
use anstream::{AutoStream, ColorChoice};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Columns of text that goes to no terminal.
const ELSEWHERE: usize = 100;

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also in files and pipes.
    Always,
    /// Not at all.
    Never,
}

/// Where a command's result goes.
pub(crate) struct Output {
    file: Option<PathBuf>,
    color: Color,
}

impl Output {
    /// The result on stdout.
    pub(crate) const fn stdout(color: Color) -> Self {
        Self { file: None, color }
    }

    /// The result in a file, unless its name says stdout.
    pub(crate) fn to(file: Option<PathBuf>, color: Color) -> Self {
        Self { file: file.filter(|file| !is_dash(file)), color }
    }

    /// How many columns text may have.
    pub(crate) fn width(&self) -> usize {
        let terminal = self.file.is_none().then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
        terminal.map_or(ELSEWHERE, |(width, _)| usize::from(width.0).clamp(40, 120))
    }

    /// Writes a text with ANSI styles, which stay only where they are wanted.
    pub(crate) fn write(&self, text: &str) -> Result<(), CliError> {
        let written = match &self.file {
            Some(path) => File::create(path).and_then(|file| all(AutoStream::new(file, self.choice(false)), text)),
            None => all(AutoStream::new(io::stdout().lock(), self.choice(true)), text),
        };
        match written {
            // The reader has seen enough (`| head`).
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(e) => Err(CliError::cannot_scan(format!("cannot write to {}: {e}", place(self.file.as_deref())))),
            Ok(()) => Ok(()),
        }
    }

    const fn choice(&self, may_be_terminal: bool) -> ColorChoice {
        match self.color {
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Auto if may_be_terminal => ColorChoice::Auto,
            Color::Auto | Color::Never => ColorChoice::Never,
        }
    }
}

/// Whether a path is the name of stdin or stdout.
pub(crate) fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a line on stderr. Where nobody can be told, the exit code still tells.
pub(crate) fn say(line: impl std::fmt::Display) {
    drop(writeln!(anstream::stderr().lock(), "{line}"));
}

fn all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

fn place(file: Option<&Path>) -> String {
    file.map_or_else(|| "stdout".to_owned(), |path| path.display().to_string())
}
