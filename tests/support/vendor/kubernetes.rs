//! Paths into Kubernetes objects, checked against the OpenAPI v3 documents of a running API server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The documents of `GET /openapi/v3`, by group and version as served: `api/v1`, `apis/apps/v1`.
#[derive(Debug, Default)]
pub struct OpenApi(BTreeMap<String, Value>);

impl OpenApi {
    pub fn insert(&mut self, group_version: &str, document: Value) {
        self.0.insert(group_version.to_owned(), document);
    }
}

/// Whether objects of that resource (`pods.v1`, `networkpolicies.v1.networking.k8s.io`) can have
/// something at that JSON Pointer, in which `*` is every element of an array or every value of a
/// map. Below what the vendor leaves open (raw extensions, schemas of custom resources that
/// preserve unknown fields) any path is right.
pub fn kubernetes_path(openapi: &OpenApi, resource: &str, pointer: &str) -> Result<(), String> {
    let (document, schema) = schema_of(openapi, resource)?;
    let segments = pointer.strip_prefix('/').map(|rest| rest.split('/'));
    if segments.is_none() && !pointer.is_empty() {
        return Err(format!("`{pointer}` is no JSON Pointer: it does not begin with `/`"));
    }
    let mut here = String::from(resource);
    let mut schemas = vec![schema];
    for segment in segments.into_iter().flatten() {
        let segment =
            unescape(segment).ok_or_else(|| format!("`{segment}` in `{pointer}`: `~` stands only in ~0 and ~1"))?;
        let all = schemas.iter().flat_map(|schema| parts(document, schema)).collect::<Vec<_>>();
        schemas = match step(&all, &segment).map_err(|why| format!("`{pointer}`: {here} {why}"))? {
            Below::Anything => return Ok(()),
            Below::Schemas(schemas) => schemas,
        };
        here = format!("{here}/{segment}");
    }
    Ok(())
}

enum Below<'a> {
    Schemas(Vec<&'a Value>),
    Anything,
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
    let values: Vec<_> = of("additionalProperties").into_iter().filter(|values| values.is_object()).collect();
    if !values.is_empty() {
        return Ok(Below::Schemas(values));
    }
    if is_open(all, &fields) {
        return Ok(Below::Anything);
    }
    Err(refusal(segment, &fields))
}

fn is_open(all: &[&Map<String, Value>], fields: &[&Map<String, Value>]) -> bool {
    let says = |key: &str, value: &str| all.iter().any(|schema| schema.get(key).is_some_and(|it| it == value));
    let preserves = |schema: &&Map<String, Value>| {
        ["x-kubernetes-preserve-unknown-fields", "additionalProperties"]
            .iter()
            .any(|key| schema.get(*key) == Some(&Value::Bool(true)))
    };
    let shapeless = || !all.iter().any(|schema| schema.contains_key("type") || schema.contains_key("oneOf"));
    all.iter().any(preserves) || (fields.is_empty() && (says("type", "object") || shapeless()))
}

fn refusal(segment: &str, fields: &[&Map<String, Value>]) -> String {
    let known: BTreeSet<&String> = fields.iter().flat_map(|fields| fields.keys()).collect();
    if segment == "*" && !known.is_empty() {
        return "has fields of its own: `*` stands only for elements of arrays and values of maps".to_owned();
    }
    let likeness = |name: &&&String| (strsim::jaro_winkler(&name.to_lowercase(), &segment.to_lowercase()) * 1e6) as u64;
    match known.iter().max_by_key(likeness) {
        Some(nearest) => format!("has no field `{segment}`; the nearest is `{nearest}`"),
        None => format!("is a plain value: there is no `{segment}` in it"),
    }
}

/// The schema and all that it refers to or is composed of.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let Some(own) = schema.as_object() else {
        return Vec::new();
    };
    let referred = own.get("$ref").and_then(Value::as_str).and_then(|to| document.pointer(to.strip_prefix('#')?));
    let composed = own.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let below = referred.into_iter().chain(composed).flat_map(|schema| parts(document, schema));
    std::iter::once(own).chain(below).collect()
}

/// What a single object of that resource looks like: the answer to `GET …/{name}`.
fn schema_of<'a>(openapi: &'a OpenApi, resource: &str) -> Result<(&'a Value, &'a Value), String> {
    let mut words = resource.splitn(3, '.');
    let (Some(plural), Some(version), group) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{resource}` is not spelt resource.version.group"));
    };
    let place = group.map_or_else(|| format!("api/{version}"), |group| format!("apis/{group}/{version}"));
    let document = openapi.0.get(&place).ok_or_else(|| format!("`{resource}`: the server does not serve {place}"))?;
    let get = |middle: &str| {
        let path = format!("/{place}/{middle}{plural}/{{name}}");
        document.get("paths")?.get(&path)?.pointer("/get/responses/200/content/application~1json/schema")
    };
    let schema = get("").or_else(|| get("namespaces/{namespace}/"));
    schema.map(|schema| (document, schema)).ok_or_else(|| format!("`{resource}`: {place} has no resource `{plural}`"))
}

fn unescape(segment: &str) -> Option<String> {
    let rest = segment.replace("~0", "").replace("~1", "");
    (!rest.contains('~')).then(|| segment.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    use anyhow::{Result, ensure};

    use crate::servers::kube::Kube;

    const RIGHT: [(&str, &str); 17] = [
        ("pods.v1", ""),
        ("pods.v1", "/metadata/name"),
        ("pods.v1", "/metadata/labels/eks.amazonaws.com~1nodegroup"),
        ("pods.v1", "/metadata/annotations/*"),
        ("pods.v1", "/metadata/ownerReferences/*/controller"),
        ("pods.v1", "/spec"),
        ("pods.v1", "/spec/containers/*/image"),
        ("pods.v1", "/spec/containers/*/securityContext/capabilities/drop/*"),
        ("pods.v1", "/spec/containers/*/resources/limits/memory"),
        ("nodes.v1", "/status/nodeInfo/kubeletVersion"),
        ("namespaces.v1", "/status/phase"),
        ("configmaps.v1", "/data/kubelet"),
        ("serviceaccounts.v1", "/imagePullSecrets/*/name"),
        ("networkpolicies.v1.networking.k8s.io", "/spec/ingress/*/from/*/ipBlock/cidr"),
        ("daemonsets.v1.apps", "/spec/template/spec/volumes/*/hostPath/path"),
        ("clusterroles.v1.rbac.authorization.k8s.io", "/rules/*/verbs/*"),
        // A raw extension: the vendor says no more than that it is an object.
        ("controllerrevisions.v1.apps", "/data/spec/anything"),
    ];

    const WRONG: [(&str, &str, &str); 13] = [
        ("pods.v1", "/specs/containers", "pods.v1 has no field `specs`; the nearest is `spec`"),
        (
            "pods.v1",
            "/spec/container/*/image",
            "`/spec/container/*/image`: pods.v1/spec has no field `container`; the nearest is `containers`",
        ),
        ("pods.v1", "/spec/containers/*/Image", "the nearest is `image`"),
        ("pods.v1", "/spec/containers/0/image", "is an array: `*` must stand where `0` does"),
        ("pods.v1", "/spec/containers/image", "is an array: `*` must stand where `image` does"),
        ("pods.v1", "/spec/*/image", "pods.v1/spec has fields of its own"),
        ("pods.v1", "/metadata/name/first", "is a plain value: there is no `first` in it"),
        ("pods.v1", "/spec/containers/*/resources/limits/memory/unit", "is a plain value"),
        ("pods.v1", "spec", "it does not begin with `/`"),
        ("pods.v1", "/metadata/labels/a~2b", "`~` stands only in ~0 and ~1"),
        ("pod.v1", "/spec", "api/v1 has no resource `pod`"),
        ("widgets.v1.example.com", "/spec", "the server does not serve apis/example.com/v1"),
        ("pods", "/spec", "is not spelt resource.version.group"),
    ];

    #[test]
    fn the_server_knows_right_paths_and_refuses_wrong_ones() -> Result<()> {
        let openapi = Kube::shared()?.openapi()?;
        for (resource, pointer) in RIGHT {
            let found = kubernetes_path(&openapi, resource, pointer);
            ensure!(found.is_ok(), "{resource} {pointer}: {found:?}");
        }
        for (resource, pointer, why) in WRONG {
            let refused = kubernetes_path(&openapi, resource, pointer);
            ensure!(refused.as_ref().is_err_and(|error| error.contains(why)), "{resource} {pointer}: {refused:?}");
        }
        Ok(())
    }
}
