//! Evidence: the rule names places, the host reads them.

use crate::Stop;
use crate::bindings::eksamine::rule::types;
use eksamine_facts::{Document, Fields, Tree, pointer};
use eksamine_pack::{Digest, RuleMeta};
use eksamine_results::{Cut, Evidence};
use serde_json::value::RawValue;

/// A quoted value longer than this is cut.
const LONGEST: usize = 4 << 10;

/// Reads the places of one finding.
pub(crate) fn quote(
    meta: &RuleMeta,
    document: &Document,
    evidence: Vec<types::Evidence>,
) -> Result<Vec<Evidence>, Stop> {
    evidence
        .into_iter()
        .map(|place| {
            if !is_visible(meta, &place.at) {
                return Err(Stop::OutsideView(place.at));
            }
            Ok(read(document, place))
        })
        .collect()
}

/// Whether the rule can have seen the place: its declared fields, a kind's status, the scope, the time.
fn is_visible(meta: &RuleMeta, place: &str) -> bool {
    let Some(tokens) = pointer::tokens(place) else {
        return false;
    };
    let tokens: Vec<_> = tokens.collect();
    match tokens.iter().map(AsRef::as_ref).collect::<Vec<&str>>().as_slice() {
        ["scope", ..] | ["collected_at"] => true,
        ["facts", kind, rest @ ..] => match (meta.fact(kind), rest) {
            (None, _) => false,
            (Some(_), ["status" | "reason"] | ["gaps", ..]) => true,
            (Some(need), ["items", index, ..]) if index.bytes().all(|b| b.is_ascii_digit()) => {
                let below = place.match_indices('/').nth(4).map_or("", |(at, _)| &place[at..]);
                Fields::new(&need.fields).is_ok_and(|fields| fields.show(below))
            }
            _ => false,
        },
        _ => false,
    }
}

fn read(document: &Document, place: types::Evidence) -> Evidence {
    let mut quoted = Evidence { at: place.at, observed: None, absent: false, cut: None, note: place.note };
    let text = document.quote(&quoted.at).and_then(|t| Tree::parse(t).ok()).map(|t| t.canonical());
    match text {
        None => quoted.absent = true,
        Some(text) if text.len() > LONGEST => {
            let mut end = LONGEST;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let (bytes, digest) = (text.len() as u64, Digest::of(text.as_bytes()));
            quoted.cut = Some(Cut { begins: text[..end].to_owned(), bytes, digest });
        }
        Some(text) => quoted.observed = RawValue::from_string(text).ok(),
    }
    quoted
}
