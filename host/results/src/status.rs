//! How a rule ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Statuses in the order in which reports show them: what needs work first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Judged, and not as demanded.
    Fail,
    /// Could not be judged: a missing permission, or a rule that broke.
    Error,
    /// A human must answer a question.
    Manual,
    /// Failed, and the risk is accepted.
    Waived,
    /// Judged, and as demanded.
    Pass,
    /// Nothing here that the rule speaks about.
    NotApplicable,
}

impl Status {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::Fail, Self::Error, Self::Manual, Self::Waived, Self::Pass, Self::NotApplicable];

    /// As written in results and on the terminal.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Manual => "manual",
            Self::Waived => "waived",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
