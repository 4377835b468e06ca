//! What is known about a kind as a whole, and about the parts of it that could not be read.

use serde::{Deserialize, Serialize};

/// How much of a kind the document holds. `denied`, `error` and `not-collected` are never "nothing there".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// Everything there is, possibly no items.
    Complete,
    /// Some items are missing: the gaps name them.
    Partial,
    /// The source does not exist: resource not served, feature not in this region.
    Absent,
    /// The caller lacks a permission, which is named beside it.
    Denied,
    /// Throttled away, unreachable, malformed.
    Error,
    /// Not asked for: tier, air gap, older document.
    NotCollected,
}

impl Availability {
    /// The word of the document.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Absent => "absent",
            Self::Denied => "denied",
            Self::Error => "error",
            Self::NotCollected => "not-collected",
        }
    }
}

impl std::fmt::Display for Availability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that should be in a kind and could not be read. A kind with gaps is `partial`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What is missing: an ARN, an id, a namespace.
    pub subject: String,
    /// Why: `denied`, `error`, `absent` or `not-collected`.
    pub status: Availability,
    /// The source's own words.
    pub reason: String,
    /// The IAM action or RBAC verb and resource that would help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}
