//! Calico's selector expressions. Grammar: the comment on `Selector` in projectcalico/calico
//! `api/pkg/apis/projectcalico/v3/globalnetworkpolicy.go`, and `libcalico-go/lib/selector/tokenizer`.

use super::selector::{Owner, Selector, Test, Whose};
use smol_str::SmolStr;

/// Parentheses and negations nested deeper than this are not read: the text comes from the cluster.
const DEEPEST: usize = 32;

/// Reads an expression; `whose` tells whose label a name is, or why it cannot be known.
///
/// # Errors
/// What cannot be read of it.
pub(super) fn parse(text: &str, whose: Owner) -> Result<Selector, String> {
    if text.trim().is_empty() {
        return Ok(Selector::All);
    }
    let mut parser = Parser { rest: text.trim(), whose };
    let selector = parser.or(0).map_err(|why| format!("{why} in the selector {text:?}"))?;
    if parser.rest.is_empty() {
        Ok(selector)
    } else {
        Err(format!("{:?} is unexpected in the selector {text:?}", parser.rest))
    }
}

struct Parser<'t> {
    rest: &'t str,
    whose: Owner,
}

impl<'t> Parser<'t> {
    fn take(&mut self, word: &str) -> bool {
        let found = self.rest.strip_prefix(word);
        if let Some(rest) = found {
            self.rest = rest.trim_start();
        }
        found.is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(format!("{word} is missing")) }
    }

    fn or(&mut self, depth: usize) -> Result<Selector, String> {
        let mut parts = vec![self.and(depth)?];
        while self.take("||") {
            parts.push(self.and(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Selector::Or(parts) })
    }

    fn and(&mut self, depth: usize) -> Result<Selector, String> {
        let mut parts = vec![self.operand(depth)?];
        while self.take("&&") {
            parts.push(self.operand(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Selector::And(parts) })
    }

    fn operand(&mut self, depth: usize) -> Result<Selector, String> {
        if depth > DEEPEST {
            return Err("too much nesting".into());
        }
        if self.take("!") {
            return Ok(Selector::Not(Box::new(self.operand(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return self.expect(")").map(|()| inner);
        }
        if self.take("all(") {
            return self.expect(")").map(|()| Selector::All);
        }
        // global() is for what lives in no namespace.
        if self.take("global(") {
            return self.expect(")").map(|()| Selector::Never);
        }
        if self.take("has(") {
            let (whose, key) = self.name()?;
            return self.expect(")").map(|()| Selector::Label(whose, key, Test::Exists));
        }
        let (whose, key) = self.name()?;
        let (test, negated) = self.comparison()?;
        let label = Selector::Label(whose, key, test);
        Ok(if negated { Selector::Not(Box::new(label)) } else { label })
    }

    fn name(&mut self) -> Result<(Whose, SmolStr), String> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_./-".contains(c))).unwrap_or(self.rest.len());
        if end == 0 {
            return Err("a label's name is missing".into());
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (self.whose)(name)
    }

    fn comparison(&mut self) -> Result<(Test, bool), String> {
        let one = |value| Test::In(vec![value]);
        if self.take("==") {
            return Ok((one(self.text()?), false));
        }
        if self.take("!=") {
            return Ok((one(self.text()?), true));
        }
        if self.take("contains") {
            return Ok((Test::Contains(self.text()?), false));
        }
        if self.take("starts") {
            self.expect("with")?;
            return Ok((Test::StartsWith(self.text()?), false));
        }
        if self.take("ends") {
            self.expect("with")?;
            return Ok((Test::EndsWith(self.text()?), false));
        }
        let negated = self.take("not");
        self.expect("in").map_err(|_| "a comparison is missing")?;
        Ok((Test::In(self.set()?), negated))
    }

    fn set(&mut self) -> Result<Vec<SmolStr>, String> {
        self.expect("{")?;
        let mut values = Vec::new();
        while !self.take("}") {
            values.push(self.text()?);
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(values)
    }

    fn text(&mut self) -> Result<SmolStr, String> {
        let quote = ['"', '\''].into_iter().find(|q| self.rest.starts_with(*q)).ok_or("a quoted text is missing")?;
        let (text, rest) = self.rest[1..].split_once(quote).ok_or("a quote is not closed")?;
        self.rest = rest.trim_start();
        Ok(SmolStr::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::selector::{Value, pods_own};

    fn read(text: &str) -> Result<Selector, String> {
        parse(text, pods_own)
    }

    fn holds(text: &str, labels: &[(&str, &str)]) -> Option<bool> {
        let look = |_: Whose, key: &str| {
            labels.iter().find(|(k, _)| *k == key).map_or(Value::Missing, |(_, v)| Value::Is(SmolStr::new(v)))
        };
        read(text).expect(text).matches(&look).peek().copied()
    }

    #[test]
    fn the_grammar() {
        let web = &[("app", "web"), ("a/b.c-d_e", "")][..];
        for text in [
            "",
            "all()",
            "app == 'web'",
            "app==\"web\"",
            "app != 'db'",
            "x != 'y'",
            "app in {'db', 'web'}",
            "app not in {'db'}",
            "app not in {}",
            "has(app)",
            "!has(x)",
            "has(a/b.c-d_e)",
            "app starts with 'w'",
            "app ends with 'b'",
            "app contains 'e'",
            "x == 'y' || app == 'web' && has(app)",
            "(x == 'y' || has(app)) && !(has(x))",
            "! ! has(app)",
        ] {
            assert_eq!(holds(text, web), Some(true), "{text}");
        }
        for text in ["app == 'db'", "global()", "x contains ''", "app in {}", "has(app) && has(x)", "!all()"] {
            assert_eq!(holds(text, web), Some(false), "{text}");
        }
    }

    #[test]
    fn what_is_not_of_the_grammar_is_refused() {
        for text in [
            "app = 'web'",
            "app == web",
            "app == 'web",
            "(has(app)",
            "has()",
            "app",
            "has(a) has(b)",
            "app in {'a' 'b'}",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"!".repeat(1_000_000)).is_err());
    }
}
