//! Why a rule could not be loaded, and why one was stopped.

use crate::limits::Limit;

/// A rule that cannot be loaded. Nothing of it has run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime itself.
    #[error("the sandbox: {0}")]
    Sandbox(String),
    /// The bytes are no component, or one with features that are switched off.
    #[error("{rule}: not a component that this program runs: {reason}")]
    Invalid {
        /// Which rule.
        rule: String,
        /// The validator's words.
        reason: String,
    },
    /// It wants something that no rule gets.
    #[error(
        "{rule}: imports {import}; a rule may import eksamine:rule/{{types,context,facts,log}}@0.1 and nothing else"
    )]
    Import {
        /// Which rule.
        rule: String,
        /// The import's name.
        import: String,
    },
    /// It is too big to compile.
    #[error("{rule}: {what} is {found}, the limit is {limit}")]
    TooBig {
        /// Which rule.
        rule: String,
        /// What is too big.
        what: &'static str,
        /// How big.
        found: u64,
        /// What is allowed.
        limit: u64,
    },
    /// Metadata that is missing or drifts from the manifest.
    #[error(transparent)]
    Pack(#[from] eksamine_pack::PackError),
}

/// Why a running rule was stopped, or its answer refused. Each becomes the `cause` of an `error` result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// A limit; the message names it and its value.
    #[error(transparent)]
    Limit(#[from] Limit),
    /// It named a kind that its metadata does not declare.
    #[error("it asked for {0}, which its rule.toml does not declare")]
    Undeclared(String),
    /// It trapped: a panic, a division by zero, memory out of bounds.
    #[error("{0}")]
    Trap(String),
    /// It said itself that it could not do its work.
    #[error("{0}")]
    GaveUp(String),
    /// Its answer contradicts itself or is malformed.
    #[error("{0}")]
    BadAnswer(String),
    /// Its evidence points at something it cannot have seen.
    #[error("its evidence points at {0}, which its rule.toml does not declare")]
    OutsideView(String),
    /// It concluded without having looked at any fact.
    #[error("it concluded without looking at any fact")]
    DidNotLook,
    /// The facts file was written to while it was judged.
    #[error("the facts file has changed while it was judged: {0}")]
    FactsChanged(String),
    /// The host broke; a bug of ours.
    #[error("the host broke while it ran this rule: {0}")]
    Host(String),
}

impl Stop {
    /// The word in `cause.kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Limit(limit) => limit.kind(),
            Self::Undeclared(_) => "undeclared-fact",
            Self::Trap(_) => "trap",
            Self::GaveUp(_) => "gave-up",
            Self::BadAnswer(_) => "bad-answer",
            Self::OutsideView(_) => "evidence-outside-view",
            Self::DidNotLook => "did-not-look",
            Self::FactsChanged(_) => "facts-changed",
            Self::Host(_) => "host",
        }
    }
}
