//! XML answers become JSON by AWS's own shapes.
//!
//! Without them a one-element list looks like a structure and every number like a text. The table is `shapes.json`,
//! written from botocore's models for the operations in use, and compared with them by a test.

use eksamine_facts::Tree;
use eksamine_facts::catalogue::Service;
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The shape table.
#[derive(Deserialize)]
pub(super) struct Table {
    operations: HashMap<String, Operation>,
    shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
struct Operation {
    /// The element around a query service's result.
    wrapper: Option<String>,
    /// The output's shape.
    output: String,
    /// How input members are spelt on the wire.
    #[serde(default)]
    input: HashMap<String, Member>,
}

/// A member of an input.
#[derive(Deserialize, Default)]
pub(super) struct Member {
    /// Its name on the wire.
    pub(super) name: String,
    /// What stands between a list's name and an element's number; empty when nothing does.
    #[serde(default)]
    pub(super) list: String,
    /// Members of the structure, or of the list's elements.
    #[serde(default)]
    pub(super) members: HashMap<String, Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    /// Wire name → (member, shape).
    Members(HashMap<String, (String, String)>),
    /// Element name and shape of a list; `flat` ones repeat the list's own element.
    List { item: Option<String>, of: String },
    /// Entry (absent when flat), key and value element of a map, and the value's shape.
    Map { entry: Option<String>, key: String, value: String, of: String },
}

impl Table {
    pub(super) fn get() -> Result<&'static Self, String> {
        static TABLE: OnceLock<Result<Table, String>> = OnceLock::new();
        TABLE
            .get_or_init(|| serde_json::from_str(include_str!("shapes.json")).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(Clone::clone)
    }

    pub(super) fn input(&self, service: &Service, operation: &str) -> Option<&HashMap<String, Member>> {
        Some(&self.operation(service, operation)?.input)
    }

    fn operation(&self, service: &Service, operation: &str) -> Option<&Operation> {
        self.operations.get(&format!("{}.{operation}", service.name))
    }

    fn tree(&self, shape: &str, element: &Element) -> Tree<'static> {
        match shape {
            "number" if is_number(&element.text) => Tree::Token(Cow::Owned(element.text.clone())),
            "boolean" if matches!(element.text.as_str(), "true" | "false") => {
                Tree::Token(Cow::Owned(element.text.clone()))
            }
            // IAM's documents are percent-encoded inside the XML.
            "document" => Tree::text(percent_decode_str(&element.text).decode_utf8_lossy().into_owned()),
            _ => match self.shapes.get(shape) {
                Some(Shape::Members(members)) => self.structure(shape_prefix(shape), members, element),
                Some(Shape::List { item, of }) => self.list(shape, item.as_deref(), of, &[element]),
                Some(Shape::Map { entry, key, value, of }) => {
                    self.map(shape, (entry.as_deref(), key, value), of, &[element])
                }
                None => Tree::text(element.text.clone()),
            },
        }
    }

    fn structure(&self, prefix: &str, members: &HashMap<String, (String, String)>, element: &Element) -> Tree<'static> {
        let mut entries = Vec::new();
        for name in element.names() {
            // What the model does not know yet is left out: facts carry names that a rule can rely on.
            let Some((member, shape)) = members.get(name) else { continue };
            let shape = absolute(prefix, shape);
            let parts: Vec<&Element> = element.children.iter().filter(|child| child.name == name).collect();
            let value = match (self.shapes.get(shape.as_ref()), parts.as_slice()) {
                (Some(Shape::List { item: None, of }), parts) => self.list(&shape, None, of, parts),
                (Some(Shape::Map { entry: None, key, value, of }), parts) => {
                    self.map(&shape, (None, key, value), of, parts)
                }
                (_, [one, ..]) => self.tree(&shape, one),
                (_, []) => continue,
            };
            entries.push((Cow::Owned(member.clone()), value));
        }
        Tree::Object(entries)
    }

    fn list(&self, shape: &str, item: Option<&str>, of: &str, parts: &[&Element]) -> Tree<'static> {
        let of = absolute(shape_prefix(shape), of);
        let elements = parts.iter().flat_map(|part| match item {
            Some(item) => part.children.iter().filter(|child| child.name == item).collect(),
            None => vec![*part],
        });
        Tree::Array(elements.map(|element| self.tree(&of, element)).collect())
    }

    fn map(
        &self,
        shape: &str,
        (entry, key, value): (Option<&str>, &str, &str),
        of: &str,
        parts: &[&Element],
    ) -> Tree<'static> {
        let of = absolute(shape_prefix(shape), of);
        let entries = parts.iter().flat_map(|part| match entry {
            Some(entry) => part.children.iter().filter(|child| child.name == entry).collect(),
            None => vec![*part],
        });
        let pairs = entries.filter_map(|entry| {
            let key = entry.child(key)?.text.clone();
            Some((Cow::Owned(key), self.tree(&of, entry.child(value)?)))
        });
        Tree::Object(pairs.collect())
    }
}

/// Shapes are named `service.Shape`; within a service the service is left out.
fn shape_prefix(shape: &str) -> &str {
    shape.split_once('.').map_or("", |(service, _)| service)
}

fn absolute<'a>(service: &str, shape: &'a str) -> Cow<'a, str> {
    match shape {
        "text" | "number" | "boolean" | "document" => Cow::Borrowed(shape),
        _ => Cow::Owned(format!("{service}.{shape}")),
    }
}

fn is_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// The answer of a query or EC2 operation.
pub(super) fn parse(service: &Service, operation: &str, body: &str) -> Result<Tree<'static>, String> {
    let table = Table::get()?;
    let known = table.operation(service, operation);
    let known = known.ok_or_else(|| format!("the shape table has no {}.{operation}", service.name))?;
    let root = Element::parse(body)?;
    let result = match &known.wrapper {
        Some(wrapper) => root.child(wrapper).ok_or_else(|| format!("<{}> without <{wrapper}>", root.name))?,
        None => &root,
    };
    Ok(table.tree(&format!("{}.{}", service.name, known.output), result))
}

/// An XML element without its attributes and namespaces.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

/// Answers nest some ten levels deep; a thousand is an attack on the stack.
const DEPTH: usize = 100;

impl Element {
    pub(super) fn parse(body: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(body);
        // Open elements, the innermost last; the first one holds the root.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) if open.len() > DEPTH => return Err(format!("{start:?} is nested too deep")),
                Event::Start(start) => open.push(Self::named(&start)),
                Event::Empty(start) => append(&mut open, Self::named(&start))?,
                Event::End(_) => {
                    let done = open.pop().ok_or("an end without a start")?;
                    append(&mut open, done)?;
                }
                Event::Text(text) => characters(&mut open, &text.xml10_content()),
                Event::CData(text) => characters(&mut open, &text),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().map_err(|error| error.to_string())?;
                    match character {
                        Some(character) => characters(&mut open, character.encode_utf8(&mut [0; 4])),
                        None => characters(&mut open, entity(&reference)?),
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let [mut document] = <[Self; 1]>::try_from(open).map_err(|_| "the answer ends too early")?;
        document.children.pop().ok_or_else(|| "no XML element".to_owned())
    }

    fn named(start: &BytesStart<'_>) -> Self {
        Self { name: start.local_name().as_ref().to_owned(), ..Self::default() }
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The distinct names of the children, in their order.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for child in &self.children {
            if !names.contains(&child.name.as_str()) {
                names.push(&child.name);
            }
        }
        names
    }
}

fn append(open: &mut [Element], mut done: Element) -> Result<(), String> {
    if !done.children.is_empty() {
        // White space between elements is layout.
        done.text.clear();
    }
    open.last_mut().ok_or("an end without a start")?.children.push(done);
    Ok(())
}

fn characters(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn entity(name: &str) -> Result<&'static str, String> {
    match name {
        "amp" => Ok("&"),
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "quot" => Ok("\""),
        "apos" => Ok("'"),
        other => Err(format!("unknown entity &{other};")),
    }
}
