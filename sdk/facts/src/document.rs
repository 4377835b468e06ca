//! The facts document, `eksamine.facts/v1`: read once, strictly, and projected on the way.

use crate::availability::{Availability, Gap};
use crate::fields::Fields;
use crate::items::Items;
use crate::json::{Cursor, JsonError, Shape};
use crate::pointer;
use crate::scope::Scope;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schema this program reads and writes.
pub const SCHEMA: &str = "eksamine.facts/v1";

/// Items are handed to rules in JSON arrays of about this many bytes, so that a rule's memory stays bounded.
pub const CHUNK: usize = 256 * 1024;

/// What the selected rules want of a document: for each kind, the distinct field sets.
#[derive(Debug, Clone, Default)]
pub struct Projection(BTreeMap<String, Vec<Fields>>);

impl Projection {
    /// Adds a rule's fields of a kind. Rules with the same fields share what is written for them.
    pub fn add(&mut self, kind: &str, fields: &Fields) {
        let sets = self.0.entry(kind.to_owned()).or_default();
        if !sets.contains(fields) {
            sets.push(fields.clone());
        }
    }
}

/// Consecutive items, cut down to the fields of one set: a complete JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Index of the first item.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// The array.
    pub items: String,
}

/// One kind of a document.
#[derive(Debug)]
pub struct KindFacts<'a> {
    /// How much of it is there.
    pub status: Availability,
    /// Why, when it is not complete.
    pub reason: Option<String>,
    /// What to grant, when it was denied.
    pub permission: Option<String>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    items: Vec<&'a str>,
    views: Vec<(Fields, Arc<[Chunk]>)>,
    /// What else the document says of it, as it stands.
    texts: Texts<'a>,
}

/// The values of an object by their keys. They are quoted for many findings, and a big document is not walked for each.
type Texts<'a> = BTreeMap<String, &'a str>;

impl KindFacts<'_> {
    /// How many items there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        // `read` refuses more.
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The items as a rule with these fields sees them. Empty for fields that the projection did not hold.
    #[must_use]
    pub fn view(&self, fields: &Fields) -> Arc<[Chunk]> {
        self.views.iter().find(|(set, _)| set == fields).map_or_else(Arc::default, |(_, chunks)| chunks.clone())
    }
}

/// A document that was read. It borrows the text, which may be a memory-mapped file.
#[derive(Debug)]
pub struct Document<'a> {
    /// Which cluster.
    pub scope: Scope,
    /// When the facts were taken (RFC 3339, UTC).
    pub collected_at: String,
    /// What took them; JSON text.
    pub collector: Option<&'a str>,
    text: &'a str,
    /// All but the facts.
    texts: Texts<'a>,
    scope_text: &'a str,
    kinds: BTreeMap<String, KindFacts<'a>>,
}

#[derive(Deserialize)]
struct GapList(Vec<Gap>);

impl<'a> Document<'a> {
    /// Reads a document in one walk, writing what `wanted` asks for.
    ///
    /// # Errors
    /// Anything that is not `eksamine.facts/v1` to the letter, with the byte and the pointer of the place: bad JSON,
    /// duplicate keys at any depth, unknown keys of the document or of a kind, unknown statuses, truncation.
    pub fn read(text: &'a str, wanted: &Projection) -> Result<Self, JsonError> {
        let mut cursor = Cursor::new(text);
        let mut parts = Parts::default();
        cursor.object(|cursor, key| {
            let start = cursor.offset();
            match &*key.text() {
                "schema" => schema(cursor)?,
                "collected_at" => parts.collected_at = Some(instant(cursor)?),
                "collector" => parts.collector = Some(cursor.value()?),
                "scope" => parts.scope = Some((cursor.offset(), cursor.value()?)),
                "facts" => {
                    let kinds = parts.kinds.insert(BTreeMap::new());
                    cursor.object(|cursor, kind| {
                        let kind = kind.text().into_owned();
                        let sets = wanted.0.get(&kind).map_or(&[][..], Vec::as_slice);
                        kinds.insert(kind, read_kind(cursor, sets)?);
                        Ok(())
                    })?;
                }
                other => return Err(cursor.error(format!("unknown key {other:?}"))),
            }
            parts.texts.insert(key.text().into_owned(), cursor.since(start));
            Ok(())
        })?;
        cursor.end()?;
        parts.finish(text)
    }

    /// One kind; `None` when the document does not hold it.
    #[must_use]
    pub fn kind(&self, kind: &str) -> Option<&KindFacts<'a>> {
        self.kinds.get(kind)
    }

    /// All kinds in order.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &KindFacts<'a>)> {
        self.kinds.iter().map(|(name, kind)| (name.as_str(), kind))
    }

    /// The scope as JSON text.
    #[must_use]
    pub fn scope_text(&self) -> &'a str {
        self.scope_text
    }

    /// The JSON text at a place of the document; `None` when there is nothing.
    #[must_use]
    pub fn quote(&self, place: &str) -> Option<&'a str> {
        let tokens: Vec<String> = pointer::tokens(place)?.map(std::borrow::Cow::into_owned).collect();
        match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["facts", kind, "items", index, rest @ ..] => {
                let valid = *index == "0" || !index.starts_with(['0', '+']);
                let item = self.kinds.get(*kind)?.items.get(index.parse::<usize>().ok().filter(|_| valid)?)?;
                descend(item, rest)
            }
            ["facts", kind, key, rest @ ..] if *key != "items" => {
                descend(self.kinds.get(*kind)?.texts.get(*key)?, rest)
            }
            [key, rest @ ..] if *key != "facts" => descend(self.texts.get(*key)?, rest),
            all => descend(self.text, all),
        }
    }
}

#[derive(Default)]
struct Parts<'a> {
    texts: Texts<'a>,
    collected_at: Option<String>,
    collector: Option<&'a str>,
    scope: Option<(usize, &'a str)>,
    kinds: Option<BTreeMap<String, KindFacts<'a>>>,
}

impl<'a> Parts<'a> {
    fn finish(mut self, text: &'a str) -> Result<Document<'a>, JsonError> {
        if !self.texts.contains_key("schema") {
            return Err(JsonError::new(0, format!("no \"schema\"; this program reads {SCHEMA:?}")));
        }
        let missing = |key| JsonError::new(0, format!("no {key:?}"));
        let (scope_at, scope_text) = self.scope.ok_or_else(|| missing("scope"))?;
        let scope =
            serde_json::from_str(scope_text).map_err(|e| JsonError::new(scope_at, e.to_string()).within("scope"))?;
        self.texts.remove("facts");
        Ok(Document {
            scope,
            collected_at: self.collected_at.ok_or_else(|| missing("collected_at"))?,
            collector: self.collector,
            text,
            texts: self.texts,
            scope_text,
            kinds: self.kinds.ok_or_else(|| missing("facts"))?,
        })
    }
}

fn schema(cursor: &mut Cursor<'_>) -> Result<(), JsonError> {
    let place = cursor.offset();
    let found = cursor.string()?.text();
    if found == SCHEMA {
        return Ok(());
    }
    let what = format!("schema {found:?}; this program reads {SCHEMA:?}");
    Err(JsonError::new(place, what))
}

/// `2026-11-23T10:00:00Z`, fractions allowed. The calendar is checked where the instant is used.
fn instant(cursor: &mut Cursor<'_>) -> Result<String, JsonError> {
    let place = cursor.offset();
    let text = cursor.string()?.text().into_owned();
    let (date_time, zone) = text.split_at(text.len().min(19));
    let digits_where_due = date_time.len() == 19
        && date_time.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            10 => b == b'T',
            13 | 16 => b == b':',
            _ => b.is_ascii_digit(),
        });
    let utc = zone.strip_suffix('Z').is_some_and(|f| {
        f.is_empty() || f.strip_prefix('.').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    });
    if digits_where_due && utc {
        return Ok(text);
    }
    let what = format!("{text:?} is no RFC 3339 instant in UTC (2026-11-23T10:00:00Z)");
    Err(JsonError::new(place, what))
}

fn read_kind<'a>(cursor: &mut Cursor<'a>, sets: &[Fields]) -> Result<KindFacts<'a>, JsonError> {
    let (mut status, mut reason, mut permission, mut gaps, mut items) = (None, None, None, Vec::new(), None);
    let start = cursor.offset();
    let mut texts = Texts::new();
    cursor.object(|cursor, key| {
        let value = cursor.offset();
        match &*key.text() {
            "status" => status = Some(read_as::<Availability>(cursor)?),
            "reason" => reason = read_as::<Option<String>>(cursor)?,
            "permission" => permission = read_as::<Option<String>>(cursor)?,
            "gaps" => gaps = read_as::<GapList>(cursor)?.0,
            "items" => items = Some(Items::read(cursor, sets)?),
            other => return Err(cursor.error(format!("unknown key {other:?} of a kind"))),
        }
        texts.insert(key.text().into_owned(), cursor.since(value));
        Ok(())
    })?;
    let bad = |what: &str| JsonError::new(start, what);
    let status = status.ok_or_else(|| bad("a kind without \"status\""))?;
    if items.is_none() && matches!(status, Availability::Complete | Availability::Partial) {
        return Err(bad("a complete or partial kind without \"items\""));
    }
    if status == Availability::Complete && !gaps.is_empty() {
        return Err(bad("a complete kind with gaps: a kind with gaps is partial"));
    }
    let Items { items, views } = items.unwrap_or_default();
    texts.remove("items");
    Ok(KindFacts { status, reason, permission, gaps, items, views, texts })
}

/// Small parts are read by serde once the walk has checked their grammar.
fn read_as<'a, T: Deserialize<'a>>(cursor: &mut Cursor<'a>) -> Result<T, JsonError> {
    let offset = cursor.offset();
    let text = cursor.value()?;
    serde_json::from_str(text).map_err(|e| JsonError::new(offset, e.to_string()))
}

/// The text at `tokens` below `text`, which was validated when the document was read.
fn descend<'a>(text: &'a str, tokens: &[&str]) -> Option<&'a str> {
    let mut cursor = Cursor::new(text);
    let Some((first, rest)) = tokens.split_first() else {
        return cursor.value().ok();
    };
    let mut found = None;
    match cursor.shape() {
        Shape::Object => cursor
            .object(|cursor, key| {
                let value = cursor.value()?;
                if key.text() == *first {
                    found = Some(value);
                }
                Ok(())
            })
            .ok()?,
        Shape::Array => cursor
            .array(|cursor, index| {
                let value = cursor.value()?;
                if index.to_string() == *first {
                    found = Some(value);
                }
                Ok(())
            })
            .ok()?,
        Shape::Scalar => return None,
    }
    descend(found?, rest)
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
