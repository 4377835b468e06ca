//! The text of a policy, read by the grammar that AWS publishes ("Grammar of the IAM JSON policy language").
//!
//! What the grammar does not know makes the document unreadable, not the statement harmless.

use super::glob::Pattern;
use super::principal::{Principal, Principals};
use super::resources::{Resources, Side};
use crate::Tree;
use std::fmt;

/// What a document is attached to, which decides what its statements must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// To a user, a group or a role, or as their boundary: who is meant goes without saying, which resources must be
    /// said.
    ToIdentity,
    /// To a resource, such as a repository or (a trust policy) a role: who is meant must be said; which resource goes
    /// without saying where the service wants it so.
    ToResource,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Takes away, whatever grants.
    Deny,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In their order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// From 0.
    pub index: usize,
    /// Its name, if it has one.
    pub sid: Option<String>,
    /// Grants or takes away.
    pub effect: Effect,
    /// Who; `None` in documents that are attached to identities.
    pub principals: Option<Principals>,
    /// Which resources.
    pub resources: Resources,
    /// All of which must hold.
    pub conditions: Vec<Condition>,
    actions: Vec<Pattern>,
    side: Side,
}

/// One test of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`
    pub operator: String,
    /// `aws:PrincipalOrgID`
    pub key: String,
    /// Any of which will do.
    pub values: Vec<String>,
}

/// Why text is no policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

fn malformed<T>(why: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(why.into()))
}

impl Document {
    /// Reads the text of a document.
    ///
    /// # Errors
    /// [`Malformed`]: it is not JSON, or not as the grammar has it.
    pub fn parse(text: &str, attached: Attached) -> Result<Self, Malformed> {
        let tree = Tree::parse(text).map_err(|error| Malformed(format!("it is no JSON: {error}")))?;
        only(&tree, "the policy", &["Version", "Id", "Statement"])?;
        let variables = match tree.get("Version").map(Tree::as_text) {
            Some(Some("2012-10-17")) => true,
            None | Some(Some("2008-10-17")) => false,
            Some(_) => return malformed("its Version is neither 2012-10-17 nor 2008-10-17"),
        };
        let statements = match tree.get("Statement") {
            Some(Tree::Array(statements)) => statements.iter().collect(),
            Some(one @ Tree::Object(_)) => vec![one],
            Some(_) => return malformed("its Statement is neither an object nor a list"),
            None => return malformed("it has no Statement"),
        };
        let read = |(index, tree)| {
            let read = Read {
                tree,
                attached,
                resources: if variables { Resources::with_variables } else { Resources::plain },
            };
            read.statement(index).map_err(|Malformed(why)| Malformed(format!("statement {}: {why}", index + 1)))
        };
        Ok(Self { statements: statements.into_iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }

    /// The statements that are about an action, such as `ecr:PutImage`.
    pub fn about<'d>(&'d self, effect: Effect, action: &str) -> impl Iterator<Item = &'d Statement> {
        self.statements.iter().filter(move |statement| statement.effect == effect && statement.is_about(action))
    }
}

impl Statement {
    /// Whether it is about an action. Capitals do not count.
    #[must_use]
    pub fn is_about(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let listed = self.actions.iter().any(|pattern| pattern.matches(&action));
        listed == (self.side == Side::Listed)
    }

    /// Its Sid, or its number from 1.
    #[must_use]
    pub fn name(&self) -> String {
        self.sid.clone().unwrap_or_else(|| (self.index + 1).to_string())
    }

    /// What a request must bring for it to apply: condition keys and policy variables.
    pub fn hangs_on(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|c| c.key.as_str()).chain(self.resources.variables.iter().map(String::as_str))
    }
}

impl Condition {
    /// Whether it lets through only requests that carry its key with one of its values, so that it keeps others out.
    /// Negated operators, those with `IfExists` or `ForAllValues`, and the value `*` do not.
    #[must_use]
    pub fn confines(&self) -> bool {
        let operator = self.operator.strip_prefix("ForAnyValue:").unwrap_or(&self.operator);
        let matches = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"];
        let positive = matches.iter().any(|known| known.eq_ignore_ascii_case(operator));
        positive && !self.values.is_empty() && !self.values.iter().any(|value| Pattern::of(value).is_any())
    }

    /// Whether it tests this key. Capitals do not count.
    #[must_use]
    pub fn tests(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

/// One statement being read.
struct Read<'t> {
    tree: &'t Tree<'t>,
    attached: Attached,
    resources: fn(&[&str], Side) -> Resources,
}

impl Read<'_> {
    fn statement(&self, index: usize) -> Result<Statement, Malformed> {
        let known = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"];
        only(self.tree, "it", &[&known[..], &["Condition"]].concat())?;
        let effect = match self.tree.get("Effect").and_then(Tree::as_text) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return malformed("its Effect is neither Allow nor Deny"),
        };
        let sid = match self.tree.get("Sid") {
            None => None,
            Some(sid) => Some(sid.as_text().ok_or_else(|| Malformed("its Sid is no text".to_owned()))?),
        };
        let Some((actions, side)) = self.list("Action", "NotAction")? else {
            return malformed("it has neither Action nor NotAction");
        };
        if let Some(odd) = actions.iter().find(|action| **action != "*" && !action.contains(':')) {
            return malformed(format!("{odd} is no action"));
        }
        let resources = match (self.list("Resource", "NotResource")?, self.attached) {
            (Some((texts, side)), _) => (self.resources)(&texts, side),
            (None, Attached::ToResource) => Resources::all(),
            (None, Attached::ToIdentity) => return malformed("it has neither Resource nor NotResource"),
        };
        Ok(Statement {
            index,
            sid: sid.filter(|sid| !sid.is_empty()).map(str::to_owned),
            effect,
            principals: self.principals()?,
            resources,
            conditions: self.conditions()?,
            actions: actions.iter().map(|action| Pattern::of(&action.to_ascii_lowercase())).collect(),
            side,
        })
    }

    /// What stands under one of two names.
    fn either(&self, listed: &str, others: &str) -> Result<Option<(&Tree<'_>, Side)>, Malformed> {
        match (self.tree.get(listed), self.tree.get(others)) {
            (Some(tree), None) => Ok(Some((tree, Side::Listed))),
            (None, Some(tree)) => Ok(Some((tree, Side::Others))),
            (None, None) => Ok(None),
            (Some(_), Some(_)) => malformed(format!("it has both {listed} and {others}")),
        }
    }

    fn list(&self, listed: &str, others: &str) -> Result<Option<(Vec<&str>, Side)>, Malformed> {
        let Some((tree, side)) = self.either(listed, others)? else { return Ok(None) };
        Ok(Some((texts(tree, if side == Side::Listed { listed } else { others })?, side)))
    }

    fn principals(&self) -> Result<Option<Principals>, Malformed> {
        let (tree, side) = match (self.either("Principal", "NotPrincipal")?, self.attached) {
            (Some(found), Attached::ToResource) => found,
            (None, Attached::ToIdentity) => return Ok(None),
            (None, Attached::ToResource) => return malformed("it has neither Principal nor NotPrincipal"),
            (Some(_), Attached::ToIdentity) => {
                return malformed("it names a principal, which only resources' policies do");
            }
        };
        let named = match tree {
            Tree::Text(text) if text == "*" => vec![Principal::Everyone],
            Tree::Object(entries) if !entries.is_empty() => {
                let mut named = Vec::new();
                for (kind, tree) in entries {
                    for text in texts(tree, "its Principal")? {
                        named.push(principal(kind, text)?);
                    }
                }
                named
            }
            _ => return malformed("its Principal is neither * nor an object"),
        };
        Ok(Some(Principals { named, side }))
    }

    fn conditions(&self) -> Result<Vec<Condition>, Malformed> {
        let Some(tree) = self.tree.get("Condition") else { return Ok(Vec::new()) };
        let mut conditions = Vec::new();
        for (operator, keys) in entries(tree, "its Condition")? {
            for (key, values) in entries(keys, operator)? {
                let values = match values {
                    Tree::Array(values) => values.iter().map(|value| plain(value, key)).collect::<Result<_, _>>()?,
                    one => vec![plain(one, key)?],
                };
                conditions.push(Condition { operator: operator.to_string(), key: key.to_string(), values });
            }
        }
        Ok(conditions)
    }
}

/// Refuses names that the grammar does not know.
fn only(tree: &Tree<'_>, what: &str, known: &[&str]) -> Result<(), Malformed> {
    match entries(tree, what)?.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
        Some((name, _)) => malformed(format!("{what} has {name}, which no policy has")),
        None => Ok(()),
    }
}

type Entries<'t, 'a> = &'t [(std::borrow::Cow<'a, str>, Tree<'a>)];

fn entries<'t, 'a>(tree: &'t Tree<'a>, what: &str) -> Result<Entries<'t, 'a>, Malformed> {
    match tree {
        Tree::Object(entries) => Ok(entries),
        _ => malformed(format!("{what} is no object")),
    }
}

/// One text, or a list of at least one.
fn texts<'t>(tree: &'t Tree<'_>, what: &str) -> Result<Vec<&'t str>, Malformed> {
    let found = match tree {
        Tree::Array(elements) => elements.iter().map(Tree::as_text).collect(),
        one => one.as_text().map(|text| vec![text]),
    };
    match found {
        Some(texts) if !texts.is_empty() => Ok(texts),
        Some(_) => malformed(format!("{what} is empty")),
        None => malformed(format!("{what} is neither text nor a list of texts")),
    }
}

fn principal(kind: &str, text: &str) -> Result<Principal, Malformed> {
    match kind {
        "AWS" => Principal::of_aws(text).map_err(Malformed),
        "Service" => Ok(Principal::Service(text.to_owned())),
        "Federated" => Ok(Principal::Federated(text.to_owned())),
        "CanonicalUser" => Ok(Principal::Canonical(text.to_owned())),
        other => malformed(format!("{other} is no kind of principal")),
    }
}

/// A value of a condition: text, a number, true or false.
fn plain(tree: &Tree<'_>, key: &str) -> Result<String, Malformed> {
    match tree {
        Tree::Text(text) => Ok(text.to_string()),
        Tree::Token(token) if token != "null" => Ok(token.to_string()),
        _ => malformed(format!("a value of {key} is neither text, a number nor true or false")),
    }
}
