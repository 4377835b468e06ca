//! The kubelet's configuration, as its Go types describe it: the only description that its vendor publishes.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

use crate::servers::artefact::Artefact;
use crate::servers::go::Go;
use crate::servers::modules::modules;

/// The kind whose items hold it.
pub(super) const KIND: &str = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";

const MODULE: &str = include_str!("../../servers/kubelet.txt");
const CONFIGURATION: &str = "KubeletConfiguration";

/// A document whose root describes an item: the configuration with what tells whose it is and where it comes from.
pub(super) fn item() -> Result<Value> {
    let folder = Artefact::new("kubelet", "a download of 1 MB").of(MODULE).once(|made| {
        let go = Go::find()?;
        modules(MODULE)?.iter().try_for_each(|module| module.download(&go, "go", made))
    })?;
    let text =
        fs::read_to_string(folder.join("types.go")).context("reading the types of the kubelet's configuration")?;
    let types = types(&text)?;
    ensure!(types.contains_key(CONFIGURATION), "types.go defines no {CONFIGURATION}");
    Ok(json!({ "types": types, "type": "object", "properties": {
        "node": { "type": "string" },
        "source": { "type": "string", "enum": ["direct", "proxy", "file"] },
        "config": { "$ref": format!("#/types/{CONFIGURATION}") },
        "flags": { "type": "object", "additionalProperties": { "type": "string" } },
    } }))
}

/// The structs and the named strings of a Go file, as JSON Schema.
fn types(text: &str) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            ["type", name, "string"] => drop(found.insert(name.to_owned(), json!({ "type": "string" }))),
            ["type", name, "struct", "{"] => {
                let mut fields = Map::new();
                for line in lines.by_ref().take_while(|line| *line != "}") {
                    add_field(&mut fields, line).with_context(|| format!("{name}: {line:?}"))?;
                }
                found.insert(name.to_owned(), json!({ "type": "object", "properties": fields }));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// `ReadOnlyPort int32 `json:"readOnlyPort,omitempty"``
fn add_field(fields: &mut Map<String, Value>, line: &str) -> Result<()> {
    let line = line.trim();
    if line.is_empty() || line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/") {
        return Ok(());
    }
    let tag =
        line.split_once("json:\"").and_then(|(_, tag)| tag.split('"').next()).context("a field without a name")?;
    if tag == ",inline" {
        ensure!(line.starts_with("metav1.TypeMeta"), "something unheard of is inlined");
        fields.extend([("apiVersion".to_owned(), json!({ "type": "string" }))]);
        fields.extend([("kind".to_owned(), json!({ "type": "string" }))]);
        return Ok(());
    }
    let name = tag.split(',').next().filter(|name| !name.is_empty()).context("a field without a name")?;
    let type_name = line.split_whitespace().nth(1).context("a field without a type")?;
    fields.insert(name.to_owned(), schema(type_name));
    Ok(())
}

fn schema(type_name: &str) -> Value {
    let name = type_name.trim_start_matches('*');
    if let Some(of) = name.strip_prefix("[]") {
        return json!({ "type": "array", "items": schema(of) });
    }
    if let Some(of) = name.strip_prefix("map[string]") {
        return json!({ "type": "object", "additionalProperties": schema(of) });
    }
    match name {
        "bool" => json!({ "type": "boolean" }),
        "int32" | "int64" => json!({ "type": "integer" }),
        "float64" => json!({ "type": "number" }),
        "string" | "metav1.Duration" | "metav1.Time" => json!({ "type": "string" }),
        // Types of other packages, which are not read here.
        other if other.contains('.') => json!({}),
        own => json!({ "$ref": format!("#/types/{own}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::vendor::schema::Described;

    #[test]
    fn fields_are_those_of_the_go_types() -> Result<()> {
        let item = item()?;
        let described = Described { document: &item, schema: &item };
        for right in
            ["/config/readOnlyPort", "/config/authentication/x509/clientCAFile", "/config/featureGates/*", "/node"]
        {
            ensure!(described.path(KIND, right).is_ok(), "{right}: {:?}", described.path(KIND, right));
        }
        for wrong in
            ["/config/readonlyPort", "/config/authentication/x509/clientCaFile", "/configs", "/config/port/number"]
        {
            ensure!(described.path(KIND, wrong).is_err(), "{wrong}");
        }
        let value = json!({"node": "n", "source": "proxy", "config": {"readOnlyPort": "0", "maxPods": 29, "logging": {"x": 1}}});
        let misfits = described.misfits(&value);
        ensure!(misfits.len() == 1 && misfits[0].at == "/config/readOnlyPort", "{misfits:?}");
        Ok(())
    }
}
