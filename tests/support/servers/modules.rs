//! Files that vendors publish with their Go modules: pinned, fetched through the module proxy, never compiled.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::command::describe;
use super::go::Go;

/// A line of a list of modules.
pub struct Module<'a> {
    pub path: &'a str,
    version: &'a str,
    sum: &'a str,
    pub folder: &'a str,
}

/// Every module of a list: path, version, Go's checksum of it, a folder in it.
pub fn modules(list: &str) -> Result<Vec<Module<'_>>> {
    let lines = list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
            [path, version, sum, folder] => Ok(Module { path, version, sum, folder }),
            _ => bail!("tests/servers: {line:?} is not a module, version, checksum and folder"),
        })
        .collect()
}

impl Module<'_> {
    /// The files of its folder with that ending. Go's checksum is compared with ours, whatever the user's settings say of
    /// Go's own database of checksums.
    pub fn download(&self, go: &Go, ending: &str, into: &Path) -> Result<()> {
        fs::create_dir_all(into)?;
        let mut command = go.command();
        command.args(["mod", "download", "-json"]).arg(format!("{}@{}", self.path, self.version));
        // Else a go.mod above would be the module in which it works.
        command.current_dir(std::env::temp_dir());
        command.env("GO111MODULE", "on").env("GOFLAGS", "-mod=mod").env("GOSUMDB", "off");
        let output = command.output().with_context(|| format!("cannot run `{}`", describe(&command)))?;
        let told: Value = serde_json::from_slice(&output.stdout).with_context(|| {
            format!("`{}` failed ({}): {}", describe(&command), output.status, String::from_utf8_lossy(&output.stderr))
        })?;
        if let Some(error) = told["Error"].as_str() {
            bail!("`{}`: {error}", describe(&command));
        }
        ensure!(
            told["Sum"] == self.sum,
            "{} {} has the checksum {}, not {}",
            self.path,
            self.version,
            told["Sum"],
            self.sum
        );
        let source = Path::new(told["Dir"].as_str().context("Go does not say where the module is")?).join(self.folder);
        for file in sorted(&source, ending)? {
            // Bytes only: Go's cache is read-only, and so would a copied file be.
            let name = file.file_name().context("a file has a name")?;
            fs::write(into.join(name), fs::read(&file)?)?;
        }
        Ok(())
    }
}

/// The files of a folder with that ending.
pub fn sorted(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|own| own == ending));
    files.sort();
    Ok(files)
}
