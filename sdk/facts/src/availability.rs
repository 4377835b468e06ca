//! What is known about a kind as a whole, and about the parts of it that could not be read.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// How much of a kind the document holds. `denied`, `error` and `not-collected` are never "nothing there".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Only as a word: serde's own way takes `{"denied":null}` as well.
impl<'de> Deserialize<'de> for Availability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::ALL.into_iter().find(|status| status.word() == word).ok_or_else(|| {
            D::Error::custom(format!(
                "unknown status {word:?}, expected one of {}",
                Self::ALL.map(Self::word).join(", ")
            ))
        })
    }
}

impl Availability {
    const ALL: [Self; 6] = [Self::Complete, Self::Partial, Self::Absent, Self::Denied, Self::Error, Self::NotCollected];

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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What is missing: an ARN, an id, a namespace.
    pub subject: String,
    /// Why: `denied`, `error`, `absent` or `not-collected`.
    #[cfg_attr(feature = "schema", schemars(extend("not" = {"enum": ["complete", "partial"]})))]
    pub status: Availability,
    /// The source's own words.
    pub reason: String,
    /// The IAM action or RBAC verb and resource that would help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}
