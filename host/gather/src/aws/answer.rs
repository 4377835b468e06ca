//! Answers: JSON as it came, XML by AWS's own shapes, and errors in all their spellings.

use super::failure::{ApiError, CallError};
use super::xml::{self, Element};
use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Protocol, Service};
use eksamine_facts::pointer;

/// The answer as a tree; numbers keep the source's spelling.
pub(super) fn parse<'a>(service: &Service, operation: &str, body: &'a str) -> Result<Tree<'a>, CallError> {
    match service.protocol {
        Protocol::Json { .. } | Protocol::RestJson => {
            Tree::parse(body).map_err(|error| CallError::Malformed(error.to_string()))
        }
        Protocol::Query | Protocol::Ec2 => xml::parse(service, operation, body).map_err(CallError::Malformed),
    }
}

/// Every value at a pointer in which `*` stands for every element. Nothing there is no value.
pub(super) fn all<'t, 'a>(tree: &'t Tree<'a>, path: &str) -> Vec<&'t Tree<'a>> {
    let mut found = vec![tree];
    for token in pointer::tokens(path).into_iter().flatten() {
        found = found.into_iter().flat_map(|tree| step(tree, &token)).collect();
    }
    found
}

fn step<'t, 'a>(tree: &'t Tree<'a>, token: &str) -> Vec<&'t Tree<'a>> {
    match tree {
        Tree::Array(elements) if token == "*" => elements.iter().collect(),
        Tree::Object(entries) if token == "*" => entries.iter().map(|(_, value)| value).collect(),
        _ => tree.get(token).into_iter().collect(),
    }
}

/// Puts `marker` where there is a value at a pointer with `*`.
pub(super) fn replace(tree: &mut Tree<'_>, path: &[&str], marker: &'static str) {
    let Some((token, rest)) = path.split_first() else {
        *tree = Tree::text(marker);
        return;
    };
    match tree {
        Tree::Array(elements) if *token == "*" => elements.iter_mut().for_each(|e| replace(e, rest, marker)),
        Tree::Object(entries) => entries
            .iter_mut()
            .filter(|(key, _)| *token == "*" || key == token)
            .for_each(|(_, value)| replace(value, rest, marker)),
        _ => {}
    }
}

/// AWS's error code and message; a balancer's page has neither.
pub(super) fn api_error(status: u16, header: Option<&str>, body: &[u8]) -> ApiError {
    let body = String::from_utf8_lossy(body);
    let (in_body, message) = if body.trim_start().starts_with('<') { xml_error(&body) } else { json_error(&body) };
    // "Code:http://..." and "namespace#Code" are one code.
    let code = header.map(str::to_owned).or(in_body).map(|code| {
        let bare = code.split(':').next().unwrap_or_default();
        bare.rsplit('#').next().unwrap_or_default().to_owned()
    });
    ApiError::new(status, code.filter(|code| !code.is_empty()), message)
}

fn json_error(body: &str) -> (Option<String>, Option<String>) {
    let Ok(tree) = Tree::parse(body) else { return (None, None) };
    let text = |names: [&str; 2]| names.iter().find_map(|name| tree.get(name)?.as_text()).map(str::to_owned);
    (text(["__type", "code"]), text(["message", "Message"]))
}

/// `<ErrorResponse><Error>` of query services, `<Response><Errors><Error>` of EC2.
fn xml_error(body: &str) -> (Option<String>, Option<String>) {
    let Ok(root) = Element::parse(body) else { return (None, None) };
    let error = root.child("Error").or_else(|| root.child("Errors")?.child("Error"));
    let text = |name: &str| Some(error?.child(name)?.text.clone());
    (text("Code"), text("Message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

    fn code(header: Option<&str>, body: &str) -> Option<String> {
        api_error(400, header, body.as_bytes()).code().map(str::to_owned)
    }

    #[test]
    fn one_code_of_many_spellings() {
        let query = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code></Error></ErrorResponse>";
        let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>";
        assert_eq!(code(None, query).as_deref(), Some("AccessDenied"));
        assert_eq!(code(None, ec2).as_deref(), Some("UnauthorizedOperation"));
        assert_eq!(code(None, r#"{"__type":"com.amazonaws.ecr#X"}"#).as_deref(), Some("X"));
        assert_eq!(code(Some("X:http://internal/"), "{}").as_deref(), Some("X"));
        assert_eq!(code(None, "<html>502</html>"), None);
    }

    #[test]
    fn stars_reach_every_element_and_missing_things_nothing() {
        let tree = Tree::parse(r#"{"a":[{"b":[1,2]},{"c":3},{"b":[]}]}"#).expect("JSON");
        let texts = |p| all(&tree, p).iter().map(|t| t.canonical()).collect::<Vec<_>>();
        assert_eq!(texts("/a/*/b/*"), ["1", "2"]);
        assert_eq!(texts("/a/*/c"), ["3"]);
        assert_eq!(texts("/x/*"), [""; 0]);
        assert_eq!(texts(""), [tree.canonical()]);
    }

    #[test]
    fn a_marker_stands_where_a_value_was_and_nowhere_else() {
        let mut tree = Tree::parse(r#"{"a":[{"s":"x"},{"t":1}],"s":2}"#).expect("JSON");
        replace(&mut tree, &["a", "*", "s"], "(gone)");
        assert_eq!(tree.canonical(), r#"{"a":[{"s":"(gone)"},{"t":1}],"s":2}"#);
    }
}
