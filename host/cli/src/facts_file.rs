//! The facts document as bytes: a mapped file, or what stands on stdin.

use crate::error::CliError;
use crate::output::is_dash;
use bytes::Bytes;
use eksamine_facts::{Document, Projection};
use eksamine_pack::Digest;
use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::path::Path;

/// The bytes of a document, and what to call them.
pub(crate) struct FactsFile {
    name: String,
    bytes: Bytes,
}

impl FactsFile {
    /// Opens `path`; `-` is stdin.
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        let stdin = is_dash(path);
        let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
        let bytes = if stdin { read(io::stdin().lock()) } else { File::open(path).and_then(of_file) };
        bytes.map(|bytes| Self { name: name.clone(), bytes }).map_err(|e| {
            let error = CliError::cannot_scan(format!("cannot read facts from {name}: {e}"));
            match e.kind() {
                io::ErrorKind::NotFound => error.hint("--facts takes a file, or - for stdin"),
                _ => error,
            }
        })
    }

    /// A document that was just gathered and written to `path`.
    pub(crate) fn gathered(path: &Path, document: String) -> Self {
        Self { name: path.display().to_string(), bytes: document.into() }
    }

    /// What the bytes are known by, computed beside whatever `work` does meanwhile.
    pub(crate) fn digest_beside<T>(&self, work: impl FnOnce() -> T) -> Result<(T, Digest), CliError> {
        let bytes = &*self.bytes;
        std::thread::scope(|scope| {
            let digest = std::thread::Builder::new().spawn_scoped(scope, || Digest::of(bytes));
            let done = work();
            // Without another thread this one does the work.
            let digest = digest.map_or_else(|_| Ok(Digest::of(bytes)), |thread| thread.join());
            Ok((done, digest.map_err(|_| CliError::bug("computing the digest failed"))?))
        })
    }

    /// Reads the document.
    pub(crate) fn read(&self, wanted: &Projection) -> Result<Document, CliError> {
        if self.bytes.trim_ascii().is_empty() {
            return Err(self.malformed("it is empty"));
        }
        Document::read(self.bytes.clone(), wanted).map_err(|e| self.malformed(&e.to_string()))
    }

    /// About what the document says, rather than how.
    pub(crate) fn malformed(&self, what: &str) -> CliError {
        CliError::cannot_scan(format!("{}: {what}", self.name))
            .hint("eksamine schema facts says what a facts document holds")
    }
}

/// Pipes and devices cannot be mapped.
fn of_file(file: File) -> io::Result<Bytes> {
    if file.metadata()?.is_file() { map(&file).map(Bytes::from_owner) } else { read(file) }
}

fn read(mut source: impl io::Read) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

#[expect(unsafe_code, reason = "documents of gigabytes are judged without being read into memory")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the file must not change while it is mapped. Whoever rewrites it in place during a scan ends the scan (a
    // signal) or gets garbage refused by the reader; they could rewrite it before the scan just as well. Our own
    // `gather` writes a new file and renames it.
    unsafe { Mmap::map(file) }
}
