//! Label selectors as people write them for `kubectl --selector`: `trust=untrusted,tier in (a,b),!vetted`. Grammar:
//! `Parse` in k8s.io/apimachinery `pkg/labels/selector.go`.

use super::selector::{Selector, Test, Whose};
use smol_str::SmolStr;

/// Reads a selector; all of its requirements must hold.
///
/// # Errors
/// What cannot be read of it.
pub fn label_text(text: &str, whose: Whose) -> Result<Selector, String> {
    let parts: Result<Vec<Selector>, String> = requirements(text).into_iter().map(|r| requirement(r, whose)).collect();
    let mut parts = parts.map_err(|why| format!("{why} in the selector {text:?}"))?;
    Ok(if parts.len() == 1 { parts.remove(0) } else { Selector::And(parts) })
}

/// The text between commas that stand in no parentheses.
fn requirements(text: &str) -> Vec<&str> {
    let (mut found, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[begin..]);
    found
}

fn requirement(text: &str, whose: Whose) -> Result<Selector, String> {
    let text = text.trim();
    let label = |name: &str, test| Ok(Selector::Label(whose, key(name)?, test));
    let not = |selector: Result<Selector, String>| selector.map(|s| Selector::Not(Box::new(s)));
    if let Some(name) = text.strip_prefix('!') {
        return not(label(name, Test::Exists));
    }
    // A requirement that a label be different also selects what has no such label.
    if let Some((name, is)) = text.split_once("!=") {
        return not(label(name, Test::In(vec![value(is)?])));
    }
    if let Some((name, is)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return label(name, Test::In(vec![value(is)?]));
    }
    let Some((words, values)) = text.split_once('(') else { return label(text, Test::Exists) };
    let values = values.strip_suffix(')').ok_or_else(|| format!("{text:?} lacks a parenthesis"))?;
    let among = Test::In(values.split(',').map(value).collect::<Result<_, _>>()?);
    match words.split_whitespace().collect::<Vec<_>>()[..] {
        [name, "in"] => label(name, among),
        [name, "notin"] => not(label(name, among)),
        _ => Err(format!("{text:?} is no requirement (key in (a,b), key notin (a,b))")),
    }
}

/// `example.com/name` or `name`.
fn key(text: &str) -> Result<SmolStr, String> {
    let text = text.trim();
    let (prefix, name) = text.rsplit_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let prefixed = prefix.is_none_or(|prefix| !prefix.contains('_') && is_word(prefix));
    if prefixed && is_word(name) { Ok(SmolStr::new(text)) } else { Err(format!("{text:?} is no label key")) }
}

fn value(text: &str) -> Result<SmolStr, String> {
    let text = text.trim();
    if text.is_empty() || is_word(text) { Ok(SmolStr::new(text)) } else { Err(format!("{text:?} is no label value")) }
}

fn is_word(text: &str) -> bool {
    let ends = |end: Option<char>| end.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::selector::value_of;
    use super::*;
    use crate::{Known, Label, Map};

    fn matches(selector: &str, labels: &str) -> bool {
        let labels: Known<Map<Label>> = serde_json::from_str(labels).expect("JSON");
        let selector = label_text(selector, Whose::Pod).expect("a selector");
        selector.matches(&|_, key| value_of(&labels, key)) == Known::value(true)
    }

    #[test]
    fn every_form_of_a_requirement() {
        for (selector, labels) in [
            ("trust=untrusted", r#"{"trust":"untrusted"}"#),
            ("trust == untrusted", r#"{"trust":"untrusted"}"#),
            ("trust=", r#"{"trust":""}"#),
            ("trust!=trusted", r#"{"trust":"untrusted"}"#),
            ("trust!=trusted", "{}"),
            ("example.com/trust", r#"{"example.com/trust":""}"#),
            ("!vetted", r#"{"trust":"x"}"#),
            ("tier in (a, b)", r#"{"tier":"b"}"#),
            ("tier notin (a,b)", "null"),
            ("trust=x, tier in (a,b) ,!vetted", r#"{"trust":"x","tier":"a"}"#),
        ] {
            assert!(matches(selector, labels), "{selector} {labels}");
        }
        for (selector, labels) in [
            ("trust=untrusted", r#"{"trust":"trusted"}"#),
            ("trust!=trusted", r#"{"trust":"trusted"}"#),
            ("trust", "{}"),
            ("!vetted", r#"{"vetted":""}"#),
            ("tier notin (a,b)", r#"{"tier":"a"}"#),
            ("trust=x,tier in (a,b)", r#"{"trust":"x"}"#),
        ] {
            assert!(!matches(selector, labels), "{selector} {labels}");
        }
    }

    #[test]
    fn what_is_no_selector_is_an_error_that_quotes_it() {
        for text in
            ["", "a=b,", "=b", "a=b=c", "a in b", "a in (b", "a isin (b)", "a b", "a>1", "a_/b=c", "-a", "a=(b)"]
        {
            let why = label_text(text, Whose::Pod).expect_err(text);
            assert!(why.contains(&format!("{text:?}")), "{why}");
        }
    }
}
