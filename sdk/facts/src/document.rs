//! The facts document, `eksamine.facts/v1`: read once, strictly, and projected on the way.

use crate::availability::{Availability, Gap};
use crate::fields::Fields;
use crate::items::Items;
use crate::json::{Cursor, JsonError, Shape};
use crate::pointer;
use crate::scope::Scope;
use crate::view::{Chunk, KEPT, View};
use bytes::Bytes;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The schema this program reads and writes.
pub const SCHEMA: &str = "eksamine.facts/v1";

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

/// One kind of a document.
#[derive(Debug)]
pub struct KindFacts {
    /// How much of it is there.
    pub status: Availability,
    /// Why, when it is not complete.
    pub reason: Option<String>,
    /// What to grant, when it was denied.
    pub permission: Option<String>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    document: Bytes,
    items: Arc<Vec<Range<usize>>>,
    views: Vec<(Fields, Arc<[Chunk]>)>,
    /// Where what else the document says of it stands.
    places: Places,
}

/// Where the values of an object stand, by their keys. They are quoted for many findings, and a big document is not walked
/// for each.
type Places = BTreeMap<String, Range<usize>>;

impl KindFacts {
    /// How many items there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        // `read` refuses more.
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The items as a rule with these fields sees them. Empty for fields that the projection did not hold.
    #[must_use]
    pub fn view(&self, fields: &Fields) -> View {
        let chunks = self.views.iter().find(|(set, _)| set == fields).map_or_else(Arc::default, |(_, c)| c.clone());
        View::new(self.document.clone(), self.items.clone(), fields, chunks)
    }
}

/// A document that was read. It shares the bytes, which may be a memory-mapped file.
#[derive(Debug)]
pub struct Document {
    /// Which cluster.
    pub scope: Scope,
    /// When the facts were taken (RFC 3339, UTC).
    pub collected_at: String,
    /// What took them; JSON text.
    pub collector: Option<String>,
    scope_text: String,
    bytes: Bytes,
    /// Of all but the facts.
    places: Places,
    kinds: BTreeMap<String, KindFacts>,
}

impl Document {
    /// Reads a document in one walk, writing what `wanted` asks for.
    ///
    /// # Errors
    /// Anything that is not `eksamine.facts/v1` to the letter, with the byte and the pointer of the place: bad UTF-8 or
    /// JSON, duplicate keys at any depth, unknown keys of the document or of a kind, unknown statuses, truncation.
    pub fn read(bytes: impl Into<Bytes>, wanted: &Projection) -> Result<Self, JsonError> {
        let bytes = bytes.into();
        let text = std::str::from_utf8(&bytes).map_err(|e| JsonError::new(e.valid_up_to(), "not UTF-8"))?;
        let mut cursor = Cursor::new(text);
        let mut parts = Parts::default();
        let mut kept = KEPT;
        cursor.object(|cursor, key| {
            let start = cursor.offset();
            match &*key.text() {
                "schema" => schema(cursor)?,
                "collected_at" => parts.collected_at = Some(instant(cursor)?),
                "collector" => parts.collector = Some(cursor.value()?.to_owned()),
                "scope" => parts.scope = Some((read_object(cursor)?, cursor.since(start).to_owned())),
                "facts" => {
                    let kinds = parts.kinds.insert(BTreeMap::new());
                    cursor.object(|cursor, kind| {
                        let kind = kind.text().into_owned();
                        let sets = wanted.0.get(&kind).map_or(&[][..], Vec::as_slice);
                        kinds.insert(kind, read_kind(&bytes, cursor, sets, &mut kept)?);
                        Ok(())
                    })?;
                }
                other => return Err(cursor.error(format!("unknown key {other:?}"))),
            }
            parts.places.insert(key.text().into_owned(), cursor.range_since(start));
            Ok(())
        })?;
        cursor.end()?;
        parts.finish(bytes.clone())
    }

    /// One kind; `None` when the document does not hold it.
    #[must_use]
    pub fn kind(&self, kind: &str) -> Option<&KindFacts> {
        self.kinds.get(kind)
    }

    /// All kinds in order.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &KindFacts)> {
        self.kinds.iter().map(|(name, kind)| (name.as_str(), kind))
    }

    /// The scope as JSON text.
    #[must_use]
    pub fn scope_text(&self) -> &str {
        &self.scope_text
    }

    /// The JSON text at a place of the document; `None` when there is nothing.
    #[must_use]
    pub fn quote(&self, place: &str) -> Option<&str> {
        let tokens: Vec<String> = pointer::tokens(place)?.map(std::borrow::Cow::into_owned).collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        let (known, rest) = match tokens.as_slice() {
            ["facts", kind, "items", index, rest @ ..] => {
                let valid = *index == "0" || !index.starts_with(['0', '+']);
                (self.kinds.get(*kind)?.items.get(index.parse::<usize>().ok().filter(|_| valid)?)?, rest)
            }
            ["facts", kind, key, rest @ ..] if *key != "items" => (self.kinds.get(*kind)?.places.get(*key)?, rest),
            [key, rest @ ..] if *key != "facts" => (self.places.get(*key)?, rest),
            all => (&(0..self.bytes.len()), all),
        };
        descend(self.text(known)?, rest)
    }

    fn text(&self, place: &Range<usize>) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(place.clone())?).ok()
    }
}

#[derive(Default)]
struct Parts {
    places: Places,
    collected_at: Option<String>,
    collector: Option<String>,
    scope: Option<(Scope, String)>,
    kinds: Option<BTreeMap<String, KindFacts>>,
}

impl Parts {
    fn finish(mut self, bytes: Bytes) -> Result<Document, JsonError> {
        if !self.places.contains_key("schema") {
            return Err(JsonError::new(0, format!("no \"schema\"; this program reads {SCHEMA:?}")));
        }
        let missing = |key| JsonError::new(0, format!("no {key:?}"));
        self.places.remove("facts");
        let (scope, scope_text) = self.scope.ok_or_else(|| missing("scope"))?;
        Ok(Document {
            scope,
            scope_text,
            collected_at: self.collected_at.ok_or_else(|| missing("collected_at"))?,
            collector: self.collector,
            bytes,
            places: self.places,
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

/// `kept`: how many bytes of views may still be kept.
fn read_kind(
    document: &Bytes,
    cursor: &mut Cursor<'_>,
    sets: &[Fields],
    kept: &mut usize,
) -> Result<KindFacts, JsonError> {
    let (mut status, mut reason, mut permission, mut gaps, mut items) = (None, None, None, Vec::new(), None);
    let start = cursor.offset();
    let mut places = Places::new();
    cursor.object(|cursor, key| {
        let value = cursor.offset();
        match &*key.text() {
            "status" => status = Some(read_as::<Availability>(cursor)?),
            "reason" => reason = read_as::<Option<String>>(cursor)?,
            "permission" => permission = read_as::<Option<String>>(cursor)?,
            "gaps" => cursor.array(|cursor, _| {
                gaps.push(gap(cursor)?);
                Ok(())
            })?,
            "items" => items = Some(Items::read(cursor, sets, kept)?),
            other => return Err(cursor.error(format!("unknown key {other:?} of a kind"))),
        }
        places.insert(key.text().into_owned(), cursor.range_since(value));
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
    places.remove("items");
    let (document, items) = (document.clone(), Arc::new(items));
    Ok(KindFacts { status, reason, permission, gaps, document, items, views, places })
}

fn gap(cursor: &mut Cursor<'_>) -> Result<Gap, JsonError> {
    let start = cursor.offset();
    let gap: Gap = read_object(cursor)?;
    if matches!(gap.status, Availability::Complete | Availability::Partial) {
        let what = format!("a gap that is {}: it is absent, denied, error or not-collected", gap.status);
        return Err(JsonError::new(start, what));
    }
    Ok(gap)
}

/// serde would take the fields of an object in an array as well.
fn read_object<'a, T: Deserialize<'a>>(cursor: &mut Cursor<'a>) -> Result<T, JsonError> {
    if cursor.shape() != Shape::Object {
        return Err(cursor.error("expected an object"));
    }
    read_as(cursor)
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
