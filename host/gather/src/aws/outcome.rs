//! From what calls found, and where they failed, to what the document says of a kind.

use super::failure::{CallError, Class};
use super::input::Target;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use eksamine_facts::catalogue::Call;
use eksamine_facts::{Availability, Gap, Gathered, Item, Tree};

/// What a chain of calls found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) results: Vec<Tree<'static>>,
    pub(super) gaps: Vec<Gap>,
}

impl Found {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.results.extend(other.results);
        self.gaps.extend(other.gaps);
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

/// A kind as the document holds it. `whole`: some way to its items was read to its end.
pub(super) fn gathered(items: Vec<Item>, gaps: Vec<Gap>, whole: bool) -> Gathered {
    if gaps.is_empty() {
        return Gathered::complete(items);
    }
    if whole || !items.is_empty() {
        let reason = Some(format!("{} of its parts could not be read", gaps.len()));
        return Gathered { status: Availability::Partial, reason, permission: permissions(&gaps), items, gaps };
    }
    // Nothing was read: the kind is what its gaps are, if they agree.
    let first = gaps[0].status;
    let status = if gaps.iter().all(|gap| gap.status == first) { first } else { Availability::Error };
    let reason = gaps[0].reason.clone();
    let mut kind = Gathered::missing(status, reason, permissions(&gaps));
    // One gap says nothing that the kind itself does not say.
    kind.gaps = if gaps.len() > 1 { gaps } else { Vec::new() };
    kind
}

/// What to grant for all of the gaps.
fn permissions(gaps: &[Gap]) -> Option<String> {
    let mut all: Vec<&str> = gaps.iter().filter_map(|gap| gap.permission.as_deref()).collect();
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_gap(status: Availability, permission: &str) -> Gap {
        let permission = (!permission.is_empty()).then(|| permission.to_owned());
        Gap { subject: "s".into(), status, reason: "r".into(), permission }
    }

    #[test]
    fn the_action_is_the_one_aws_names() {
        let message = "User: arn:aws:iam::1:user/x is not authorized to perform: efs:DescribeFileSystems on resource: *";
        assert_eq!(named_action(message), Some("efs:DescribeFileSystems"));
        assert_eq!(named_action("is not authorized to perform: this operation"), None);
    }

    #[test]
    fn nothing_read_is_what_its_gaps_say() {
        let denied = || a_gap(Availability::Denied, "a:B");
        let kind = gathered(vec![], vec![denied(), denied()], false);
        assert_eq!((kind.status, kind.permission.as_deref(), kind.gaps.len()), (Availability::Denied, Some("a:B"), 2));
        let kind = gathered(vec![], vec![denied(), a_gap(Availability::Error, "")], false);
        assert_eq!(kind.status, Availability::Error);
        assert_eq!(gathered(vec![], vec![denied()], true).status, Availability::Partial);
        assert_eq!(gathered(vec![], vec![], false).status, Availability::Complete);
    }
}
