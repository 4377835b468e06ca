//! Why there is nothing to gather, or no way to it. What cannot be read during a gathering is no error: the document
//! says it, kind by kind.

use crate::ways_in::WayInError;
use eksamine_facts::catalogue::KindError;
use std::path::PathBuf;

/// Why no gathering begins.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// A rule declares what cannot or must not be gathered.
    #[error("rule {rule}: {source}")]
    Kind {
        /// The rule.
        rule: String,
        /// What is wrong with the kind.
        source: KindError,
    },
    /// What node agents left cannot be used.
    #[error("{}: {why}", .path.display())]
    Kubelets {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is no way in.
    #[error(transparent)]
    WayIn(#[from] WayInError),
}
