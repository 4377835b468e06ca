//! JSON as a tree, for the one place that rewrites objects: between an API's answer and the document.

use crate::json::{Cursor, JsonError, Shape};
use std::borrow::Cow;

/// A JSON value. Numbers and literals keep the source's spelling.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree<'a> {
    /// A number, `true`, `false` or `null`, as spelt.
    Token(Cow<'a, str>),
    /// A string, decoded.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Tree<'a>>),
    /// An object in the order of its keys' bytes once written.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// Reads one value that is the whole of `text`.
    ///
    /// # Errors
    /// As [`Cursor::value`].
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        let mut cursor = Cursor::new(text);
        let tree = Self::read(&mut cursor)?;
        cursor.end()?;
        Ok(tree)
    }

    /// Reads the next value.
    ///
    /// # Errors
    /// As [`Cursor::value`].
    pub fn read(cursor: &mut Cursor<'a>) -> Result<Self, JsonError> {
        match cursor.shape() {
            Shape::Object => {
                let mut entries = Vec::new();
                cursor.object(|cursor, key| {
                    entries.push((key.text(), Self::read(cursor)?));
                    Ok(())
                })?;
                Ok(Self::Object(entries))
            }
            Shape::Array => {
                let mut elements = Vec::new();
                cursor.array(|cursor, _| {
                    elements.push(Self::read(cursor)?);
                    Ok(())
                })?;
                Ok(Self::Array(elements))
            }
            Shape::Scalar if cursor.begins_string() => Ok(Self::Text(cursor.string()?.text())),
            Shape::Scalar => Ok(Self::Token(Cow::Borrowed(cursor.value()?))),
        }
    }

    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// The entry of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The value at an RFC 6901 pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        crate::pointer::tokens(pointer)?.try_fold(self, |tree, token| match tree {
            Self::Object(_) => tree.get(&token),
            Self::Array(elements) => elements.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The characters of a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Sets an entry of an object; other values stay as they are.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: Self) {
        if let Self::Object(entries) = self {
            let key = key.into();
            match entries.iter_mut().find(|(k, _)| *k == key) {
                Some((_, old)) => *old = value,
                None => entries.push((key, value)),
            }
        }
    }

    /// Removes an entry of an object.
    pub fn remove(&mut self, key: &str) -> Option<Self> {
        match self {
            Self::Object(entries) => {
                let at = entries.iter().position(|(k, _)| k == key)?;
                Some(entries.remove(at).1)
            }
            _ => None,
        }
    }

    /// Canonical JSON: keys sorted by UTF-8 bytes, no white space, minimal escapes, numbers as spelt.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Token(token) => out.push_str(token),
            Self::Text(text) => write_text(text, out),
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write(out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
                out.push('{');
                for (index, (key, value)) in sorted.into_iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// Canonical JSON.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_is_sorted_minimal_and_keeps_number_tokens() {
        let tree =
            Tree::parse(" {\"b\": [1.50, 1e3, -0], \"a\\u00e9\": \"\\u002f\\n\\u0001\", \"B\": null} ").expect("JSON");
        assert_eq!(tree.canonical(), r#"{"B":null,"aé":"/\n\u0001","b":[1.50,1e3,-0]}"#);
        assert_eq!(Tree::parse(&tree.canonical()).expect("JSON").canonical(), tree.canonical());
    }

    #[test]
    fn entries_are_found_set_and_removed() {
        let mut tree = Tree::parse(r#"{"a":{"b":[{"c":"x"}]}}"#).expect("JSON");
        assert_eq!(tree.at("/a/b/0/c").and_then(Tree::as_text), Some("x"));
        tree.set("d", Tree::text("y"));
        assert!(tree.remove("a").is_some());
        assert_eq!(tree.canonical(), r#"{"d":"y"}"#);
    }
}
