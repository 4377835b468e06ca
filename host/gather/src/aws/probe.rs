//! Whether a call is allowed, found out as cheaply as AWS lets us.

use super::client::Aws;
use super::failure::{CallError, Class};
use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Call, Input, Protocol, Service, Value};
use std::borrow::Cow;

/// What came of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Probed {
    /// The call got past authorization.
    Allowed,
    /// It did not.
    Denied(String),
    /// AWS refused the probe for another reason, before or after authorization: nobody knows.
    Unclear(String),
}

/// Ids that are well spelt and belong to nobody: authorization comes before "not found", but after "malformed".
const NOBODYS: &[(&str, &str)] = &[
    ("InstanceIds", "i-00000000000000000"),
    ("PolicyArn", "arn:aws:iam::aws:policy/eksamine-probe"),
    ("LaunchTemplateId", "lt-00000000000000000"),
    ("Versions", "1"),
    ("imageDigest", "sha256:0000000000000000000000000000000000000000000000000000000000000000"),
];
const NOBODY: &str = "eksamine-probe";

impl Aws {
    /// EC2 answers a dry run; elsewhere one page is asked for, or something that does not exist.
    pub(crate) async fn probe(&self, service: &Service, call: &Call, cluster: &str, type_name: &str) -> Probed {
        let fill = |text: &str| text.replace("{cluster}", cluster).replace("{type}", type_name);
        let mut input = Tree::Object(call.input.iter().map(|member| entry(member, &fill)).collect());
        if let Some((member, limit)) = call.paging.as_ref().and_then(|paging| paging.limit) {
            input.set(member, Tree::Token(Cow::Owned(limit.to_string())));
        }
        if service.protocol == Protocol::Ec2 {
            input.set("DryRun", Tree::Token(Cow::Borrowed("true")));
        }
        match self.call(service, call, &input).await {
            Ok(_) => Probed::Allowed,
            Err(error) => judged(call, &error),
        }
    }
}

fn judged(call: &Call, error: &CallError) -> Probed {
    match error.class(call) {
        Class::Denied => Probed::Denied(error.to_string()),
        Class::NotFound | Class::Absent => Probed::Allowed,
        Class::Error if error.code() == Some("DryRunOperation") => Probed::Allowed,
        Class::Error if error.code().is_some_and(is_not_found) => Probed::Allowed,
        Class::Error => Probed::Unclear(error.to_string()),
    }
}

/// As EC2, ELB and EKS, and as IAM say it.
fn is_not_found(code: &str) -> bool {
    code.ends_with("NotFound") || code.ends_with("NotFoundException") || code == "NoSuchEntity"
}

fn entry(member: &Input, fill: &impl Fn(&str) -> String) -> (Cow<'static, str>, Tree<'static>) {
    (Cow::Borrowed(member.member), value(member.member, &member.value, fill))
}

fn value(member: &str, value_of: &Value, fill: &impl Fn(&str) -> String) -> Tree<'static> {
    let nobody = || {
        if member == "identityProviderConfig" {
            // Named by an object; any other shape is malformed.
            let text = |key, value: &'static str| (Cow::Borrowed(key), Tree::text(value));
            return Tree::Object(vec![text("type", "oidc"), text("name", NOBODY)]);
        }
        let known = NOBODYS.iter().find(|(name, _)| *name == member);
        Tree::text(known.map_or(NOBODY, |(_, id)| *id))
    };
    match value_of {
        Value::Text(text) => Tree::text(fill(text)),
        Value::True => Tree::Token(Cow::Borrowed("true")),
        Value::Of(_) | Value::Item(_) => nobody(),
        Value::Chunk | Value::ChunkOf(_) => Tree::Array(vec![nobody()]),
        Value::List(values) => Tree::Array(values.iter().map(|inner| value(member, inner, fill)).collect()),
        Value::Object(members) => Tree::Object(members.iter().map(|inner| entry(inner, fill)).collect()),
    }
}
