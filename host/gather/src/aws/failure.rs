//! What a call ended in, once the retries were over, and what that says about the thing asked for.

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use eksamine_facts::catalogue::Call;
use std::fmt;

/// An error that AWS itself answered.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    meta: ErrorMetadata,
}

impl ApiError {
    /// From what the answer said.
    #[must_use]
    pub fn new(status: u16, code: Option<String>, message: Option<String>) -> Self {
        let mut meta = ErrorMetadata::builder();
        if let Some(code) = code {
            meta = meta.code(code);
        }
        if let Some(message) = message {
            meta = meta.message(message);
        }
        Self { status, meta: meta.build() }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code(), self.message()) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}"),
            (Some(code), None) => f.write_str(code),
            (None, _) => write!(f, "HTTP status {}", self.status),
        }
    }
}

impl std::error::Error for ApiError {}

impl ProvideErrorMetadata for ApiError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// Why a call gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// AWS answered with an error.
    #[error("{0}")]
    Api(ApiError),
    /// No answer within the time we give.
    #[error("no answer in time: {0}")]
    Timeout(String),
    /// No connection, or it broke.
    #[error("cannot reach {url}: {why}")]
    Unreachable {
        /// Where.
        url: String,
        /// The connection's own words.
        why: String,
    },
    /// An answer that is not what the protocol says.
    #[error("an answer that cannot be read: {0}")]
    Malformed(String),
    /// The row asks for something that its prerequisite's item does not have.
    #[error("{0}")]
    Input(String),
    /// The credentials are no longer good: nothing further is sent.
    #[error("the AWS credentials are no longer good: {0}")]
    Credentials(String),
}

/// What a failed call means for the thing asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A permission is missing.
    Denied,
    /// The thing asked for by name is not there.
    NotFound,
    /// The feature does not exist here.
    Absent,
    /// Anything else.
    Error,
}

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
    "UnauthorizedOperation",
    "UnauthorizedException",
];

/// They were good when the run began; every further call would fail the same way.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// What an endpoint says to credentials it does not know: unknown keys, or a region that the account has not enabled.
const UNKNOWN_KEY: &[&str] = &["AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"];

impl CallError {
    pub(super) fn class(&self, call: &Call) -> Class {
        match self.code() {
            Some(code) if DENIED.contains(&code) => Class::Denied,
            Some(code) if call.not_found.contains(&code) => Class::NotFound,
            Some(code) if call.absent.contains(&code) => Class::Absent,
            _ => Class::Error,
        }
    }

    /// The error code that AWS answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.code(),
            _ => None,
        }
    }

    /// Whether every further call would fail the same way.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code().is_some_and(|code| EXPIRED.contains(&code))
    }

    /// Whether the endpoint does not know the access key.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        self.code().is_some_and(|code| UNKNOWN_KEY.contains(&code))
    }
}
