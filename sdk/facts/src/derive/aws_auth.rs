//! What the ConfigMap aws-auth says, read as aws-iam-authenticator reads it (its pkg/mapper/configmap and pkg/config).
//!
//! Text that it cannot read, in whole or in the type of one field, drops a map as a whole: everyone in it is locked out
//! once the authenticator starts anew. An element without an ARN is dropped alone.

pub use super::yaml::Malformed;
use super::yaml::{Kind, Looks, Node, first_document, looks};
use std::rc::Rc;

/// One element of `mapRoles` or `mapUsers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The role or user; of a role by permission set, a description of it.
    pub arn: String,
    /// The name in Kubernetes, with placeholders.
    pub username: Option<String>,
    /// Groups, with placeholders.
    pub groups: Vec<String>,
}

/// What a map holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mappings {
    /// Those that count.
    pub all: Vec<Mapping>,
    /// Elements that the authenticator leaves out: where, and why.
    pub dropped: Vec<String>,
}

/// Reads `mapRoles`.
///
/// # Errors
/// [`Malformed`] when the authenticator cannot read it.
pub fn roles(text: &str) -> Result<Mappings, Malformed> {
    mappings(text, "rolearn")
}

/// Reads `mapUsers`.
///
/// # Errors
/// [`Malformed`] when the authenticator cannot read it.
pub fn users(text: &str) -> Result<Mappings, Malformed> {
    mappings(text, "userarn")
}

/// Reads `mapAccounts`: whoever is of these accounts is let in, under the name of the ARN.
///
/// # Errors
/// [`Malformed`] when the authenticator cannot read it.
pub fn accounts(text: &str) -> Result<Vec<String>, Malformed> {
    let mut accounts = Vec::new();
    for element in elements(text)? {
        match &element.kind {
            _ if element.kind.is_null() => {}
            // An account's number is one to YAML and text to the authenticator.
            Kind::Scalar { text, .. } => accounts.push(text.clone()),
            other => return Err(element.place.says(format!("{} is no account", other.word()))),
        }
    }
    Ok(accounts)
}

fn mappings(text: &str, arn: &str) -> Result<Mappings, Malformed> {
    let mut mappings = Mappings::default();
    for element in elements(text)? {
        if !matches!(element.kind, Kind::Map(_)) && !element.kind.is_null() {
            return Err(element.place.says(format!("{} where a mapping should be", element.kind.word())));
        }
        let (arn_of, username, groups) = (text_of(&element, arn)?, text_of(&element, "username")?, groups(&element)?);
        let permission_set = if arn == "rolearn" { permission_set(&element)? } else { None };
        match (arn_of, permission_set) {
            (Some(arn), None) | (None, Some(arn)) => mappings.all.push(Mapping { arn, username, groups }),
            (None, None) => mappings.dropped.push(format!("the element at {} has no {arn}", element.place)),
            (Some(_), Some(_)) => {
                mappings.dropped.push(format!("the element at {} has both {arn} and sso", element.place));
            }
        }
    }
    Ok(mappings)
}

/// The elements of the list that a map is; nothing is an empty one.
fn elements(text: &str) -> Result<Vec<Rc<Node>>, Malformed> {
    let Some(document) = first_document(text)? else { return Ok(Vec::new()) };
    match &document.kind {
        Kind::List(elements) => Ok(elements.clone()),
        _ if document.kind.is_null() => Ok(Vec::new()),
        other => Err(document.place.says(format!("{} where a list should be", other.word()))),
    }
}

/// A field by its name; capitals do not count, and of several the last in order holds.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Kind::Map(fields) = &node.kind else { return None };
    fields.iter().rfind(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
}

fn text_of(node: &Node, name: &str) -> Result<Option<String>, Malformed> {
    field(node, name).map_or(Ok(None), |value| text(value, name))
}

/// Text, `None` when it is empty or null.
fn text(node: &Node, name: &str) -> Result<Option<String>, Malformed> {
    let Kind::Scalar { text, plain } = &node.kind else {
        return Err(node.place.says(format!("{name} is {}, not text", node.kind.word())));
    };
    let what = match looks(text) {
        Looks::Boolean if *plain => "true or false",
        Looks::Number if *plain => "a number",
        Looks::Null if *plain => return Ok(None),
        _ => return Ok(Some(text.clone()).filter(|text| !text.is_empty())),
    };
    Err(node.place.says(format!("{name} is {what} ({text}), not text; quotes make it text")))
}

fn groups(node: &Node) -> Result<Vec<String>, Malformed> {
    match field(node, "groups") {
        None => Ok(Vec::new()),
        Some(value) if value.kind.is_null() => Ok(Vec::new()),
        Some(Node { kind: Kind::List(all), .. }) => {
            let groups: Result<Vec<Option<String>>, _> = all.iter().map(|group| text(group, "a group")).collect();
            Ok(groups?.into_iter().flatten().collect())
        }
        Some(value) => Err(value.place.says(format!("groups is {}, not a list", value.kind.word()))),
    }
}

/// `sso`: a role that IAM Identity Center makes for a permission set, whose name ends at random.
fn permission_set(node: &Node) -> Result<Option<String>, Malformed> {
    let Some(sso) = field(node, "sso").filter(|sso| !sso.kind.is_null()) else { return Ok(None) };
    if !matches!(sso.kind, Kind::Map(_)) {
        return Err(sso.place.says(format!("sso is {}, not a mapping", sso.kind.word())));
    }
    let part = |name| text_of(sso, name).map(|text| text.unwrap_or_else(|| "?".to_owned()));
    let (set, account) = (part("permissionSetName")?, part("accountID")?);
    Ok(Some(format!("permission set {set} of account {account}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mappings: Result<Mappings, Malformed>) -> Result<Vec<String>, String> {
        let mappings = mappings.map_err(|malformed| malformed.to_string())?;
        let all = mappings
            .all
            .iter()
            .map(|m| format!("{} {} [{}]", m.arn, m.username.as_deref().unwrap_or("-"), m.groups.join(" ")));
        Ok(all.chain(mappings.dropped.iter().cloned()).collect())
    }

    #[test]
    fn what_eks_itself_writes() {
        let text = "- rolearn: arn:aws:iam::111122223333:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n  \
                    groups:\n  - system:bootstrappers\n  - system:nodes\n";
        let expected = "arn:aws:iam::111122223333:role/nodes system:node:{{EC2PrivateDNSName}} [system:bootstrappers system:nodes]";
        assert_eq!(shown(roles(text)), Ok(vec![expected.to_owned()]));
        let text = r#"[{"userarn":"arn:aws:iam::111122223333:user/eve","username":"eve","groups":["system:masters"]}]"#;
        assert_eq!(shown(users(text)), Ok(vec!["arn:aws:iam::111122223333:user/eve eve [system:masters]".to_owned()]));
        assert_eq!(
            accounts("- 111122223333\n- \"012345678901\"\n-\n"),
            Ok(vec!["111122223333".into(), "012345678901".into()])
        );
    }

    #[test]
    fn names_of_fields_in_any_case() {
        assert_eq!(shown(roles("- roleARN: r\n  userName: u\n  Groups: [g]\n")), Ok(vec!["r u [g]".to_owned()]));
        assert_eq!(shown(roles("- ROLEARN: a\n  rolearn: b\n")), Ok(vec!["b - []".to_owned()]));
    }

    #[test]
    fn nothing_maps_nobody() {
        for nothing in ["", "[]", "null", "# later\n", "~"] {
            assert_eq!(roles(nothing), Ok(Mappings::default()), "{nothing}");
            assert_eq!(accounts(nothing), Ok(Vec::new()), "{nothing}");
        }
        assert_eq!(shown(users("- userarn: u\n  groups:\n  username: ''\n")), Ok(vec!["u - []".to_owned()]));
    }

    #[test]
    fn an_element_without_an_arn_is_dropped_alone() {
        let found = shown(roles("- rolearn: a\n- username: b\n-\n- rolearn: ''\n")).expect("a list");
        assert_eq!(found[0], "a - []");
        assert_eq!(found.len(), 4);
        assert!(found[1].contains("line 2") && found[1].contains("rolearn"), "{found:?}");
        let sso =
            "- sso: {permissionSetName: Admins, accountID: \"111122223333\"}\n- rolearn: a\n  sso: {accountID: b}\n";
        let found = shown(roles(sso)).expect("a list");
        assert_eq!(found[0], "permission set Admins of account 111122223333 - []");
        assert!(found[1].contains("both"), "{found:?}");
    }

    #[test]
    fn one_field_of_a_wrong_type_loses_the_whole_map() {
        for (text, why) in [
            ("rolearn: a\n", "line 1, column 1: a mapping where a list should be"),
            ("- a\n", "line 1, column 3: a single value where a mapping should be"),
            ("- rolearn: a\n  groups: system:masters\n", "line 2, column 11: groups is a single value, not a list"),
            ("- rolearn: a\n  username: 7\n", "line 2, column 13: username is a number (7), not text"),
            ("- rolearn: a\n  username: yes\n", "line 2, column 13: username is true or false (yes), not text"),
            ("- rolearn: a\n  groups: [1]\n", "line 2, column 12: a group is a number (1), not text"),
            ("- rolearn: [a]\n", "line 1, column 12: rolearn is a list, not text"),
            ("- sso: a\n", "line 1, column 8: sso is a single value, not a mapping"),
            ("- rolearn: a\n  sso: {accountID: 111122223333}\n", "line 2, column 20: accountID is a number"),
            ("- rolearn: a\n   username: b\n", "line 2"),
        ] {
            let error = shown(roles(text)).expect_err(text);
            assert!(error.starts_with(why), "{text}: {error}");
        }
        assert!(accounts("a: b\n").is_err() && accounts("- [a]\n").is_err() && accounts("7\n").is_err());
    }
}
