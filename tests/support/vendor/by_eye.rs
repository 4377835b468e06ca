//! Kinds that no vendor describes in a form that a test can fetch: `tests/vendors/read-by-eye.toml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

const LIST: &str = include_str!("../../vendors/read-by-eye.toml");
const META: &str = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1";

/// The whole list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadByEye {
    /// Kinds that nothing else describes.
    pub kinds: Vec<ByEye>,
    /// Fields that the API server does not know of kinds that it describes.
    pub additions: Vec<ByEye>,
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

/// The list as it stands.
pub fn read_by_eye() -> Result<ReadByEye> {
    toml::from_str(LIST).context("tests/vendors/read-by-eye.toml")
}

impl ByEye {
    /// Every field's path and what OpenAPI would say of it.
    pub fn fields(&self) -> Result<Vec<(&str, Value)>> {
        let fields = self.places.iter().flat_map(|place| &place.fields);
        fields
            .map(|(path, form)| Ok((path.as_str(), form.schema().with_context(|| format!("{} {path}", self.kind))?)))
            .collect()
    }

    /// As OpenAPI would say it, with references into the API server's own documents.
    pub fn schema(&self) -> Result<Value> {
        let mut root = json!({ "type": "object", "properties": {
            "apiVersion": { "type": "string" }, "kind": { "type": "string" },
            "metadata": { "$ref": format!("{META}.ObjectMeta") },
        } });
        for (path, field) in self.fields()? {
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
