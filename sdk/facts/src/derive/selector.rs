//! Which labels a selector asks for, and whether an object has them.

use super::logic::{all, any, not};
use crate::core::{LabelSelector, Requirement};
use crate::known::State;
use crate::{Known, Label, Map, Unknown};
use smol_str::SmolStr;

/// A selector of any engine, in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Selects everything.
    All,
    /// Selects nothing.
    Never,
    /// One label, and what is asked of its value.
    Label(Whose, SmolStr, Test),
    /// What the other does not select.
    Not(Box<Selector>),
    /// What all select.
    And(Vec<Selector>),
    /// What any selects.
    Or(Vec<Selector>),
    /// It could not be read, and why.
    Unclear(String),
}

/// Whose label it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The pod's.
    Pod,
    /// The label of its namespace.
    Namespace,
    /// The name of its namespace, which some engines offer as if it were a label.
    NamespaceName,
}

/// Tells whose label a selector's key is, and its name there; or why that cannot be known.
pub type Owner = fn(&str) -> Result<(Whose, SmolStr), String>;

/// What is asked of a label's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Any value.
    Exists,
    /// One of these.
    In(Vec<SmolStr>),
    /// With this beginning.
    StartsWith(SmolStr),
    /// With this end.
    EndsWith(SmolStr),
    /// With this inside.
    Contains(SmolStr),
}

/// A label of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// There is no such label.
    Missing,
    /// Its value.
    Is(SmolStr),
    /// It could not be read, and why.
    Unclear(SmolStr),
}

/// The label `key` of an object. Labels that are missing, null or empty are no labels.
#[must_use]
pub fn value_of(labels: &Known<Map<Label>>, key: &str) -> Value {
    match &labels.state {
        State::Absent | State::Null | State::Empty => Value::Missing,
        State::Value(map) => {
            let entry = map.entry(key);
            match &entry.state {
                State::Absent => Value::Missing,
                State::Value(label) => Value::Is(label.to_smol()),
                _ => Value::Unclear(SmolStr::new(format!("the label {key}: {}", entry.reason()))),
            }
        }
        _ => Value::Unclear(SmolStr::new(labels.reason())),
    }
}

impl Selector {
    /// What remains to be asked of the pods of a namespace, once `look` has told about the namespace itself.
    #[must_use]
    pub fn within(&self, look: &dyn Fn(Whose, &str) -> Value) -> Self {
        match self {
            Self::Label(Whose::Pod, ..) | Self::All | Self::Never | Self::Unclear(_) => self.clone(),
            Self::Label(whose, key, test) => Self::constant(&test.ask(&look(*whose, key))),
            Self::Not(inner) => match inner.within(look) {
                Self::All => Self::Never,
                Self::Never => Self::All,
                other => Self::Not(Box::new(other)),
            },
            Self::And(parts) => Self::fold(parts, look, (Self::All, Self::Never), Self::And),
            Self::Or(parts) => Self::fold(parts, look, (Self::Never, Self::All), Self::Or),
        }
    }

    /// `neutral` parts fall away and an `absorbing` one decides.
    fn fold(
        parts: &[Self],
        look: &dyn Fn(Whose, &str) -> Value,
        (neutral, absorbing): (Self, Self),
        make: fn(Vec<Self>) -> Self,
    ) -> Self {
        let mut rest: Vec<Self> = parts.iter().map(|p| p.within(look)).filter(|p| *p != neutral).collect();
        match rest.len() {
            _ if rest.contains(&absorbing) => absorbing,
            0 => neutral,
            1 => rest.remove(0),
            _ => make(rest),
        }
    }

    fn constant(answer: &Known<bool>) -> Self {
        match answer.peek() {
            Some(true) => Self::All,
            Some(false) => Self::Never,
            None => Self::Unclear(answer.reason()),
        }
    }

    /// Whether it selects an object with these labels.
    #[must_use]
    pub fn matches(&self, look: &dyn Fn(Whose, &str) -> Value) -> Known<bool> {
        match self {
            Self::All => Known::value(true),
            Self::Never => Known::value(false),
            Self::Label(whose, key, test) => test.ask(&look(*whose, key)),
            Self::Not(inner) => not(inner.matches(look)),
            Self::And(parts) => all(parts.iter().map(|p| p.matches(look))),
            Self::Or(parts) => any(parts.iter().map(|p| p.matches(look))),
            Self::Unclear(why) => Known::lost(why.clone()),
        }
    }

    /// Whether it selects whatever the labels are, now and later: an empty selector.
    #[must_use]
    pub fn is_everything(&self) -> Known<bool> {
        match self {
            Self::All => Known::value(true),
            Self::Never | Self::Label(..) => Known::value(false),
            // What can be said of labels can also be unsaid by other labels.
            Self::Not(inner) => match inner.is_everything() {
                known if known.peek().is_some() => Known::value(false),
                lost => lost,
            },
            Self::And(parts) => all(parts.iter().map(Self::is_everything)),
            Self::Or(parts) => any(parts.iter().map(Self::is_everything)),
            Self::Unclear(why) => Known::lost(why.clone()),
        }
    }

    /// Says in the reasons of what is unclear whose selector it is.
    pub(super) fn blame(&mut self, title: &str) {
        match self {
            Self::Unclear(why) => *why = format!("{title}: {why}"),
            Self::Not(inner) => inner.blame(title),
            Self::And(parts) | Self::Or(parts) => parts.iter_mut().for_each(|p| p.blame(title)),
            Self::All | Self::Never | Self::Label(..) => {}
        }
    }

    /// Calls `each` with every label key of pods that it asks for.
    pub fn pod_keys(&self, each: &mut dyn FnMut(&SmolStr)) {
        match self {
            Self::Label(Whose::Pod, key, _) => each(key),
            Self::Not(inner) => inner.pod_keys(each),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.pod_keys(each)),
            _ => {}
        }
    }
}

impl Test {
    fn ask(&self, value: &Value) -> Known<bool> {
        let value = match value {
            Value::Missing => return Known::value(false),
            Value::Unclear(why) => return Known::lost(why.to_string()),
            Value::Is(value) => value,
        };
        Known::value(match self {
            Self::Exists => true,
            Self::In(values) => values.contains(value),
            Self::StartsWith(text) => value.starts_with(text.as_str()),
            Self::EndsWith(text) => value.ends_with(text.as_str()),
            Self::Contains(text) => value.contains(text.as_str()),
        })
    }
}

/// A label selector of Kubernetes. Missing, null and `{}` select everything (meta/v1 LabelSelector: "an empty label
/// selector matches all objects"); callers to whom a missing one means something else ask before.
#[must_use]
pub fn label_selector(selector: &Known<LabelSelector>, whose: Owner) -> Selector {
    Known::settled(|| {
        let Some(selector) = selector.declared()? else { return Ok(Selector::All) };
        let mut parts = Vec::new();
        for (key, value) in selector.match_labels.declared()?.into_iter().flat_map(Map::iter) {
            let (whose, key) = whose(key).map_err(Unknown::because)?;
            parts.push(Selector::Label(whose, key, Test::In(vec![value.get()?.to_smol()])));
        }
        for requirement in selector.match_expressions.declared()?.into_iter().flat_map(|l| l.iter()) {
            parts.push(expression(requirement.get()?, whose)?);
        }
        Ok(if parts.is_empty() { Selector::All } else { Selector::And(parts) })
    })
    .unwrap_or_else(Selector::Unclear)
}

fn expression(requirement: &Requirement, whose: Owner) -> Result<Selector, Unknown> {
    let (whose, key) = whose(requirement.key.get()?).map_err(Unknown::because)?;
    let among = || -> Result<Test, Unknown> {
        Ok(Test::In(requirement.values.get()?.all_known()?.into_iter().map(Label::to_smol).collect()))
    };
    let not = |test| Selector::Not(Box::new(Selector::Label(whose, key.clone(), test)));
    Ok(match requirement.operator.get()?.as_str() {
        "In" => Selector::Label(whose, key, among()?),
        "Exists" => Selector::Label(whose, key, Test::Exists),
        // Kubernetes, "Labels and Selectors": notin also selects what has no such label.
        "NotIn" => not(among()?),
        "DoesNotExist" => not(Test::Exists),
        other => return Err(Unknown::because(format!("{other} is no operator of a label selector"))),
    })
}

/// Keys of Kubernetes' own selectors are the pod's labels.
pub(super) fn pods_own(key: &str) -> Result<(Whose, SmolStr), String> {
    Ok((Whose::Pod, SmolStr::new(key)))
}

/// Keys of a namespace selector.
pub(super) fn namespaces_own(key: &str) -> Result<(Whose, SmolStr), String> {
    Ok((Whose::Namespace, SmolStr::new(key)))
}

#[cfg(test)]
#[path = "selector_tests.rs"]
mod tests;
