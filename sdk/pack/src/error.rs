//! What can be wrong with a rule's metadata or a pack.

use crate::Digest;

/// An error about a pack, or about `rule.toml`.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// `rule.toml` is not TOML, or lacks or misspells a key.
    #[error("{place}: {reason}")]
    Metadata {
        /// File or rule.
        place: String,
        /// What is wrong and where.
        reason: String,
    },
    /// A digest that is not `sha256:` and 64 lower-case hexadecimal digits.
    #[error("{0:?} is no digest (sha256: and 64 lower-case hexadecimal digits)")]
    Digest(String),
    /// Bytes that are not what their name says.
    #[error("{what} has digest {found}, expected {expected}")]
    Mismatch {
        /// Which part of the pack.
        what: String,
        /// Of the bytes at hand.
        found: Digest,
        /// Of the reference to them.
        expected: Digest,
    },
    /// The pack manifest or OCI manifest is malformed.
    #[error("pack manifest: {0}")]
    Manifest(String),
}
