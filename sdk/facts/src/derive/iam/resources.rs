//! Sets of resources, as statements name them: those that match a pattern, or all others.

use super::glob::{Pattern, Token};

/// Whether a list names what is meant or what is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `Action`, `Resource`, `Principal`.
    Listed,
    /// `NotAction`, `NotResource`, `NotPrincipal`.
    Others,
}

/// Resources by their ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    pub(super) patterns: Vec<Pattern>,
    pub(super) side: Side,
    /// Policy variables in them: what they stand for is known to a request only. `*` stands in their place.
    pub(super) variables: Vec<String>,
}

impl Resources {
    /// Every resource.
    #[must_use]
    pub fn all() -> Self {
        Self::matching("*")
    }

    /// What actions without a resource are about: only `*` reaches it.
    #[must_use]
    pub fn unnamed() -> Self {
        Self::with_variables(&["${*}"], Side::Listed)
    }

    /// Those whose ARNs match a pattern with `*` and `?`.
    #[must_use]
    pub fn matching(pattern: &str) -> Self {
        Self { patterns: vec![Pattern::of(pattern)], side: Side::Listed, variables: Vec::new() }
    }

    /// Those whose ARNs match one of these patterns.
    #[must_use]
    pub fn any_of<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let patterns = patterns.into_iter().map(Pattern::of).collect();
        Self { patterns, side: Side::Listed, variables: Vec::new() }
    }

    /// As a statement of the version 2012-10-17 names them, with policy variables.
    pub(super) fn with_variables(texts: &[&str], side: Side) -> Self {
        let mut variables = Vec::new();
        let patterns = texts.iter().map(|text| expand(text, &mut variables)).collect();
        Self { patterns, side, variables }
    }

    /// As a statement of the version 2008-10-17 names them, to which `${` is text.
    pub(super) fn plain(texts: &[&str], side: Side) -> Self {
        Self { side, ..Self::any_of(texts.iter().copied()) }
    }
}

/// `${*}`, `${?}` and `${$}` are these characters, anything else in `${}` a variable (IAM user guide, "IAM policy
/// elements: Variables and tags").
fn expand(text: &str, variables: &mut Vec<String>) -> Pattern {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        tokens.extend(before.chars().map(Token::of));
        match name {
            "*" => tokens.push(Token::Only('*')),
            "?" => tokens.push(Token::Only('?')),
            "$" => tokens.push(Token::Only('$')),
            _ => {
                tokens.push(Token::Many);
                // A default value may stand behind a comma.
                variables.push(name.split(',').next().unwrap_or_default().trim().to_owned());
            }
        }
        rest = behind;
    }
    tokens.extend(rest.chars().map(Token::of));
    Pattern(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_stand_for_any_text_and_escapes_for_themselves() {
        let set = Resources::with_variables(
            &["a/${aws:username}/${*}${?}${$}", "b/${aws:PrincipalTag/t, 'x'}*"],
            Side::Listed,
        );
        assert_eq!(set.variables, ["aws:username", "aws:PrincipalTag/t"]);
        let matches = |text| set.patterns.iter().any(|pattern| pattern.matches(text));
        assert!(matches("a/eve/*?$") && matches("b/") && !matches("a/eve/xy$"));
        let open = Resources::with_variables(&["a${b"], Side::Listed);
        assert!(open.variables.is_empty() && open.patterns[0].matches("a${b"));
    }
}
