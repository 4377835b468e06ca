//! Writing a facts document: canonical bytes, whatever the order the answers came in.

use crate::availability::{Availability, Gap};
use crate::document::SCHEMA;
use crate::scope::Scope;
use crate::tree::Tree;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One kind as gathered, before it is written.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// How much of it was read. Gaps turn `complete` into `partial` when it is written.
    pub status: Availability,
    /// Why, when not complete: the source's own words.
    pub reason: Option<String>,
    /// The IAM action or RBAC verb and resource that would help.
    pub permission: Option<String>,
    /// Items, redacted.
    pub items: Vec<Item>,
    /// What should be there and could not be read.
    pub gaps: Vec<Gap>,
}

/// An item with what it is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    identity: Vec<String>,
    text: String,
}

impl Item {
    /// Canonical text of `tree`; `identity` are the pointers that tell items of its kind apart.
    #[must_use]
    pub fn new(tree: &Tree<'_>, identity: &[&str]) -> Self {
        let identity = identity.iter().map(|p| tree.at(p).map_or_else(String::new, plain)).collect();
        Self { identity, text: tree.canonical() }
    }

    /// Canonical JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn plain(tree: &Tree<'_>) -> String {
    tree.as_text().map_or_else(|| tree.canonical(), str::to_owned)
}

impl Gathered {
    /// All items, read without trouble.
    #[must_use]
    pub fn complete(items: Vec<Item>) -> Self {
        Self { status: Availability::Complete, reason: None, permission: None, items, gaps: Vec::new() }
    }

    /// Nothing, and why.
    #[must_use]
    pub fn missing(status: Availability, reason: impl Into<String>, permission: Option<String>) -> Self {
        Self { status, reason: Some(reason.into()), permission, items: Vec::new(), gaps: Vec::new() }
    }

    fn write(mut self, out: &mut String) {
        self.items.sort();
        self.gaps.sort_by(|a, b| (&a.subject, &a.reason).cmp(&(&b.subject, &b.reason)));
        if !self.gaps.is_empty() && self.status == Availability::Complete {
            self.status = Availability::Partial;
        }
        out.push('{');
        if !self.gaps.is_empty() {
            out.push_str("\"gaps\":");
            Tree::Array(self.gaps.iter().map(gap).collect()).write(out);
            out.push(',');
        }
        out.push_str("\"items\":[");
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&item.text);
        }
        out.push(']');
        for (key, value) in [("permission", &self.permission), ("reason", &self.reason)] {
            if let Some(value) = value {
                out.push_str(&format!(",\"{key}\":"));
                Tree::text(value).write(out);
            }
        }
        out.push_str(",\"status\":");
        Tree::text(self.status.word()).write(out);
        out.push('}');
    }
}

fn gap(gap: &Gap) -> Tree<'_> {
    let mut entries = vec![
        (Cow::Borrowed("subject"), Tree::text(&gap.subject)),
        (Cow::Borrowed("status"), Tree::text(gap.status.word())),
        (Cow::Borrowed("reason"), Tree::text(&gap.reason)),
    ];
    if let Some(permission) = &gap.permission {
        entries.push((Cow::Borrowed("permission"), Tree::text(permission)));
    }
    Tree::Object(entries)
}

/// The whole document as canonical JSON text, ended by a newline.
#[must_use]
pub fn write_document(
    scope: &Scope,
    collected_at: &str,
    collector: &Tree<'_>,
    facts: BTreeMap<String, Gathered>,
) -> String {
    let mut out = String::from("{\"collected_at\":");
    Tree::text(collected_at).write(&mut out);
    out.push_str(",\"collector\":");
    collector.write(&mut out);
    out.push_str(",\"facts\":{");
    for (index, (kind, gathered)) in facts.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        Tree::text(kind).write(&mut out);
        out.push(':');
        gathered.write(&mut out);
    }
    out.push_str("},\"schema\":");
    Tree::text(SCHEMA).write(&mut out);
    out.push_str(",\"scope\":");
    scope_tree(scope).write(&mut out);
    out.push_str("}\n");
    out
}

fn scope_tree(scope: &Scope) -> Tree<'_> {
    let entries = [
        ("partition", &scope.partition),
        ("account", &scope.account),
        ("region", &scope.region),
        ("cluster", &scope.cluster),
        ("cluster_arn", &scope.cluster_arn),
        ("kubernetes_version", &scope.kubernetes_version),
        ("api_server", &scope.api_server),
    ];
    let known = entries.into_iter().filter_map(|(k, v)| Some((Cow::Borrowed(k), Tree::text(v.as_deref()?))));
    Tree::Object(known.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Projection};

    fn item(text: &str) -> Item {
        Item::new(&Tree::parse(text).expect("JSON"), &["/ns", "/n"])
    }

    fn document(items: Vec<Item>) -> String {
        let mut kind = Gathered::complete(items);
        kind.gaps =
            vec![Gap { subject: "s".into(), status: Availability::Denied, reason: "r".into(), permission: None }];
        let denied = Gathered::missing(Availability::Denied, "403", Some("list pods".into()));
        let facts = BTreeMap::from([("b".to_owned(), kind), ("a".to_owned(), denied)]);
        let scope = Scope { region: Some("eu-west-1".into()), ..Scope::default() };
        write_document(&scope, "2026-11-23T10:00:00Z", &Tree::Object(vec![]), facts)
    }

    #[test]
    fn the_order_of_answers_does_not_show() {
        let (x, y, z) = (item(r#"{"ns":"b","n":"a"}"#), item(r#"{"n":"b","ns":"a"}"#), item(r#"{"n":"a","ns":"a"}"#));
        let text = document(vec![x.clone(), y.clone(), z.clone()]);
        assert_eq!(text, document(vec![z, x, y]));
        assert!(text.contains(r#"[{"n":"a","ns":"a"},{"n":"b","ns":"a"},{"n":"a","ns":"b"}]"#));
        let read = Document::read(text.clone(), &Projection::default()).expect("what is written can be read");
        let b = read.kind("b").expect("kind b");
        assert_eq!((b.status, b.count(), b.gaps.len()), (Availability::Partial, 3, 1));
        assert_eq!(read.kind("a").and_then(|k| k.permission.as_deref()), Some("list pods"));
        assert_eq!(read.quote("/facts/b/items/1/n"), Some("\"b\""));
        assert_eq!(read.quote("/facts/a/status"), Some("\"denied\""));
        assert_eq!(read.quote("/facts/b/items/01/n"), None);
    }
}
