//! The walk where nothing is wanted, which is most of a document: all checks, and nobody is told of what is passed.
//!
//! Places are handed on as values, which stay in registers, instead of in the cursor: a quarter of the time of
//! [`Cursor::object`] and [`Cursor::array`] is saved. Both find the same faults in the same words (see the tests).

use super::{Cursor, JsonError, RawString, byte_at, past_space, plain_until, precedes};

impl<'a> Cursor<'a> {
    /// Reads and checks one value.
    ///
    /// # Errors
    /// As [`Cursor::value`].
    pub fn skip(&mut self) -> Result<(), JsonError> {
        let at = past_space(self.text, self.at);
        self.at = if self.again { self.past_again(at)? } else { self.past(at)? };
        Ok(())
    }

    /// The same, where all has been checked before: brackets are counted, and strings passed.
    fn past_again(&mut self, mut at: usize) -> Result<usize, JsonError> {
        let mut depth = 0_usize;
        while let Some(byte) = self.text.as_bytes().get(at) {
            match byte {
                b'"' => at = self.past_string(at)?,
                b'{' | b'[' => {
                    depth += 1;
                    at += 1;
                }
                _ if depth == 0 => return self.past(at),
                b'}' | b']' => {
                    depth -= 1;
                    at += 1;
                }
                _ => at += 1,
            }
            if depth == 0 {
                return Ok(at);
            }
        }
        Err(self.error_at(at, "expected a value"))
    }

    /// The place behind the value that begins at `at`.
    fn past(&mut self, at: usize) -> Result<usize, JsonError> {
        match byte_at(self.text, at) {
            b'"' => self.past_string(at),
            b'{' => self.past_object(at),
            b'[' => self.past_array(at),
            first => {
                self.at = at;
                match first {
                    b't' => self.literal("true"),
                    b'f' => self.literal("false"),
                    b'n' => self.literal("null"),
                    _ => self.number(),
                }?;
                Ok(self.at)
            }
        }
    }

    #[inline]
    fn past_string(&mut self, at: usize) -> Result<usize, JsonError> {
        let end = plain_until(self.text.as_bytes(), at + 1);
        if byte_at(self.text, end) == b'"' {
            return Ok(end + 1);
        }
        self.at = at;
        self.string()?;
        Ok(self.at)
    }

    /// The key that begins at `at`, and the place behind it.
    #[inline]
    fn key(&mut self, at: usize) -> Result<(RawString<'a>, usize), JsonError> {
        if byte_at(self.text, at) == b'"' {
            let end = plain_until(self.text.as_bytes(), at + 1);
            if byte_at(self.text, end) == b'"' {
                return Ok((RawString { raw: &self.text[at + 1..end], escaped: false }, end + 1));
            }
        }
        self.at = at;
        Ok((self.string()?, self.at))
    }

    fn past_object(&mut self, at: usize) -> Result<usize, JsonError> {
        self.at = at;
        self.open(b'{')?;
        let own = self.keys.len();
        let mut at = past_space(self.text, self.at);
        if byte_at(self.text, at) == b'}' {
            self.depth -= 1;
            return Ok(at + 1);
        }
        let mut ascending = true;
        loop {
            let place = at;
            let (key, behind) = self.key(at)?;
            ascending = ascending && !key.escaped && self.keys[own..].last().is_none_or(|last| precedes(last, key.raw));
            if !ascending && let Some(twice) = self.repeats(own, key) {
                return Err(self.error_at(place, format!("duplicate key {twice:?}")));
            }
            self.keys.push(key.raw);
            at = past_space(self.text, behind);
            if byte_at(self.text, at) != b':' {
                return Err(self.error_at(at, "expected `:`"));
            }
            at = past_space(self.text, at + 1);
            at = self.past(at).map_err(|e| e.within(&key.text()))?;
            at = past_space(self.text, at);
            match byte_at(self.text, at) {
                b',' => at = past_space(self.text, at + 1),
                b'}' => break,
                _ => return Err(self.error_at(at, "expected `,` or `}`")),
            }
        }
        self.keys.truncate(own);
        self.depth -= 1;
        Ok(at + 1)
    }

    fn past_array(&mut self, at: usize) -> Result<usize, JsonError> {
        self.at = at;
        self.open(b'[')?;
        let mut at = past_space(self.text, self.at);
        if byte_at(self.text, at) == b']' {
            self.depth -= 1;
            return Ok(at + 1);
        }
        for index in 0.. {
            at = self.past(at).map_err(|e: JsonError| e.within(&index.to_string()))?;
            at = past_space(self.text, at);
            match byte_at(self.text, at) {
                b',' => at = past_space(self.text, at + 1),
                b']' => break,
                _ => return Err(self.error_at(at, "expected `,` or `]`")),
            }
        }
        self.depth -= 1;
        Ok(at + 1)
    }
}
