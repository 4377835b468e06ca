//! Which namespaces are exempt by their names.

use regex_lite::Regex;

/// Names that are exempt.
#[derive(Debug)]
pub(crate) struct Exempt(Option<Regex>);

impl Exempt {
    /// The expression must match the whole name; an empty one exempts nothing.
    pub(crate) fn new(expression: &str) -> Result<Self, String> {
        if expression.is_empty() {
            return Ok(Self(None));
        }
        let compile = |text: &str| {
            Regex::new(text)
                .map_err(|e| format!("exempt_namespaces_regex {expression:?} is no regular expression: {e}"))
        };
        // By itself first: inside of the anchors `a)|(b` would be one.
        compile(expression)?;
        Ok(Self(Some(compile(&format!("^(?:{expression})$"))?)))
    }

    pub(crate) fn covers(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_must_match() {
        let covers = |expression, name| Exempt::new(expression).is_ok_and(|e| e.covers(name));
        assert!(covers("app", "app") && !covers("app", "myapp-prod") && !covers("", "app"));
        assert!(covers("a|ab", "ab") && !covers("a|ab", "abc"));
        assert!(["(", "a)|(b", "*"].iter().all(|expression| Exempt::new(expression).is_err()));
    }
}
