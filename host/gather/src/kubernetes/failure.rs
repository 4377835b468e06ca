//! What a request ended in, once the retries were over, and what that says about the kind asked for.

use eksamine_facts::{Availability, Gap, Gathered};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// Why a request gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The API server answered with this code; its `reason` depends on who rendered the error, so nothing looks at it.
    Status {
        /// HTTP status.
        code: u16,
        /// The server's own words.
        message: String,
    },
    /// It does not know who we are (401): nothing further is sent.
    Unauthenticated {
        /// How to mend that.
        hint: String,
    },
    /// We could not show who we are: an exec plugin failed, a token could not be signed.
    Credentials(String),
    /// No connection, or it broke.
    Unreachable {
        /// Where.
        server: String,
        /// The connection's own words.
        why: String,
    },
    /// No answer within the time we give.
    Timeout {
        /// Where.
        server: String,
        /// How long.
        within: Duration,
    },
    /// Nobody was asked.
    Unasked(String),
    /// An answer that is not what the API promises.
    Malformed(String),
}

/// The body of an error, if the API server wrote it; proxies and routers write plain text.
#[derive(Deserialize)]
struct Status {
    message: String,
}

impl Failure {
    pub(super) fn status(code: u16, body: &[u8]) -> Self {
        let said = serde_json::from_slice::<Status>(body).map(|status| status.message);
        let text =
            || String::from_utf8_lossy(body).lines().next().unwrap_or_default().trim().chars().take(200).collect();
        Self::Status { code, message: said.unwrap_or_else(|_| text()) }
    }

    /// The HTTP status, if it was one.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Status { code, .. } => Some(*code),
            Self::Unauthenticated { .. } => Some(401),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 429 | 502 | 503 | 504),
            Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Unauthenticated { .. } | Self::Credentials(_) | Self::Unasked(_) | Self::Malformed(_) => false,
        }
    }

    /// Whether it was the way to the server, not the server, that failed.
    pub(super) fn is_transport(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. })
    }

    fn availability(&self) -> Availability {
        match self.code() {
            Some(401 | 403) => Availability::Denied,
            _ => Availability::Error,
        }
    }

    /// What the document says of a kind of which nothing was read.
    pub(super) fn kind(&self, permission: String) -> Gathered {
        let status = self.availability();
        Gathered::missing(status, self.to_string(), (status == Availability::Denied).then_some(permission))
    }

    /// What it says of a part of a kind.
    pub(super) fn gap(&self, subject: String, permission: String) -> Gap {
        let status = self.availability();
        let permission = (status == Availability::Denied).then_some(permission);
        Gap { subject, status, reason: self.to_string(), permission }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { code, message } if message.is_empty() => write!(f, "HTTP status {code}"),
            Self::Status { code, message } => write!(f, "{code}: {message}"),
            Self::Unauthenticated { hint } => write!(f, "the API server does not know who we are (401): {hint}"),
            Self::Credentials(why) => write!(f, "no credentials for the API server: {why}"),
            Self::Unasked(why) => f.write_str(why),
            Self::Unreachable { server, why } => write!(f, "cannot reach {server}: {why}"),
            Self::Timeout { server, within } => write!(f, "no answer from {server} within {within:?}"),
            Self::Malformed(why) => write!(f, "an answer that cannot be read: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_and_the_servers_words_are_kept() {
        let body = br#"{"kind":"Status","message":"pods is forbidden","reason":"anything","code":403}"#;
        let kind = Failure::status(403, body).kind("list pods".into());
        assert_eq!((kind.status, kind.permission.as_deref()), (Availability::Denied, Some("list pods")));
        assert_eq!(kind.reason.as_deref(), Some("403: pods is forbidden"));
        let plain = Failure::status(404, b"404 page not found\n");
        assert_eq!(plain.to_string(), "404: 404 page not found");
        assert_eq!(plain.kind("list pods".into()).permission, None);
    }
}
