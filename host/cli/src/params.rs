//! Values of parameters: from the command line, read as the type that the rule declares, or from a file.

use crate::error::CliError;
use crate::nearest::did_you_mean;
use crate::settings::Layer;
use eksamine_pack::{Param, RuleMeta};
use serde_json::Value;

/// A value that was given, not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    pub(crate) rule: String,
    pub(crate) name: String,
    /// Where, as results say it: the same wherever the file lies.
    pub(crate) from: String,
    raw: Raw,
}

#[derive(Debug, Clone, PartialEq)]
enum Raw {
    /// On the command line: read as the type that the rule declares.
    Text(String),
    /// In a file, which has types of its own, and a place that errors name.
    Value(Value, String),
}

impl Given {
    /// `RULE.NAME=VALUE`
    pub(crate) fn split(argument: &str) -> Result<Self, CliError> {
        let wrong = || {
            CliError::usage(format!("--param {argument:?} is not RULE.NAME=VALUE"))
                .hint("for example --param audit-logging.required_log_types=api,audit")
        };
        let (place, text) = argument.split_once('=').ok_or_else(wrong)?;
        let (rule, name) = place.split_once('.').ok_or_else(wrong)?;
        let raw = Raw::Text(text.to_owned());
        Ok(Self { rule: rule.to_owned(), name: name.to_owned(), from: "--param".to_owned(), raw })
    }

    /// `[params.RULE]`, `NAME = VALUE`
    pub(crate) fn of_file(layer: &Layer, rule: &str, name: &str, value: &Value) -> Self {
        let raw = Raw::Value(value.clone(), layer.place.clone());
        Self { rule: rule.to_owned(), name: name.to_owned(), from: layer.from.clone(), raw }
    }

    /// The value, as `rule` declares it.
    pub(crate) fn value(&self, rule: &RuleMeta) -> Result<Value, CliError> {
        self.checked(rule).map_err(|error| match &self.raw {
            Raw::Text(_) => error,
            Raw::Value(_, place) => error.within(place),
        })
    }

    fn checked(&self, rule: &RuleMeta) -> Result<Value, CliError> {
        let place = format!("{}.{}", self.rule, self.name);
        let Some(param) = rule.params.get(&self.name) else {
            let names: Vec<&str> = rule.params.keys().map(String::as_str).collect();
            let known = match names.as_slice() {
                [] => "it has none".to_owned(),
                names => format!("its parameters are {}", names.join(", ")),
            };
            return Err(CliError::usage(format!("{} has no parameter {:?}", rule.id, self.name))
                .hints(did_you_mean(&self.name, names))
                .hint(known));
        };
        let explain = format!("eksamine explain {} says what it takes", rule.id);
        let types = param.types();
        let value = match &self.raw {
            Raw::Text(text) => read(text, &types, param.schema.get("items")).ok_or_else(|| {
                CliError::usage(format!("{place}: {text:?} is no {}", types.join(" or "))).hint(&*explain)
            })?,
            Raw::Value(value, _) => value.clone(),
        };
        let value = whole(&place, value).map_err(|error| error.hint(&*explain))?;
        validate(&place, param, &value).map_err(|error| error.hint(explain))?;
        Ok(value)
    }
}

/// JSON has one sort of number, and rules read whole ones of 64 bits: `30.0` is 30.
fn whole(place: &str, value: Value) -> Result<Value, CliError> {
    match value {
        Value::Array(elements) => {
            elements.into_iter().map(|element| whole(place, element)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Value::Number(number) if number.is_i64() => Ok(Value::Number(number)),
        Value::Number(number) => match number.as_f64() {
            // Beyond this not every whole number can be told from the next.
            Some(float) if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and has less than 54 bits")]
                let exact = float as i64;
                Ok(exact.into())
            }
            Some(float) if float.fract() != 0.0 => Ok(Value::Number(number)),
            _ => Err(CliError::usage(format!("{place}: {number} is too big a number"))),
        },
        other => Ok(other),
    }
}

fn validate(place: &str, param: &Param, value: &Value) -> Result<(), CliError> {
    let validator = jsonschema::validator_for(&param.json_schema())
        .map_err(|e| CliError::bug(format!("the schema of {place}: {e}")))?;
    let Some(error) = validator.iter_errors(value).next() else { return Ok(()) };
    let at = error.instance_path().to_string();
    let inside = if at.is_empty() { String::new() } else { format!(" (at {at})") };
    let wrong = value.pointer(&at).and_then(Value::as_str);
    let allowed = allowed(&param.json_schema());
    let meant = wrong.and_then(|wrong| did_you_mean(wrong, allowed.iter().map(String::as_str)));
    Err(CliError::usage(format!("{place}: {error}{inside}")).hints(meant))
}

/// The words that a parameter, or each element of it, may be.
fn allowed(schema: &Value) -> Vec<String> {
    let lists = [schema.pointer("/enum"), schema.pointer("/items/enum")];
    let words = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The first type that the text can be read as; text as text comes last, since anything is text.
fn read(text: &str, types: &[&str], items: Option<&Value>) -> Option<Value> {
    let json = || serde_json::from_str::<Value>(text).ok();
    let takes = |name: &str| types.contains(&name);
    if takes("null") && text == "null" {
        return Some(Value::Null);
    }
    if takes("boolean") && matches!(text, "true" | "false") {
        return Some(Value::Bool(text == "true"));
    }
    if let Some(number) = json().filter(|v| v.is_number() && (takes("integer") || takes("number"))) {
        return Some(number);
    }
    if let Some(object) = json().filter(|v| v.is_object() && takes("object")) {
        return Some(object);
    }
    if takes("array") {
        return if text.trim_start().starts_with('[') { json() } else { elements(text, items) };
    }
    takes("string").then(|| Value::String(text.to_owned()))
}

/// `a,b,c`; nothing at all is the empty array.
fn elements(text: &str, items: Option<&Value>) -> Option<Value> {
    let types = match items.and_then(|items| items.get("type")) {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["string"],
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| read(part, &types, None)).collect::<Option<Vec<_>>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_read_as_the_declared_type() {
        let strings = json!({"type": "string"});
        assert_eq!(read("30", &["integer", "null"], None), Some(json!(30)));
        assert_eq!(read("null", &["integer", "null"], None), Some(json!(null)));
        assert_eq!(read("null", &["string"], None), Some(json!("null")));
        assert_eq!(read("thirty", &["integer", "null"], None), None);
        assert_eq!(read("true", &["boolean"], None), Some(json!(true)));
        assert_eq!(read("yes", &["boolean"], None), None);
        assert_eq!(read("a, b", &["array"], Some(&strings)), Some(json!(["a", "b"])));
        assert_eq!(read("", &["array"], Some(&strings)), Some(json!([])));
        assert_eq!(read("[\"a,b\"]", &["array"], Some(&strings)), Some(json!(["a,b"])));
        assert_eq!(read("[broken", &["array"], None), None);
        assert_eq!(read("1,2", &["array"], Some(&json!({"type": "integer"}))), Some(json!([1, 2])));
        assert_eq!(read("{\"a\":1}", &["object"], None), Some(json!({"a": 1})));
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        let read = |text: &str| whole("p", serde_json::from_str(text).expect("JSON")).ok();
        assert_eq!(read("30.0"), Some(json!(30)));
        assert_eq!(read("[1e2, 1]"), Some(json!([100, 1])));
        assert_eq!(read("1.5"), Some(json!(1.5)));
        assert_eq!(read("99999999999999999999"), None);
        assert_eq!(read("9223372036854775808"), None);
        assert_eq!(read("9223372036854775807"), Some(json!(9_223_372_036_854_775_807_i64)));
    }

    #[test]
    fn a_parameter_is_split_at_its_first_dot_and_equals_sign() {
        let given = Given::split("a-rule.pattern=x=y.z").expect("well-formed");
        assert_eq!((&*given.rule, &*given.name), ("a-rule", "pattern"));
        assert_eq!(given.raw, Raw::Text("x=y.z".into()));
        assert!(Given::split("a-rule.pattern").is_err());
        assert!(Given::split("pattern=1").is_err());
    }
}
