//! Changing one place of a facts document, for the properties that every rule is held to.

use serde_json::{Value, json};

/// One way of making a field unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The key is gone.
    Deleted,
    /// `null` stands there.
    Nulled,
    /// `""`, `[]` or `{}` stands there.
    Emptied,
    /// A value of another type stands there.
    Retyped,
}

/// All of them.
pub const CHANGES: [Change; 4] = [Change::Deleted, Change::Nulled, Change::Emptied, Change::Retyped];

/// The places in `value` that a field path names: `*` is every element or value.
pub fn places(value: &Value, path: &str) -> Vec<String> {
    let mut places = vec![(String::new(), value)];
    for token in path.split('/').skip(1) {
        places = places
            .into_iter()
            .flat_map(|(at, value)| match (token, value) {
                ("*", Value::Array(elements)) => {
                    elements.iter().enumerate().map(|(i, v)| (format!("{at}/{i}"), v)).collect()
                }
                ("*", Value::Object(entries)) => {
                    entries.iter().map(|(k, v)| (format!("{at}/{}", escape(k)), v)).collect()
                }
                (name, Value::Object(_)) => {
                    value.pointer(&format!("/{name}")).map(|v| (format!("{at}/{name}"), v)).into_iter().collect()
                }
                _ => Vec::new(),
            })
            .collect();
    }
    places.into_iter().map(|(at, _)| at).collect()
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A document's text around one of its items: changing an item costs no more than writing that item.
pub struct Around {
    head: String,
    tail: String,
}

impl Around {
    /// Of the item of a kind with that number.
    pub fn item(document: &Value, kind: &str, index: usize) -> Self {
        const MARK: &str = "\u{1}the item";
        let mut document = document.clone();
        document["facts"][kind]["items"][index] = MARK.into();
        let text = document.to_string();
        let mark = Value::from(MARK).to_string();
        let (head, tail) = text.split_once(&mark).expect("the mark was put there");
        Self { head: head.to_owned(), tail: tail.to_owned() }
    }

    /// The document with that item in its place.
    pub fn with(&self, item: &Value) -> String {
        format!("{}{item}{}", self.head, self.tail)
    }
}

/// The value with `place` changed; `None` where the change has no meaning (a number cannot be emptied).
pub fn change(value: &Value, place: &str, change: Change) -> Option<Value> {
    let mut value = value.clone();
    let (parent, last) = place.rsplit_once('/')?;
    let now = value.pointer(place)?.clone();
    let then = match (change, &now) {
        (Change::Deleted, _) => return delete(value, parent, last),
        (Change::Nulled, _) => Value::Null,
        (Change::Emptied, Value::String(_)) => json!(""),
        (Change::Emptied, Value::Array(_)) => json!([]),
        (Change::Emptied, Value::Object(_)) => json!({}),
        (Change::Emptied, _) => return None,
        (Change::Retyped, Value::String(_)) => json!(7),
        (Change::Retyped, _) => json!("another type"),
    };
    if then == now {
        return None;
    }
    *value.pointer_mut(place)? = then;
    Some(value)
}

fn delete(mut value: Value, parent: &str, last: &str) -> Option<Value> {
    match value.pointer_mut(parent)? {
        Value::Object(entries) => drop(entries.remove(&last.replace("~1", "/").replace("~0", "~"))?),
        Value::Array(elements) => drop(elements.remove(last.parse().ok()?)),
        _ => return None,
    }
    Some(value)
}

/// The items of a kind.
pub fn items<'d>(document: &'d Value, kind: &str) -> &'d [Value] {
    document["facts"][kind]["items"].as_array().map_or(&[], Vec::as_slice)
}

/// The document as if a kind had been read with that status; only a partial kind keeps items.
pub fn with_status(document: &Value, kind: &str, status: &str) -> Value {
    let mut document = document.clone();
    let kept = if status == "partial" { items(&document, kind).to_vec() } else { Vec::new() };
    document["facts"][kind] = json!({"status": status, "reason": "seeded by a test", "items": kept});
    document
}

/// The document with every kind's items in another order.
pub fn shuffled(document: &Value, by: usize) -> Value {
    let mut document = document.clone();
    for kind in document["facts"].as_object_mut().into_iter().flat_map(|k| k.values_mut()) {
        if let Some(items) = kind.get_mut("items").and_then(Value::as_array_mut) {
            let len = items.len();
            items.reverse();
            items.rotate_left(if len == 0 { 0 } else { by % len });
        }
    }
    document
}

/// The document with a key in every item that no rule knows.
pub fn with_noise(document: &Value) -> Value {
    let mut document = document.clone();
    for kind in document["facts"].as_object_mut().into_iter().flat_map(|k| k.values_mut()) {
        for item in kind.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(entries) = item.as_object_mut() {
                entries.insert("aNoise".into(), json!({"x": [1, null], "name": "noise"}));
            }
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_name_every_element_and_value() {
        let value = json!({"a": [{"b": 1}, {"b": 2}, 3], "l": {"x/y": true}});
        assert_eq!(places(&value, "/a/*/b"), ["/a/0/b", "/a/1/b"]);
        assert_eq!(places(&value, "/l/*"), ["/l/x~1y"]);
        assert_eq!(places(&value, "/none"), Vec::<String>::new());
        assert_eq!(change(&value, "/l/x~1y", Change::Deleted).map(|d| d["l"].clone()), Some(json!({})));
        assert_eq!(change(&value, "/a/1/b", Change::Emptied), None);
    }

    #[test]
    fn one_item_is_changed_and_the_rest_of_the_document_is_not() {
        let document =
            json!({"facts": {"k": {"status": "complete", "items": [{"a": 1}, {"a": "<the item>"}]}}, "z": 0});
        for (index, item) in items(&document, "k").iter().enumerate() {
            let around = Around::item(&document, "k", index);
            assert_eq!(around.with(item), document.to_string(), "{index}");
            let mut changed = document.clone();
            changed["facts"]["k"]["items"][index] = json!({});
            assert_eq!(around.with(&json!({})), changed.to_string(), "{index}");
        }
    }
}
