//! The items of a kind as a rule sees them: cut down to its fields, and served in chunks.
//!
//! The first chunks of a document are kept as they were written when it was read; of the others only the size is, and they
//! are written again when a rule asks for them. So views take no more memory than that, and a document of an ordinary size
//! is walked once.

use crate::fields::{Fields, Sets};
use crate::json::{Cursor, JsonError};
use bytes::Bytes;
use serde::de::IgnoredAny;
use std::ops::Range;
use std::sync::Arc;

/// Items are handed to rules in JSON arrays of about this many bytes, so that a rule's memory stays bounded.
pub const CHUNK: usize = 256 * 1024;

/// About how many bytes of views are kept of a document.
pub(crate) const KEPT: usize = 96 << 20;

/// Consecutive items, cut down to the fields of one set: a complete JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Index of the first item.
    first: u32,
    /// How many.
    count: u32,
    /// Length of the array's text.
    bytes: usize,
    /// The array, where it was kept.
    items: Option<String>,
}

/// A kind's items, for the fields of one rule.
#[derive(Debug, Clone)]
pub struct View {
    document: Bytes,
    items: Arc<Vec<Range<usize>>>,
    fields: Arc<Sets>,
    chunks: Arc<[Chunk]>,
}

impl View {
    pub(crate) fn new(document: Bytes, items: Arc<Vec<Range<usize>>>, fields: &Fields, chunks: Arc<[Chunk]>) -> Self {
        Self { document, items, fields: Arc::new(Sets::new(std::slice::from_ref(fields))), chunks }
    }

    /// Of nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self { document: Bytes::new(), items: Arc::default(), fields: Arc::default(), chunks: Arc::default() }
    }

    /// Bytes of all chunks.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.bytes as u64).sum()
    }

    /// The items from `start` to the end of the chunk that it lies in: how many, and the array. None beyond the last.
    ///
    /// # Errors
    /// When the document is no longer what was read: it is a mapped file, and someone has written to it.
    pub fn read(&self, start: u32) -> Result<(u32, String), JsonError> {
        let found = self.chunks.partition_point(|c| c.first <= start).checked_sub(1).map(|i| &self.chunks[i]);
        let Some(chunk) = found.filter(|chunk| start - chunk.first < chunk.count) else {
            return Ok((0, "[]".to_owned()));
        };
        let items = match &chunk.items {
            Some(items) if start == chunk.first => items.clone(),
            Some(items) => rest_of(items, start - chunk.first),
            None => self.write(start, chunk)?,
        };
        Ok((chunk.first + chunk.count - start, items))
    }

    fn write(&self, start: u32, chunk: &Chunk) -> Result<String, JsonError> {
        let mut text = String::with_capacity(chunk.bytes);
        for index in start..chunk.first + chunk.count {
            text.push(if text.is_empty() { '[' } else { ',' });
            let item = &self.items[index as usize];
            let changed = |what: &str| {
                let what = format!("it is not what was read before: {what}");
                JsonError::new(item.start, what).within(&index.to_string())
            };
            let now = self.document.get(item.clone()).ok_or_else(|| changed("it is shorter"))?;
            let now = std::str::from_utf8(now).map_err(|_| changed("not UTF-8"))?;
            let begun = text.len();
            let projected = self.fields.project(&mut Cursor::again(now), std::slice::from_mut(&mut text));
            projected.map_err(|error| changed(error.what()))?;
            // That walk leaves most checks to the first one.
            serde_json::from_str::<IgnoredAny>(&text[begun..]).map_err(|error| changed(&error.to_string()))?;
        }
        text.push(']');
        Ok(text)
    }
}

/// The items of an array from the `skip`th on.
fn rest_of(items: &str, skip: u32) -> String {
    let mut cursor = Cursor::again(items);
    let mut from = None;
    // We wrote this text, so the walk cannot fail.
    let walked = cursor.array(|cursor, index| {
        let start = cursor.offset();
        if index == skip as usize {
            from = Some(start);
        }
        cursor.skip()
    });
    let from = from.filter(|_| walked.is_ok()).unwrap_or(items.len());
    format!("[{}", &items[from..])
}

/// The chunks of a view, as its items come.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    done: Vec<Chunk>,
    last: Option<Chunk>,
}

impl Chunks {
    /// Adds an item. `kept`: how many bytes may still be kept.
    pub(crate) fn push(&mut self, index: u32, item: &str, kept: &mut usize) {
        match &mut self.last {
            Some(last) if last.bytes + 1 + item.len() <= CHUNK => {
                last.count += 1;
                last.bytes += 1 + item.len();
                if let Some(items) = &mut last.items {
                    items.push(',');
                    items.push_str(item);
                }
            }
            _ => {
                self.close();
                let items = (*kept > 0).then(|| format!("[{item}"));
                self.last = Some(Chunk { first: index, count: 1, bytes: item.len() + 2, items });
            }
        }
        if self.last.as_ref().is_some_and(|last| last.items.is_some()) {
            *kept = kept.saturating_sub(1 + item.len());
        }
    }

    fn close(&mut self) {
        self.done.extend(self.last.take().map(|mut last| {
            if let Some(items) = &mut last.items {
                items.push(']');
                // It lives as long as the scan: give back what its growth over-allocated.
                items.shrink_to_fit();
            }
            last
        }));
    }

    pub(crate) fn finish(mut self) -> Arc<[Chunk]> {
        self.close();
        self.done.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_enough_is_kept_only_sizes_are() {
        let (mut chunks, mut kept) = (Chunks::default(), 2 * CHUNK);
        let item = format!("\"{}\"", "x".repeat(998));
        for index in 0..2_000 {
            chunks.push(index, &item, &mut kept);
        }
        let chunks = chunks.finish();
        assert_eq!((kept, chunks.iter().map(|chunk| chunk.count).sum::<u32>()), (0, 2_000));
        let held: usize = chunks.iter().filter_map(|chunk| chunk.items.as_ref()).map(String::len).sum();
        // The chunk that was open when the last byte was used up is kept to its end.
        assert!((2 * CHUNK..=3 * CHUNK).contains(&held), "{held}");
        assert!(chunks.iter().all(|chunk| chunk.items.as_ref().is_none_or(|items| items.len() == chunk.bytes)));
    }
}
