//! What a call is made for, and the input that follows from it.

use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Call, Input, Take, Value};
use eksamine_facts::derive::images::{Reference, Registry};
use eksamine_facts::derive::roles;
use std::borrow::Cow;

/// The names that a row's texts are filled in with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) cluster: &'a str,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) type_name: &'a str,
}

/// What one call is made for.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    /// A value of another kind, or a result of the call before.
    pub(super) of: Option<Tree<'static>>,
    /// Several of them.
    pub(super) chunk: Vec<Tree<'static>>,
    /// Where it is asked; `None`: in the cluster's region.
    pub(super) region: Option<String>,
}

impl Target {
    /// What a gap calls it; `None` for a call that is made once.
    pub(super) fn subject(&self) -> Option<String> {
        match (&self.of, self.chunk.as_slice()) {
            (Some(of), _) => Some(name_of(of)),
            (None, []) => None,
            (None, [one]) => Some(name_of(one)),
            (None, [first, .., last]) => {
                Some(format!("{} … {} ({} of them)", name_of(first), name_of(last), self.chunk.len()))
            }
        }
    }
}

/// A short name: the text itself, or what is unique in an object.
fn name_of(tree: &Tree<'_>) -> String {
    let unique = [
        "Arn",
        "arn",
        "PolicyArn",
        "LoadBalancerArn",
        "repositoryArn",
        "imageDigest",
        "Identifier",
        "repositoryName",
        "id",
        "name",
    ];
    let named = unique.iter().find_map(|key| tree.get(key)?.as_text());
    tree.as_text().or(named).map_or_else(|| tree.canonical(), str::to_owned)
}

/// The input of a call, an object with the members of the API model.
pub(super) fn build(
    call: &Call,
    names: Names<'_>,
    target: &Target,
    item: Option<&Tree<'_>>,
) -> Result<Tree<'static>, String> {
    object(call.input, &Context { names, target, item })
}

struct Context<'a> {
    names: Names<'a>,
    target: &'a Target,
    item: Option<&'a Tree<'a>>,
}

fn object(members: &[Input], context: &Context<'_>) -> Result<Tree<'static>, String> {
    let entries = members.iter().map(|member| {
        let value = value(&member.value, context).map_err(|why| format!("{}: {why}", member.member))?;
        Ok((Cow::Borrowed(""), member.member, value))
    });
    let entries: Result<Vec<_>, String> = entries.collect();
    Ok(Tree::Object(entries?.into_iter().map(|(_, name, value)| (Cow::Owned(name.to_owned()), value)).collect()))
}

fn value(value_of: &Value, context: &Context<'_>) -> Result<Tree<'static>, String> {
    match value_of {
        Value::Text(text) => Ok(Tree::text(filled(text, context.names))),
        Value::True => Ok(Tree::Token(Cow::Borrowed("true"))),
        Value::Of(pointer) => part(context.target.of.as_ref(), pointer),
        Value::Item(pointer) => part(context.item, pointer),
        Value::Chunk if context.target.chunk.is_empty() => Err("an empty list would mean everything".to_owned()),
        Value::Chunk => Ok(Tree::Array(context.target.chunk.clone())),
        Value::ChunkOf(_) if context.target.chunk.is_empty() => Err("an empty list would mean everything".to_owned()),
        Value::ChunkOf(pointer) => {
            let parts = context.target.chunk.iter().map(|one| part(Some(one), pointer));
            parts.collect::<Result<_, _>>().map(Tree::Array)
        }
        Value::List(values) => values.iter().map(|v| value(v, context)).collect::<Result<_, _>>().map(Tree::Array),
        Value::Object(members) => object(members, context),
    }
}

fn part(tree: Option<&Tree<'_>>, pointer: &str) -> Result<Tree<'static>, String> {
    let found = tree.and_then(|tree| tree.at(pointer)).filter(|found| !is_null(found));
    found.map(own).ok_or_else(|| format!("there is no {pointer:?} in what it is asked for"))
}

fn filled(text: &str, names: Names<'_>) -> String {
    text.replace("{cluster}", names.cluster)
        .replace("{account}", names.account)
        .replace("{region}", names.region)
        .replace("{type}", names.type_name)
}

/// A copy that borrows nothing.
pub(super) fn own(tree: &Tree<'_>) -> Tree<'static> {
    match tree {
        Tree::Token(token) => Tree::Token(Cow::Owned(token.to_string())),
        Tree::Text(text) => Tree::Text(Cow::Owned(text.to_string())),
        Tree::Array(elements) => Tree::Array(elements.iter().map(own).collect()),
        Tree::Object(entries) => {
            Tree::Object(entries.iter().map(|(key, value)| (Cow::Owned(key.to_string()), own(value))).collect())
        }
    }
}

/// What of a value is used; nothing of values that say nothing to this call.
pub(super) fn taken(take: Take, found: &Tree<'_>, names: Names<'_>) -> Vec<Tree<'static>> {
    let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let field = |key| found.get(key).and_then(Tree::as_text).unwrap_or_default();
    let texts: Vec<String> = match (take, found.as_text()) {
        (Take::Whole, _) => return (!is_null(found)).then(|| own(found)).into_iter().collect(),
        (Take::NodeRole, _) => roles::of_entry(field("type"), field("principalArn")).into_iter().map(last).collect(),
        (Take::HttpListener, _) => {
            (field("Protocol") == "HTTP").then(|| field("ListenerArn").to_owned()).into_iter().collect()
        }
        (_, None) => Vec::new(),
        (Take::InstanceId, Some(text)) => Some(last(text)).filter(|id| id.starts_with("i-")).into_iter().collect(),
        (Take::ArnName, Some(text)) => vec![last(text)],
        // A map that the authenticator cannot read lets in nobody.
        (Take::MappedNodeRoles, Some(text)) => {
            roles::of_aws_auth(text).into_iter().flatten().map(|arn| last(&arn)).collect()
        }
        (Take::OtherRegion, Some(text)) => {
            let region = own_image(text, names).map(|(_, region)| region);
            region.filter(|region| region != names.region).into_iter().collect()
        }
        (Take::OwnImage, Some(text)) => return running(text, names).into_iter().collect(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).map(Tree::text).collect()
}

/// A running image of the account's registries, as what it is asked for by.
fn running(image: &str, names: Names<'_>) -> Option<Tree<'static>> {
    let (image, region) = own_image(image, names)?;
    let fields = [("region", region), ("repositoryName", image.repository), ("imageDigest", image.digest?)];
    Some(Tree::Object(fields.into_iter().map(|(key, text)| (Cow::Borrowed(key), Tree::text(text))).collect()))
}

/// An image of a private registry of the account, and the registry's region.
fn own_image(image: &str, names: Names<'_>) -> Option<(Reference, String)> {
    let image = Reference::parse_running(image).ok()??;
    match image.registry() {
        Registry::Ecr { account, region } if account == names.account => Some((image, region)),
        _ => None,
    }
}

fn is_null(tree: &Tree<'_>) -> bool {
    matches!(tree, Tree::Token(token) if token == "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> = Names { cluster: "prod", account: "111122223333", region: "eu-west-1", type_name: "" };

    fn of(take: Take, json: &str) -> Vec<String> {
        let found = taken(take, &Tree::parse(json).expect("JSON"), NAMES);
        found.iter().map(Tree::canonical).collect()
    }

    #[test]
    fn images_of_the_accounts_own_registries_are_taken_apart() {
        let elsewhere = r#""111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/web@sha256:0a""#;
        assert_eq!(of(Take::OtherRegion, elsewhere), [r#""us-east-1""#]);
        let image = r#"{"imageDigest":"sha256:0a","region":"us-east-1","repositoryName":"shop/web"}"#;
        assert_eq!(of(Take::OwnImage, elsewhere), [image]);
        let here = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1";
        for other in [here, "nginx", "444455556666.dkr.ecr.us-east-1.amazonaws.com/web@sha256:0a", "sha256:0a", ""] {
            let other = format!("\"{other}\"");
            assert_eq!((of(Take::OtherRegion, &other), of(Take::OwnImage, &other)), (vec![], vec![]), "{other}");
        }
    }

    #[test]
    fn only_machines_of_ec2_have_instance_ids() {
        assert_eq!(of(Take::InstanceId, r#""aws:///eu-west-1a/i-0abc""#), [r#""i-0abc""#]);
        assert_eq!(of(Take::InstanceId, r#""aws:///eu-west-1a/1a2b/fargate-ip-10-0-0-1""#), [""; 0]);
        assert_eq!(of(Take::InstanceId, r#""eks-hybrid:///eu-west-1/prod/mi-0abc""#), [""; 0]);
    }

    #[test]
    fn roles_are_asked_for_by_name_and_only_those_of_nodes() {
        assert_eq!(of(Take::ArnName, r#""arn:aws:iam::111122223333:role/eks/node""#), [r#""node""#]);
        assert_eq!(of(Take::ArnName, r#""node""#), [r#""node""#]);
        let entry = |kind| format!(r#"{{"type":"{kind}","principalArn":"arn:aws:iam::111122223333:role/eks/node"}}"#);
        assert_eq!(of(Take::NodeRole, &entry("EC2_LINUX")), [r#""node""#]);
        assert_eq!(of(Take::NodeRole, &entry("STANDARD")), [""; 0]);
        let map = r#""- rolearn: arn:aws:iam::111122223333:role/node\n  groups: [system:nodes]\n""#;
        assert_eq!(of(Take::MappedNodeRoles, map), [r#""node""#]);
        assert_eq!(of(Take::MappedNodeRoles, r#""no: map""#), [""; 0]);
    }

    #[test]
    fn rules_are_asked_of_listeners_that_speak_http() {
        assert_eq!(of(Take::HttpListener, r#"{"ListenerArn":"a","Protocol":"HTTP"}"#), [r#""a""#]);
        for other in [r#"{"ListenerArn":"a","Protocol":"HTTPS"}"#, r#"{"Protocol":"HTTP"}"#] {
            assert_eq!(of(Take::HttpListener, other), [""; 0], "{other}");
        }
    }

    #[test]
    fn an_empty_chunk_is_never_an_input() {
        let context = Context { names: NAMES, target: &Target::default(), item: None };
        assert!(value(&Value::Chunk, &context).is_err());
        assert!(value(&Value::ChunkOf("/name"), &context).is_err());
        assert!(value(&Value::List(&[Value::Chunk]), &context).is_err());
    }

    #[test]
    fn texts_are_filled_in() {
        assert_eq!(filled("/aws/eks/{cluster}/cluster", NAMES), "/aws/eks/prod/cluster");
    }
}
