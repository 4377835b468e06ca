//! Parameters: what a rule lets its users tune.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Parameter values of one rule, complete: defaults included.
pub type Params = Map<String, Value>;

/// One parameter: a JSON Schema. `default` and `description` are demanded, the rest is the schema's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// What it changes.
    pub description: String,
    /// The value without any word from the user. TOML has no null: where `type` allows it, saying nothing means it.
    #[serde(default)]
    pub default: Value,
    /// `type`, `enum`, `items`, `minimum`, …
    #[serde(flatten)]
    pub schema: Map<String, Value>,
}

impl Param {
    /// The JSON Schema that values must satisfy.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        Value::Object(self.schema.clone())
    }

    /// The types it takes, as JSON Schema names them.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        match self.schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn is_boolean(&self) -> bool {
        self.types() == ["boolean"]
    }

    pub(crate) fn check(&self, name: &str) -> Result<(), String> {
        let snake = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !snake || name.is_empty() {
            return Err(format!("parameter {name:?} is not snake_case"));
        }
        if self.description.trim().is_empty() {
            return Err(format!("params.{name}: description is empty"));
        }
        if self.types().is_empty() {
            return Err(format!("params.{name}: no type; values are read by it"));
        }
        if self.default.is_null() && !self.types().contains(&"null") {
            return Err(format!("params.{name}: no default"));
        }
        Ok(())
    }
}
