//! YAML that stands as text inside a fact, as far as the authenticator of EKS reads it: the first document, as a tree.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// Why text cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    place: Place,
    why: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    pub(super) fn says(self, why: impl Into<String>) -> Malformed {
        Malformed { place: self, why: why.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `plain`: neither quoted nor tagged, so that what it looks like is what it is.
    Scalar { text: String, plain: bool },
    /// A sequence. Shared, since an alias may repeat it often.
    List(Vec<Rc<Node>>),
    /// A mapping; of a key that stands twice the later value holds.
    Map(BTreeMap<String, Rc<Node>>),
}

/// What a scalar is in YAML 1.1, which the authenticator reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    Text,
    Null,
    Boolean,
    Number,
}

impl Kind {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "a single value",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar { text, plain: true } if looks(text) == Looks::Null)
    }
}

/// The first document of a text, `None` when there is nothing in it.
pub(super) fn first_document(text: &str) -> Result<Option<Rc<Node>>, Malformed> {
    let mut reader = Reader { events: Parser::new_from_str(text), anchors: BTreeMap::new() };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(None),
            (event, place) => {
                let node = reader.node(event, place)?;
                // What stands behind the value may still be no YAML.
                return match reader.next()? {
                    (Event::DocumentEnd | Event::StreamEnd, _) => Ok(Some(node)),
                    (_, place) => Err(place.says("a second value where the document should end")),
                };
            }
        }
    }
}

struct Reader<I> {
    events: I,
    anchors: BTreeMap<usize, Rc<Node>>,
}

impl<'t, I: Iterator<Item = Result<(Event<'t>, Span), ScanError>>> Reader<I> {
    /// The next event that is of the data; comments are not.
    fn next(&mut self) -> Result<(Event<'t>, Place), Malformed> {
        loop {
            let place = |m: granit_parser::Marker| Place { line: m.line(), column: m.col() + 1 };
            let (event, span) = match self.events.next() {
                Some(Ok(next)) => next,
                Some(Err(error)) => return Err(place(*error.marker()).says(error.info())),
                None => return Ok((Event::StreamEnd, Place { line: 1, column: 1 })),
            };
            let of_the_data = event.is_node()
                || matches!(
                    event,
                    Event::StreamStart
                        | Event::StreamEnd
                        | Event::DocumentStart(..)
                        | Event::DocumentEnd
                        | Event::SequenceEnd
                        | Event::MappingEnd
                );
            if of_the_data {
                return Ok((event, place(span.start)));
            }
        }
    }

    fn node(&mut self, event: Event<'t>, place: Place) -> Result<Rc<Node>, Malformed> {
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (Kind::Scalar { text: text.into_owned(), plain }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => (Kind::List(self.list()?), anchor),
            Event::MappingStart(_, anchor, _) => (Kind::Map(self.map()?), anchor),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                return known.ok_or_else(|| place.says("an alias inside of what it stands for"));
            }
            _ => return Err(place.says("a value is missing")),
        };
        let node = Rc::new(Node { kind, place });
        // Zero is no anchor.
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Vec<Rc<Node>>, Malformed> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(elements),
                (event, place) => elements.push(self.node(event, place)?),
            }
        }
    }

    fn map(&mut self) -> Result<BTreeMap<String, Rc<Node>>, Malformed> {
        let mut entries = BTreeMap::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (event, place) => self.node(event, place)?,
            };
            let (event, place) = self.next()?;
            let value = self.node(event, place)?;
            match &key.kind {
                Kind::Scalar { text, plain: true } if text == "<<" => merge(&mut entries, &value)?,
                Kind::Scalar { text, .. } => drop(entries.insert(text.clone(), value)),
                other => return Err(key.place.says(format!("{} cannot be a key", other.word()))),
            }
        }
    }
}

/// `<<: *base`, or of several, of which the first holds.
fn merge(entries: &mut BTreeMap<String, Rc<Node>>, value: &Node) -> Result<(), Malformed> {
    match &value.kind {
        Kind::Map(others) => entries.extend(others.iter().map(|(key, other)| (key.clone(), Rc::clone(other)))),
        Kind::List(bases) if bases.iter().all(|base| matches!(base.kind, Kind::Map(_))) => {
            bases.iter().rev().try_for_each(|base| merge(entries, base))?;
        }
        other => return Err(value.place.says(format!("{} cannot be merged into a mapping", other.word()))),
    }
    Ok(())
}

/// What a plain scalar is (yaml.org/type, version 1.1).
pub(super) fn looks(text: &str) -> Looks {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Looks::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Looks::Boolean,
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Looks::Boolean,
        number if is_number(number) => Looks::Number,
        _ => Looks::Text,
    }
}

fn is_number(text: &str) -> bool {
    let bare = text.replace('_', "");
    let unsigned = bare.strip_prefix(['-', '+']).unwrap_or(&bare);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let of = |prefix: &str, radix| {
        unsigned.strip_prefix(prefix).is_some_and(|d| !d.is_empty() && d.chars().all(|c| c.is_digit(radix)))
    };
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let decimal = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    of("0x", 16) || of("0o", 8) || of("0b", 2) || (starts && decimal && unsigned.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        match &node.kind {
            Kind::Scalar { text, plain: true } => text.clone(),
            Kind::Scalar { text, .. } => format!("{text:?}"),
            Kind::List(all) => format!("[{}]", all.iter().map(|n| shown(n)).collect::<Vec<_>>().join(" ")),
            Kind::Map(all) => {
                format!("{{{}}}", all.iter().map(|(k, n)| format!("{k}={}", shown(n))).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn read(text: &str) -> Result<String, String> {
        match first_document(text) {
            Ok(None) => Ok("nothing".to_owned()),
            Ok(Some(node)) => Ok(shown(&node)),
            Err(malformed) => Err(malformed.to_string()),
        }
    }

    #[test]
    fn documents_are_read_as_yaml_says() {
        let table = [
            ("", "nothing"),
            ("# nobody\n", "nothing"),
            ("- a\n- b: c\n  d: [e, \"f\"] # g\n", "[a {b=c d=[e \"f\"]}]"),
            ("--- \n- a\n---\n- b\n", "[a]"),
            ("a: 1\na: 2\n", "{a=2}"),
            ("- &x {a: b}\n- *x\n- {<<: *x, c: d}\n", "[{a=b} {a=b} {a=b c=d}]"),
            ("- {<<: [{a: 1}, {a: 2, b: 3}]}\n", "[{a=1 b=3}]"),
            ("- name: system:node:{{EC2PrivateDNSName}}\n", "[{name=system:node:{{EC2PrivateDNSName}}}]"),
            ("[]", "[]"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        for (text, place) in [
            ("- a\n  b: c\n", "line 2"),
            ("- a: [b\n", "line 1, column 6"),
            ("- a: \"b\n", "line 1"),
            ("- a: *b\n", "line 1"),
            ("- name: {{SessionName}}\n", "line 1, column 10"),
            ("- {<<: a}\n", "line 1, column 8"),
            ("- a\nb: c\n", "line 2"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(place), "{text}: {error}");
        }
        assert!(read(&"[".repeat(1_000)).is_err());
    }

    #[test]
    fn plain_scalars_are_what_they_look_like() {
        for text in ["admin", "111122223333a", "1.2.3", "-", "e", "nobody", "0x", "arn:aws:iam::1:role/a", "2026-11-24"]
        {
            assert_eq!(looks(text), Looks::Text, "{text}");
        }
        for text in ["1", "-1", "+1", "1_000", "0x1F", "0b1", "0o7", "010", "1.5", ".5", "1e3", ".inf", "-.Inf", ".NaN"]
        {
            assert_eq!(looks(text), Looks::Number, "{text}");
        }
        assert_eq!([looks("~"), looks("Yes"), looks("off")], [Looks::Null, Looks::Boolean, Looks::Boolean]);
    }
}
