//! The shape of a facts document, for its JSON Schema. Documents are read by `document`, which also refuses what no
//! schema can see: duplicate keys.

use crate::{Availability, Gap, Scope};
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// Everything known about one cluster at one time: the only input of judgement.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FactsDocument {
    /// `eksamine.facts/v1`
    #[schemars(extend("const" = crate::SCHEMA))]
    pub schema: String,
    /// When the facts were taken: RFC 3339, in UTC.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"))]
    pub collected_at: String,
    /// Which cluster.
    pub scope: Scope,
    /// What took the facts. Not read by any rule.
    pub collector: Option<serde_json::Value>,
    /// By kind.
    pub facts: BTreeMap<String, Facts>,
}

/// One kind.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields, extend("allOf" = serde_json::json!([
    {"if": {"properties": {"status": {"enum": ["complete", "partial"]}}}, "then": {"required": ["items"]}},
    {"if": {"properties": {"status": {"const": "complete"}}}, "then": {"properties": {"gaps": {"maxItems": 0}}}}
])))]
pub struct Facts {
    /// How much of it is here.
    pub status: Availability,
    /// Why it is not complete: the source's own words.
    #[schemars(default)]
    pub reason: Option<String>,
    /// The IAM action or RBAC verb and resource that would help.
    #[schemars(default)]
    pub permission: Option<String>,
    /// One for each object of the API, with the API's own field names. A complete or partial kind has them.
    #[schemars(default)]
    pub items: Vec<serde_json::Value>,
    /// What should be here and could not be read.
    #[schemars(default)]
    pub gaps: Vec<Gap>,
}
