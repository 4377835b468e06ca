//! Which pods are untrusted: what the operator says of their namespaces, of those's labels, or of their own.

use crate::Params;
use eksamine_facts::derive::{Selector, Test, Value, Whose, label_text};
use regex_lite::Regex;

/// Everything that makes a pod untrusted; each part by itself does.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Names of namespaces.
    pub(crate) names: Option<Names>,
    /// Labels of namespaces, and the text that says so.
    pub(crate) namespaces: Option<(Selector, String)>,
    /// Labels of pods, and the text that says so.
    pub(crate) pods: Option<(Selector, String)>,
}

/// An expression that the whole name of a namespace must match.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) text: String,
    regex: Regex,
}

impl Definition {
    pub(crate) fn new(params: &Params) -> Result<Self, String> {
        let selector = |text: &Option<String>, name: &str, whose: Whose| {
            let read = |text: &String| Ok((label_text(text, whose)?, text.clone()));
            text.as_ref().map(read).transpose().map_err(|why: String| format!("{name}: {why}"))
        };
        Ok(Self {
            names: params.untrusted_namespaces_regex.as_deref().map(Names::new).transpose()?,
            namespaces: selector(&params.untrusted_namespace_label, "untrusted_namespace_label", Whose::Namespace)?,
            pods: selector(&params.untrusted_pod_selector, "untrusted_pod_selector", Whose::Pod)?,
        })
    }

    /// Whether it says anything.
    pub(crate) const fn is_given(&self) -> bool {
        self.names.is_some() || self.namespaces.is_some() || self.pods.is_some()
    }
}

impl Names {
    fn new(text: &str) -> Result<Self, String> {
        let compile = |pattern: &str| {
            Regex::new(pattern)
                .map_err(|e| format!("untrusted_namespaces_regex {text:?} is no regular expression: {e}"))
        };
        // By itself first: inside of the anchors `a)|(b` would be one.
        compile(text)?;
        Ok(Self { text: text.to_owned(), regex: compile(&format!("^(?:{text})$"))? })
    }

    pub(crate) fn cover(&self, namespace: &str) -> bool {
        self.regex.is_match(namespace)
    }

    /// The same in the wildcards of Fargate profiles, where that can be said in them: names, `.`, `.*`, `.+` and `|`.
    pub(crate) fn wildcards(&self) -> Option<Vec<String>> {
        let (mut all, mut one) = (Vec::new(), String::new());
        let mut rest = self.text.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '|' => all.push(std::mem::take(&mut one)),
                '.' if rest.next_if_eq(&'*').is_some() => one.push('*'),
                '.' if rest.next_if_eq(&'+').is_some() => one.push_str("?*"),
                '.' => one.push('?'),
                '\\' => one.push(rest.next_if(char::is_ascii_punctuation)?),
                'a'..='z' | '0'..='9' | '-' => one.push(character),
                _ => return None,
            }
            // What was read last may be there more or less than once.
            if matches!(rest.peek(), Some('*' | '+' | '?' | '{')) {
                return None;
            }
        }
        all.push(one);
        Some(all)
    }
}

/// The labels that everything has which a selector selects.
pub(crate) fn labels_of_all(selector: &Selector) -> Vec<(String, String)> {
    match selector {
        Selector::Label(_, key, Test::In(values)) => match &values[..] {
            [value] => vec![(key.to_string(), value.to_string())],
            _ => Vec::new(),
        },
        Selector::And(parts) => parts.iter().flat_map(labels_of_all).collect(),
        _ => Vec::new(),
    }
}

/// Whether a selector selects what has these labels; [`Value`] tells each.
pub(crate) fn selects(selector: &Selector, value: &dyn Fn(&str) -> Value) -> eksamine_facts::Known<bool> {
    selector.matches(&|_, key| value(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Names {
        Names::new(text).expect("an expression")
    }

    #[test]
    fn an_expression_matches_whole_names() {
        assert!(names("untrusted|tenant-.*").cover("tenant-a"));
        assert!(!names("untrusted|tenant-.*").cover("my-tenant-a"));
        assert!(Names::new("a)|(b").is_err() && Names::new("(").is_err());
    }

    #[test]
    fn simple_expressions_are_wildcards() {
        let of = |text: &str| names(text).wildcards();
        let told = |list: &[&str]| Some(list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of("untrusted"), told(&["untrusted"]));
        assert_eq!(of("untrusted|tenant-.*|dev-.+|x.y"), told(&["untrusted", "tenant-*", "dev-?*", "x?y"]));
        assert_eq!(of(r"a\-b\.c"), told(&["a-b.c"]));
        for other in ["ab*", "a+b", "(a|b)", "[ab]", "a{2}", ".?", ".*?", "^a$", r"\d", r"a\-*", ".{2}"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn only_equalities_are_labels_of_all() {
        let of = |text: &str| labels_of_all(&label_text(text, Whose::Pod).expect("a selector"));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(of("trust=untrusted"), [pair("trust", "untrusted")]);
        assert_eq!(
            of("trust=untrusted,tier in (a),b in (c,d),!e,f!=g"),
            [pair("trust", "untrusted"), pair("tier", "a")]
        );
    }
}
