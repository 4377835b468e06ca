//! Kinds that no vendor describes in a form that a test can fetch: `tests/vendors/read-by-eye.toml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

const LIST: &str = include_str!("../../vendors/read-by-eye.toml");
const META: &str = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    kinds: Vec<ByEye>,
}

/// A kind of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByEye {
    pub kind: String,
    /// Why no test can fetch its definition.
    pub why: String,
    /// The day on which a person read the places.
    pub read: String,
    pub places: Vec<Place>,
}

/// Somewhere that describes fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub place: String,
    /// By path.
    pub fields: BTreeMap<String, Form>,
}

/// What a field is: a type, or the words that it can be.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Form {
    Type(String),
    Words(Vec<String>),
}

/// The whole list.
pub fn by_eye() -> Result<Vec<ByEye>> {
    let list: List = toml::from_str(LIST).context("tests/vendors/read-by-eye.toml")?;
    Ok(list.kinds)
}

impl ByEye {
    /// As OpenAPI would say it, with references into the API server's own documents.
    pub fn schema(&self) -> Result<Value> {
        let mut root = json!({ "type": "object", "properties": {
            "apiVersion": { "type": "string" }, "kind": { "type": "string" },
            "metadata": { "$ref": format!("{META}.ObjectMeta") },
        } });
        for (path, form) in self.places.iter().flat_map(|place| &place.fields) {
            let field = form.schema().with_context(|| format!("{} {path}", self.kind))?;
            let path = path.strip_prefix('/').with_context(|| format!("{} {path} does not begin with /", self.kind))?;
            let mut here = &mut root;
            let mut segments = path.split('/').peekable();
            while let Some(segment) = segments.next() {
                let below = if segment == "*" {
                    here["type"] = json!("array");
                    &mut here["items"]
                } else {
                    here["type"] = json!("object");
                    &mut here["properties"][segment]
                };
                if segments.peek().is_none() {
                    ensure!(below.is_null(), "{} /{path} is in the list twice", self.kind);
                    *below = field.clone();
                }
                here = below;
            }
        }
        Ok(root)
    }
}

impl Form {
    fn schema(&self) -> Result<Value> {
        let name = match self {
            Self::Words(words) => return Ok(json!({ "type": "string", "enum": words })),
            Self::Type(name) => name.as_str(),
        };
        Ok(match name {
            "string" | "integer" | "boolean" => json!({ "type": name }),
            "integer or string" => json!({ "x-kubernetes-int-or-string": true }),
            "map" => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            "selector" => json!({ "$ref": format!("{META}.LabelSelector") }),
            _ => bail!("{name:?} is no type of the list"),
        })
    }
}
