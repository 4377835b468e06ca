//! Commands that prepare a server.

use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};

const LAST_LINES: usize = 20;

/// Standard output of a command that succeeded; else an error with the command and its last lines.
pub fn run(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let Output { status, stdout, stderr } = command.output().with_context(|| format!("cannot run `{line}`"))?;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    if !status.success() {
        bail!("`{line}` failed ({status}):\n{}", last_lines(&format!("{stdout}{}", String::from_utf8_lossy(&stderr))));
    }
    Ok(stdout)
}

/// The end of a log, which is where the reason stands.
pub fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// As a person would type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    match command.get_current_dir() {
        Some(dir) => format!("cd {} && {line}", dir.display()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use anyhow::ensure;

    #[test]
    fn a_failure_names_the_command_and_its_last_lines() -> Result<()> {
        let failed = run(Command::new("sh").args(["-c", "for i in $(seq 30); do echo $i; done; echo why >&2; exit 3"]));
        let error = failed.err().map(|error| error.to_string()).unwrap_or_default();
        ensure!(error.starts_with("`sh -c for i in") && error.contains("exit status: 3"), "{error}");
        ensure!(error.ends_with("\n30\nwhy") && error.contains("\n12\n") && !error.contains("\n11\n"), "{error}");
        Ok(())
    }

    #[test]
    fn a_missing_program_is_named() -> Result<()> {
        let failed = run(&mut Command::new("no-such-program-of-eksamine"));
        ensure!(failed.is_err_and(|error| error.to_string() == "cannot run `no-such-program-of-eksamine`"));
        Ok(())
    }
}
