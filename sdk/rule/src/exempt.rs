//! Which namespaces are exempt by their names: the parameter `exempt_namespaces_regex`.

use regex_lite::Regex;
use serde::Deserialize;

/// How an expression is held against a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegexMode {
    /// It must match the whole name.
    Full,
    /// It may match a part of it.
    Search,
}

/// Names that are exempt.
#[derive(Debug)]
pub struct Exempt(Option<Regex>);

impl Exempt {
    /// An empty expression exempts nothing, rather than everything when it is searched for.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn new(expression: &str, mode: RegexMode) -> Result<Self, String> {
        if expression.is_empty() {
            return Ok(Self(None));
        }
        let compile = |text: &str| {
            Regex::new(text)
                .map_err(|e| format!("exempt_namespaces_regex {expression:?} is no regular expression: {e}"))
        };
        // By itself first: inside of the anchors `a)|(b` would be one.
        let searched = compile(expression)?;
        Ok(Self(Some(match mode {
            RegexMode::Search => searched,
            RegexMode::Full => compile(&format!("^(?:{expression})$"))?,
        })))
    }

    /// Whether the namespace of this name is exempt.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(expression: &str, mode: RegexMode, name: &str) -> bool {
        Exempt::new(expression, mode).is_ok_and(|e| e.covers(name))
    }

    #[test]
    fn a_full_match_does_not_exempt_what_merely_contains_it() {
        assert!(covers("app", RegexMode::Full, "app") && !covers("app", RegexMode::Full, "myapp-prod"));
        assert!(covers("app", RegexMode::Search, "myapp-prod"));
        assert!(covers("a|ab", RegexMode::Full, "ab") && !covers("a|ab", RegexMode::Full, "abc"));
        assert!(covers("dev-.*", RegexMode::Full, "dev-x") && !covers("", RegexMode::Search, "dev"));
        // ComplianceAsCode's word for no expression; names are in lower case.
        assert!(!covers("None", RegexMode::Search, "none"));
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for expression in ["(", "a)|(b", "[z-a]", "*"] {
            assert!(Exempt::new(expression, RegexMode::Full).is_err(), "{expression}");
        }
    }
}
