//! A strict walk over JSON text (RFC 8259) that never builds a tree.
//!
//! serde_json can neither tell where a value begins inside a document nor refuses duplicate keys, and both are
//! needed here: evidence is quoted by place, and a key that stands twice would be read one way by a rule and another
//! by the quote. One walk validates, finds the items and projects them.

mod skip;

use crate::pointer;
use std::borrow::Cow;
use std::ops::Range;

/// What is wrong with a document, and where.
///
/// One word wide, since every step of the walk returns one or nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} at byte {} ({})", .0.what, .0.offset, if .0.at.is_empty() { "the top of the document" } else { &.0.at })]
pub struct JsonError(Box<Problem>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    offset: usize,
    at: String,
    what: String,
}

impl JsonError {
    /// About the value that begins at `offset`.
    pub(crate) fn new(offset: usize, what: impl Into<String>) -> Self {
        Self(Box::new(Problem { offset, at: String::new(), what: what.into() }))
    }

    /// Byte offset into the text.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// Pointer of the value being read.
    #[must_use]
    pub fn at(&self) -> &str {
        &self.0.at
    }

    /// One sentence.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Adds the step that led here.
    #[must_use]
    pub fn within(mut self, token: &str) -> Self {
        self.0.at = format!("/{}{}", pointer::escape(token), self.0.at);
        self
    }
}

/// Nesting beyond this is refused, as by serde_json, which reads the same text later.
const DEPTH: u32 = 120;

/// A place in JSON text.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// Keys of all objects being read, innermost last; one buffer serves all of them.
    keys: Vec<&'a str>,
    /// Whether another walk has read all of it before.
    again: bool,
}

/// A string between its quotes, escapes and all.
#[derive(Debug, Clone, Copy)]
pub struct RawString<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> RawString<'a> {
    /// As it stands in the text.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.raw
    }

    /// The characters it stands for.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.raw);
        }
        // Validated by the walk, so this is only the decoding.
        serde_json::from_str(&format!("\"{}\"", self.raw)).map_or(Cow::Borrowed(self.raw), Cow::Owned)
    }
}

/// The type of the value that begins here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `{`
    Object,
    /// `[`
    Array,
    /// Anything else.
    Scalar,
}

impl<'a> Cursor<'a> {
    /// A walk from the beginning of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, keys: Vec::new(), again: false }
    }

    /// A walk over text that another has read before. What is skipped is not checked again, nor are keys compared.
    pub(crate) fn again(text: &'a str) -> Self {
        Self { again: true, ..Self::new(text) }
    }

    /// Byte offset of the next value.
    pub fn offset(&mut self) -> usize {
        self.space();
        self.at
    }

    /// The text from `start` to here.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// Where that text stands.
    #[must_use]
    pub(crate) const fn range_since(&self, start: usize) -> Range<usize> {
        start..self.at
    }

    /// The type of the next value.
    pub fn shape(&mut self) -> Shape {
        match self.peek() {
            b'{' => Shape::Object,
            b'[' => Shape::Array,
            _ => Shape::Scalar,
        }
    }

    /// Whether the next value is a string.
    pub fn begins_string(&mut self) -> bool {
        self.peek() == b'"'
    }

    /// Reads and checks one value; its text.
    ///
    /// # Errors
    /// Bad grammar, duplicate keys, nesting too deep, truncation.
    pub fn value(&mut self) -> Result<&'a str, JsonError> {
        let start = self.offset();
        self.skip()?;
        Ok(self.since(start))
    }

    /// Reads an object; `entry` must read exactly the value of the key it is given.
    ///
    /// # Errors
    /// As [`Cursor::value`], or what `entry` says.
    pub fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, RawString<'a>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'{')?;
        let own = self.keys.len();
        if self.peek() == b'}' {
            return self.close();
        }
        let mut ascending = true;
        loop {
            let key = self.string()?;
            if !self.again {
                let place = self.at - key.raw.len() - 2;
                // Canonical text has its keys in order, and then each differs from all before it.
                let last = self.keys[own..].last();
                ascending = ascending && !key.escaped && last.is_none_or(|last| precedes(last, key.raw));
                if !ascending && let Some(twice) = self.repeats(own, key) {
                    return Err(self.error_at(place, format!("duplicate key {twice:?}")));
                }
                self.keys.push(key.raw);
            }
            self.expect(b':')?;
            entry(self, key).map_err(|e| e.within(&key.text()))?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.keys.truncate(own);
                    return self.close();
                }
                _ => return Err(self.error("expected `,` or `}`")),
            }
        }
    }

    /// Reads an array; `element` must read exactly one value.
    ///
    /// # Errors
    /// As [`Cursor::value`], or what `element` says.
    pub fn array(
        &mut self,
        mut element: impl FnMut(&mut Self, usize) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        if !self.enter_array()? {
            return Ok(());
        }
        for index in 0.. {
            element(self, index).map_err(|e| e.within(&index.to_string()))?;
            if !self.next_element()? {
                break;
            }
        }
        Ok(())
    }

    /// Enters an array. Whether it has an element, which then begins here.
    pub(crate) fn enter_array(&mut self) -> Result<bool, JsonError> {
        self.open(b'[')?;
        if self.peek() != b']' {
            return Ok(true);
        }
        self.close()?;
        Ok(false)
    }

    /// Behind an element: whether another follows, which then begins here.
    pub(crate) fn next_element(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            b',' => self.at += 1,
            b']' => {
                self.close()?;
                return Ok(false);
            }
            _ => return Err(self.error("expected `,` or `]`")),
        }
        Ok(true)
    }

    /// Another walk over the same text that goes on at `at`, as deep in it as this one.
    pub(crate) fn elsewhere(&self, at: usize) -> Self {
        Self { at, depth: self.depth, ..Self::new(self.text) }
    }

    /// Goes on behind the array that was entered: another walk has read it to its end.
    pub(crate) fn leave_array(&mut self, end: usize) {
        self.at = end;
        self.depth -= 1;
    }

    /// All of the text.
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// Reads a string.
    ///
    /// # Errors
    /// Not a string, control characters, bad escapes, truncation.
    pub fn string(&mut self) -> Result<RawString<'a>, JsonError> {
        if self.peek() != b'"' {
            return Err(self.error("expected a string"));
        }
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at = plain_until(self.text.as_bytes(), self.at);
            match self.byte() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ if self.at >= self.text.len() => return Err(self.error("the string never ends")),
                _ => return Err(self.error("control character in a string")),
            }
        }
        let raw = &self.text[start..self.at];
        self.at += 1;
        Ok(RawString { raw, escaped })
    }

    /// The end of the text must be here.
    ///
    /// # Errors
    /// When something follows.
    pub fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.error("text after the end of the document")) }
    }

    /// An error about the value that begins here.
    pub fn error(&self, what: impl Into<String>) -> JsonError {
        self.error_at(self.at, what)
    }

    fn error_at(&self, offset: usize, what: impl Into<String>) -> JsonError {
        let what = if offset >= self.text.len() { "the document is cut off".into() } else { what.into() };
        JsonError::new(offset, what)
    }

    #[inline]
    fn byte(&self) -> u8 {
        byte_at(self.text, self.at)
    }

    #[inline]
    fn space(&mut self) {
        self.at = past_space(self.text, self.at);
    }

    #[inline]
    fn peek(&mut self) -> u8 {
        self.space();
        self.byte()
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() != byte {
            return Err(self.error(format!("expected `{}`", byte as char)));
        }
        self.at += 1;
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<(), JsonError> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > DEPTH { Err(self.error(format!("nested deeper than {DEPTH} levels"))) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Whether `key` stands among the keys of the object being read.
    fn repeats(&self, own: usize, key: RawString<'a>) -> Option<Cow<'a, str>> {
        let mine = &self.keys[own..];
        if mine.iter().any(|k| k.len() == key.raw.len() && *k == key.raw) {
            return Some(key.text());
        }
        // Two spellings of one key (`a` and `\u0061`). Escapes in keys are rare.
        if !key.escaped && !mine.iter().any(|k| k.contains('\\')) {
            return None;
        }
        let text = key.text();
        mine.iter().any(|k| RawString { raw: k, escaped: k.contains('\\') }.text() == text).then_some(text)
    }

    fn literal(&mut self, word: &str) -> Result<(), JsonError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.error("expected a value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        match self.byte() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits()?,
            _ => {
                self.at = start;
                return Err(self.error("expected a value"));
            }
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        let exponent = matches!(self.byte(), b'e' | b'E');
        if exponent {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        // serde_json, which reads the same text later, would give up on all that stands around it.
        let may_be_too_big = exponent || self.at - start > 300;
        if may_be_too_big && serde_json::from_str::<f64>(self.since(start)).is_err() {
            return Err(self.error_at(start, "a number beyond 64-bit floats"));
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        if !self.byte().is_ascii_digit() {
            return Err(self.error("expected a digit"));
        }
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let place = self.at;
        self.at += 1;
        match self.byte() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Ok(())
            }
            b'u' => match self.unit(place)? {
                0xDC00..=0xDFFF => Err(self.error_at(place, "half of a surrogate pair")),
                0xD800..=0xDBFF => {
                    let second = self.at;
                    let follows = self.text.as_bytes()[second..].starts_with(b"\\u");
                    self.at += usize::from(follows);
                    match if follows { self.unit(second)? } else { 0 } {
                        0xDC00..=0xDFFF => Ok(()),
                        _ => Err(self.error_at(place, "half of a surrogate pair")),
                    }
                }
                _ => Ok(()),
            },
            _ => Err(self.error_at(place, "unknown escape")),
        }
    }

    /// Four hexadecimal digits after `\u`; the cursor stands on the `u`.
    fn unit(&mut self, place: usize) -> Result<u32, JsonError> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5).unwrap_or_default();
        let mut unit = 0;
        for digit in digits {
            let value = (*digit as char).to_digit(16).ok_or_else(|| self.error_at(place, "bad \\u escape"))?;
            unit = unit * 16 + value;
        }
        if digits.len() < 4 {
            return Err(self.error_at(self.text.len(), ""));
        }
        self.at += 5;
        Ok(unit)
    }
}

/// 0 behind the end, where no token goes on.
#[inline]
fn byte_at(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

#[inline]
fn past_space(text: &str, mut at: usize) -> usize {
    // Nothing above a space is white space: one comparison in canonical text.
    while byte_at(text, at) <= b' ' && matches!(byte_at(text, at), b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// Order of keys. Most differ in their first byte, and then no other is looked at.
#[inline]
fn precedes(one: &str, other: &str) -> bool {
    match (one.as_bytes().first(), other.as_bytes().first()) {
        (Some(one), Some(other)) if one != other => one < other,
        _ => one < other,
    }
}

/// The first place from `at` on that is a quote, a backslash, a control character or the end: eight bytes a step.
#[inline]
fn plain_until(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_byte = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    while let Some(block) = text.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
        let word = u64::from_le_bytes(block);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let special =
            control | zero_byte(word ^ (ONES * u64::from(b'"'))) | zero_byte(word ^ (ONES * u64::from(b'\\')));
        if special != 0 {
            // Borrows only reach bytes above the first hit, so the lowest set bit is exact.
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|b| *b >= 0x20 && *b != b'"' && *b != b'\\') {
        at += 1;
    }
    at
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
