//! Things that cost minutes to make (a compiled server, an installed tool, a seeded database) are
//! made once, into `target/servers/NAME-HASH/`, where the hash covers everything they are made of.
//! What changed is made again; parallel test processes wait for the one that makes it.

use std::env;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// A folder to be made once. Name it, add what it is made of, then ask for it with
/// [`Artefact::once`].
pub struct Artefact {
    name: String,
    takes: &'static str,
    hash: Sha256,
}

impl Artefact {
    /// `takes` tells a person who waits how long: "about 4 minutes".
    pub fn new(name: impl Into<String>, takes: &'static str) -> Self {
        Self { name: name.into(), takes, hash: Sha256::new() }
    }

    /// Made of these bytes too: a version, a list of flags, a requirements file.
    #[must_use]
    pub fn of(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        // The length keeps "ab" + "c" apart from "a" + "bc".
        self.hash.update((bytes.len() as u64).to_le_bytes());
        self.hash.update(bytes);
        self
    }

    /// Made of the files in this folder too (names and bytes; sub-folders are not entered).
    pub fn of_folder(mut self, folder: &Path) -> Result<Self> {
        let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        files.retain(|path| path.is_file());
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().as_encoded_bytes();
            let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            self = self.of(name).of(bytes);
        }
        Ok(self)
    }

    /// The folder, made by `make` unless it is there already. `make` fills the empty folder that it
    /// is given, which is renamed afterwards: nothing in it may remember its own path (of a Python
    /// venv use `bin/python -m …`, since the scripts beside it do).
    pub fn once(self, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let root = root()?;
        let digest = self.hash.finalize();
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let called = format!("{}-{hash}", self.name);
        let made = root.join(&called);
        if made.exists() {
            return Ok(made);
        }
        fs::create_dir_all(&root).with_context(|| format!("creating {}", root.display()))?;
        let _lock = lock(&root.join(format!("{}.lock", self.name)), &called)?;
        if made.exists() {
            return Ok(made);
        }
        tell(&format!("making {called} for the tests, once: {}", self.takes));
        let making = root.join(format!("{called}.making"));
        remove(&making)?; // what a killed process left
        fs::create_dir(&making).with_context(|| format!("creating {}", making.display()))?;
        make(&making).with_context(|| format!("making {called} in {}", making.display()))?;
        fs::rename(&making, &made).with_context(|| format!("renaming {}", making.display()))?;
        Ok(made)
    }
}

/// Cargo's target folder, whatever it is called: the running test stands in it.
fn root() -> Result<PathBuf> {
    let exe = env::current_exe().context("finding the running test")?;
    let target = exe.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let target = target.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), Path::to_path_buf);
    Ok(target.join("servers"))
}

fn lock(path: &Path, called: &str) -> Result<File> {
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => tell(&format!("waiting for {called}, which another process makes")),
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("locking {}", path.display()));
        }
    }
    file.lock().with_context(|| format!("locking {}", path.display()))?;
    Ok(file)
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Straight to standard error: the test runner swallows what `eprintln!` says, and minutes of
/// silence look like a hang.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicUsize, Ordering};

    use anyhow::{bail, ensure};

    /// Of this run only: an earlier one that was killed may have left what it made.
    fn stamp() -> String {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
        format!("{} {now:?}", std::process::id())
    }

    #[test]
    fn made_once_by_all_who_ask() -> Result<()> {
        let stamp = stamp();
        let makers = AtomicUsize::new(0);
        let ask = || {
            Artefact::new("test-once", "no time").of(&stamp).once(|folder| {
                makers.fetch_add(1, Ordering::Relaxed);
                Ok(fs::write(folder.join("it"), "made")?)
            })
        };
        let paths: Vec<Result<PathBuf>> = std::thread::scope(|scope| {
            let askers: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            askers.into_iter().filter_map(|asker| asker.join().ok()).collect()
        });
        ensure!(paths.len() == 4 && makers.load(Ordering::Relaxed) == 1);
        let paths = paths.into_iter().collect::<Result<Vec<_>>>()?;
        ensure!(fs::read_to_string(paths[0].join("it"))? == "made");
        Ok(fs::remove_dir_all(&paths[0])?)
    }

    #[test]
    fn a_failure_leaves_nothing_that_looks_made() -> Result<()> {
        let stamp = stamp();
        let ask = || Artefact::new("test-failure", "no time").of(&stamp);
        let failed = ask().once(|folder| {
            fs::write(folder.join("half"), "")?;
            bail!("no compiler")
        });
        ensure!(failed.is_err_and(|error| error.root_cause().to_string() == "no compiler"));
        let made = ask().once(|folder| {
            ensure!(fs::read_dir(folder)?.next().is_none(), "the rest of the failure is still there");
            Ok(())
        })?;
        Ok(fs::remove_dir_all(made)?)
    }

    #[test]
    fn boundaries_between_parts_count() -> Result<()> {
        let one = Artefact::new("a", "").of("ab").of("c").hash.finalize();
        let other = Artefact::new("a", "").of("a").of("bc").hash.finalize();
        ensure!(one != other);
        Ok(())
    }
}
