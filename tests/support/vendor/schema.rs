//! Walking the schemas that vendors publish (OpenAPI v3, CloudFormation's JSON Schema): can something stand at a path,
//! and does a value fit?

use std::collections::BTreeSet;

use eksamine_facts::redact::MARKER;
use serde_json::{Map, Value};

/// The schema of one thing, and the document that its references lead into.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    pub document: &'a Value,
    pub schema: &'a Value,
}

/// Where a value is not as its vendor describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A JSON Pointer into the item.
    pub at: String,
    pub what: What,
    pub why: String,
}

/// What is wrong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A key that the vendor does not know: never a fact.
    Name,
    /// A type or a word that the vendor does not know of a key that it does: what a rule must be ready for.
    Value,
}

/// Everything that can stand below a path.
enum Below<'a> {
    Schemas(Vec<&'a Value>),
    Anything,
}

impl<'a> Described<'a> {
    /// Whether there can be something at that JSON Pointer, in which `*` is every element of an array or every value
    /// of a map. Below what the vendor leaves open (raw extensions, schemas that preserve unknown fields) any path is
    /// right. `what` names the thing in messages.
    pub fn path(self, what: &str, pointer: &str) -> Result<(), String> {
        let segments = pointer.strip_prefix('/').map(|rest| rest.split('/'));
        if segments.is_none() && !pointer.is_empty() {
            return Err(format!("`{pointer}` is no JSON Pointer: it does not begin with `/`"));
        }
        let mut here = String::from(what);
        let mut schemas = vec![self.schema];
        for segment in segments.into_iter().flatten() {
            let segment =
                unescape(segment).ok_or_else(|| format!("`{segment}` in `{pointer}`: `~` stands only in ~0 and ~1"))?;
            schemas = match step(&self.all(&schemas), &segment).map_err(|why| format!("`{pointer}`: {here} {why}"))? {
                Below::Anything => return Ok(()),
                Below::Schemas(schemas) => schemas,
            };
            here = format!("{here}/{segment}");
        }
        Ok(())
    }

    /// Everything in a value that is not as described. What is missing is no misfit: an item may be an excerpt.
    pub fn misfits(self, value: &Value) -> Vec<Misfit> {
        let mut found = Vec::new();
        self.compare(&[self.schema], value, "", &mut found);
        found
    }

    fn compare(self, schemas: &[&'a Value], value: &Value, at: &str, found: &mut Vec<Misfit>) {
        let all = self.all(schemas);
        if let Err(why) = fits(&all, value) {
            found.push(Misfit { at: at.to_owned(), what: What::Value, why });
            return;
        }
        let children: Vec<(String, String, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), escape(key), value)).collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(i, item)| ("*".to_owned(), i.to_string(), item)).collect()
            }
            _ => Vec::new(),
        };
        for (segment, place, child) in children {
            let at = format!("{at}/{place}");
            match step(&all, &segment) {
                Ok(Below::Anything) => {}
                Ok(Below::Schemas(schemas)) => self.compare(&schemas, child, &at, found),
                Err(why) => found.push(Misfit { at, what: What::Name, why }),
            }
        }
    }

    fn all(self, schemas: &[&'a Value]) -> Vec<&'a Map<String, Value>> {
        schemas.iter().flat_map(|schema| parts(self.document, schema)).collect()
    }
}

/// The schema, all that it refers to, and all that it is composed of.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let Some(own) = schema.as_object() else {
        return Vec::new();
    };
    let referred = own.get("$ref").and_then(Value::as_str).and_then(|to| document.pointer(to.strip_prefix('#')?));
    let composed = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| own.get(key)?.as_array()).flatten();
    let below = referred.into_iter().chain(composed).flat_map(|schema| parts(document, schema));
    std::iter::once(own).chain(below).collect()
}

/// One segment down from something that has all these schemas at once.
fn step<'a>(all: &[&'a Map<String, Value>], segment: &str) -> Result<Below<'a>, String> {
    let of = |key: &'static str| all.iter().filter_map(move |schema| schema.get(key)).collect::<Vec<_>>();
    let items = of("items");
    if !items.is_empty() {
        return if segment == "*" {
            Ok(Below::Schemas(items))
        } else {
            Err(format!("is an array: `*` must stand where `{segment}` does"))
        };
    }
    let fields: Vec<_> = of("properties").into_iter().filter_map(Value::as_object).collect();
    let named: Vec<_> = fields.iter().filter_map(|fields| fields.get(segment)).collect();
    if !named.is_empty() {
        return Ok(Below::Schemas(named));
    }
    let patterns = of("patternProperties").into_iter().filter_map(Value::as_object).flat_map(Map::values);
    let values: Vec<_> = of("additionalProperties").into_iter().chain(patterns).filter(|it| it.is_object()).collect();
    if !values.is_empty() {
        return Ok(Below::Schemas(values));
    }
    if is_open(all, &fields) {
        return Ok(Below::Anything);
    }
    Err(refusal(segment, &fields))
}

fn is_open(all: &[&Map<String, Value>], fields: &[&Map<String, Value>]) -> bool {
    let preserves = |schema: &&Map<String, Value>| {
        ["x-kubernetes-preserve-unknown-fields", "additionalProperties"]
            .iter()
            .any(|key| schema.get(*key) == Some(&Value::Bool(true)))
    };
    let types = types(all);
    all.iter().any(preserves) || (fields.is_empty() && (types.is_empty() || types.contains("object")))
}

fn refusal(segment: &str, fields: &[&Map<String, Value>]) -> String {
    let known: BTreeSet<&str> = fields.iter().flat_map(|fields| fields.keys()).map(String::as_str).collect();
    if segment == "*" && !known.is_empty() {
        return "has fields of its own: `*` stands only for elements of arrays and values of maps".to_owned();
    }
    match nearest(segment, &known) {
        Some(nearest) => format!("has no field `{segment}`; the nearest is `{nearest}`"),
        None => format!("is a plain value: there is no `{segment}` in it"),
    }
}

/// The known name that is most like this one.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a &'a str>) -> Option<&'a str> {
    let likeness = |known: &&&str| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()) * 1e6) as u64;
    known.into_iter().max_by_key(likeness).copied()
}

/// Whether a value's own type and, of a word, the word itself are among those described.
fn fits(all: &[&Map<String, Value>], value: &Value) -> Result<(), String> {
    if value == MARKER {
        return Ok(());
    }
    let types = types(all);
    // Kubernetes writes a time that was never set as null.
    let unset = |schema: &&Map<String, Value>| schema.get("format").is_some_and(|format| format == "date-time");
    let nullable = || all.iter().any(|schema| schema.get("nullable") == Some(&Value::Bool(true)) || unset(schema));
    let (own, wider) = match value {
        Value::Null if nullable() => return Ok(()),
        Value::Null => ("null", ""),
        Value::Bool(_) => ("boolean", ""),
        Value::Number(number) if number.is_f64() => ("number", ""),
        Value::Number(_) => ("integer", "number"),
        Value::String(_) => ("string", ""),
        Value::Array(_) => ("array", ""),
        Value::Object(_) => ("object", ""),
    };
    if !types.is_empty() && !types.contains(own) && !types.contains(wider) {
        let types = types.into_iter().collect::<Vec<_>>().join(" or ");
        return Err(format!("is {types}, not {own}"));
    }
    let words: Vec<&Value> = all.iter().filter_map(|schema| schema.get("enum")?.as_array()).flatten().collect();
    // An alternative that says which words it is not for is for all others (the addresses of a Gateway).
    let others = all.iter().filter_map(|schema| schema.get("not")).any(|not| not.get("enum").is_some());
    if words.is_empty() || others || words.contains(&value) {
        return Ok(());
    }
    let known: Vec<&str> = words.iter().filter_map(|word| word.as_str()).collect();
    match value.as_str().and_then(|word| nearest(word, &known)) {
        Some(nearest) => Err(format!("is never {value}; the nearest is `{nearest}`")),
        None => Err(format!("is never {value}")),
    }
}

fn types<'a>(all: &[&'a Map<String, Value>]) -> BTreeSet<&'a str> {
    let mut types = BTreeSet::new();
    for schema in all {
        match schema.get("type") {
            Some(Value::String(name)) => types.extend([name.as_str()]),
            Some(Value::Array(names)) => types.extend(names.iter().filter_map(Value::as_str)),
            _ => {}
        }
        if schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
            types.extend(["integer", "string"]);
        }
        // Kubernetes' own types say it so.
        if schema.get("format").and_then(Value::as_str) == Some("int-or-string") {
            types.extend(["integer", "string"]);
        }
        if schema.contains_key("properties") {
            types.insert("object");
        }
    }
    types
}

fn unescape(segment: &str) -> Option<String> {
    let rest = segment.replace("~0", "").replace("~1", "");
    (!rest.contains('~')).then(|| segment.replace("~1", "/").replace("~0", "~"))
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    fn misfits(value: &Value) -> Vec<(String, What, String)> {
        let document = json!({ "definitions": { "Port": { "oneOf": [{ "type": "string" }, { "type": "number" }] } } });
        let schema = json!({
            "type": "object",
            "properties": {
                "names": { "type": "array", "items": { "type": "string" } },
                "mode": { "type": "string", "enum": ["block-all", "off"] },
                "port": { "$ref": "#/definitions/Port" },
                "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                "open": { "type": "object" },
                "gone": { "type": "string", "nullable": true },
                "address": { "type": "string", "oneOf": [{ "enum": ["ip"] }, { "not": { "enum": ["ip"] } }] },
            },
        });
        let described = Described { document: &document, schema: &schema };
        described.misfits(value).into_iter().map(|it| (it.at, it.what, it.why)).collect()
    }

    #[test]
    fn what_is_described_fits() {
        let right = json!({
            "names": ["a"], "mode": "off", "port": 80, "labels": { "*": "b", "c/d": "" }, "open": { "x": [1] },
            "gone": null,
        });
        assert_eq!(misfits(&right), []);
        assert_eq!(misfits(&json!({ "port": "http" })), []);
        assert_eq!(misfits(&json!({ "address": "host" })), []);
    }

    #[test]
    fn what_is_not_described_is_named() {
        let name = |at: &str, why: &str| vec![(at.to_owned(), What::Name, why.to_owned())];
        let value = |at: &str, why: &str| vec![(at.to_owned(), What::Value, why.to_owned())];
        assert_eq!(misfits(&json!({ "label": {} })), name("/label", "has no field `label`; the nearest is `labels`"));
        assert_eq!(
            misfits(&json!({ "mode": "block" })),
            value("/mode", "is never \"block\"; the nearest is `block-all`")
        );
        assert_eq!(misfits(&json!({ "names": ["a", 1] })), value("/names/1", "is string, not integer"));
        assert_eq!(misfits(&json!({ "names": null })), value("/names", "is array, not null"));
        assert_eq!(misfits(&json!({ "port": true })), value("/port", "is number or string, not boolean"));
        assert_eq!(misfits(&json!({ "labels": { "a/b": 1 } })), value("/labels/a~1b", "is string, not integer"));
        assert_eq!(misfits(&json!([])), value("", "is object, not array"));
    }
}
