//! What calls found, and the gaps that failed ones leave.

use super::failure::{CallError, Class};
use super::input::Target;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use eksamine_facts::catalogue::Call;
use eksamine_facts::{Availability, Gap, Tree};

/// What a chain of calls found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) results: Vec<Tree<'static>>,
    pub(super) gaps: Vec<Gap>,
    /// Whether a call was made at all.
    pub(super) asked: bool,
}

impl Found {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.results.extend(other.results);
        self.gaps.extend(other.gaps);
        self.asked |= other.asked;
        self
    }
}

/// The gap that a failed call leaves; `None` when it says that the thing is not there.
pub(super) fn gap(call: &Call, target: &Target, page: usize, error: &CallError) -> Option<Gap> {
    let status = match error.class(call) {
        Class::NotFound => return None,
        Class::Denied => Availability::Denied,
        Class::Absent => Availability::Absent,
        Class::Error => Availability::Error,
    };
    let mut subject = target.subject().unwrap_or_else(|| call.operation.to_owned());
    if page > 1 {
        subject = format!("{subject}, page {page} of {}", call.operation);
    }
    let permission = (status == Availability::Denied).then(|| permission(call, error));
    Some(Gap { subject, status, reason: error.to_string(), permission })
}

/// The action that AWS names, which for Cloud Control is the one of a handler; else the call's own.
fn permission(call: &Call, error: &CallError) -> String {
    let named = match error {
        CallError::Api(answer) => answer.message().and_then(named_action),
        _ => None,
    };
    named.map_or_else(|| call.actions.join(", "), str::to_owned)
}

/// "… is not authorized to perform: eks:ListNodegroups on resource: …"
fn named_action(message: &str) -> Option<&str> {
    let action = message.split_once("not authorized to perform: ")?.1.split_whitespace().next()?;
    let (service, operation) = action.split_once(':')?;
    let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (word(service) && word(operation)).then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_is_the_one_aws_names() {
        let message =
            "User: arn:aws:iam::1:user/x is not authorized to perform: efs:DescribeFileSystems on resource: *";
        assert_eq!(named_action(message), Some("efs:DescribeFileSystems"));
        assert_eq!(named_action("is not authorized to perform: this operation"), None);
    }
}
