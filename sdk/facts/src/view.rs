//! The items of a kind as a rule sees them: cut down to its fields, and served in chunks.
//!
//! The first chunks of a document are kept as they were written when it was read; of the others only the size is, and they
//! are written again when a rule asks for them. So memory does not grow with the document, and a document of an ordinary
//! size is walked once.

use crate::fields::{Fields, Sets};
use crate::json::{Cursor, JsonError};
use bytes::Bytes;
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
    items: Arc<[Range<usize>]>,
    fields: Arc<Sets>,
    chunks: Arc<[Chunk]>,
}

impl View {
    pub(crate) fn new(document: Bytes, items: Arc<[Range<usize>]>, fields: &Fields, chunks: Arc<[Chunk]>) -> Self {
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
        match &chunk.items {
            Some(items) if start == chunk.first => Ok((chunk.count, items.clone())),
            _ => Ok((chunk.first + chunk.count - start, self.write(start, chunk)?)),
        }
    }

    fn write(&self, start: u32, chunk: &Chunk) -> Result<String, JsonError> {
        let changed = |at: usize, what: &str| JsonError::new(at, format!("the document has changed: {what}"));
        let mut text = String::with_capacity(chunk.bytes);
        for item in &self.items[start as usize..(chunk.first + chunk.count) as usize] {
            text.push(if text.is_empty() { '[' } else { ',' });
            let at = item.start;
            let item = self.document.get(item.clone()).ok_or_else(|| changed(at, "it is shorter"))?;
            let item = std::str::from_utf8(item).map_err(|_| changed(at, "not UTF-8"))?;
            let projected = self.fields.project(&mut Cursor::again(item), std::slice::from_mut(&mut text));
            projected.map_err(|error| changed(at, error.what()))?;
        }
        text.push(']');
        // That walk leaves most checks to the first one.
        Cursor::new(&text).skip().map_err(|error| changed(self.items[start as usize].start, error.what()))?;
        Ok(text)
    }
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
            *kept = kept.saturating_sub(item.len());
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
