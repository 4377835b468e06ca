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

/// The document with `place` changed; `None` where the change has no meaning (a number cannot be emptied).
pub fn change(document: &Value, place: &str, change: Change) -> Option<Value> {
    let mut document = document.clone();
    let (parent, last) = place.rsplit_once('/')?;
    let now = document.pointer(place)?.clone();
    let then = match (change, &now) {
        (Change::Deleted, _) => return delete(document, parent, last),
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
    *document.pointer_mut(place)? = then;
    Some(document)
}

fn delete(mut document: Value, parent: &str, last: &str) -> Option<Value> {
    match document.pointer_mut(parent)? {
        Value::Object(entries) => drop(entries.remove(&last.replace("~1", "/").replace("~0", "~"))?),
        Value::Array(elements) => drop(elements.remove(last.parse().ok()?)),
        _ => return None,
    }
    Some(document)
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
}
