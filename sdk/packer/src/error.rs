//! What can stand between rule folders and a pack.

use eksamine_pack::PackError;
use std::path::PathBuf;

/// An error of the packer.
#[derive(Debug, thiserror::Error)]
pub enum PackerError {
    /// A file that cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `pack.toml` is malformed.
    #[error("{}: {reason}", path.display())]
    PackToml {
        /// Which.
        path: PathBuf,
        /// What and where.
        reason: String,
    },
    /// A rule in a folder of another name.
    #[error("{}: id = {id:?} is not the folder's name", path.display())]
    Folder {
        /// The `rule.toml`.
        path: PathBuf,
        /// What it says.
        id: String,
    },
    /// Metadata or pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A command that failed or could not be run.
    #[error("{command}\n{output}")]
    Command {
        /// As one could type it.
        command: String,
        /// What it printed, or why it did not start.
        output: String,
    },
    /// A module that is no rule.
    #[error("{rule}: {reason}")]
    Component {
        /// Which rule.
        rule: String,
        /// What is wrong with it.
        reason: String,
    },
}
