//! Paths into Kubernetes objects, checked against the OpenAPI v3 documents of a running API server.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::Described;

/// The documents of `GET /openapi/v3`, by group and version as served: `api/v1`, `apis/apps/v1`.
#[derive(Debug, Default)]
pub struct OpenApi(BTreeMap<String, Value>);

impl OpenApi {
    pub fn insert(&mut self, group_version: &str, document: Value) {
        self.0.insert(group_version.to_owned(), document);
    }

    /// Adds a field to what is said of a resource; an error where it is there already, or has nothing to stand in.
    pub fn add(&mut self, resource: &str, path: &str, field: &Value) -> Result<(), String> {
        let described = self.described(resource)?;
        if described.path(resource, path).is_ok() {
            return Err(format!("{resource} {path}: the API server describes it now; take it off the list"));
        }
        let own = described.schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        let own = own.ok_or_else(|| format!("{resource} is described in no place of its own"))?.to_owned();
        let (above, name) = path.rsplit_once('/').unwrap_or_default();
        let above: String = above
            .split('/')
            .skip(1)
            .map(|segment| if segment == "*" { "/items".to_owned() } else { format!("/properties/{segment}") })
            .collect();
        let document = self.0.get_mut(&place_of(resource)?.0);
        let fields = document.and_then(|it| it.pointer_mut(&format!("{own}{above}/properties"))?.as_object_mut());
        let fields = fields.ok_or_else(|| format!("{resource} {path}: nothing that it could stand in"))?;
        fields.insert(name.to_owned(), field.clone());
        Ok(())
    }

    /// Of one group and version.
    pub fn document(&self, group_version: &str) -> Option<&Value> {
        self.0.get(group_version)
    }

    /// The groups and versions that are described.
    pub fn group_versions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What a single object of that resource looks like: the answer to `GET …/{name}`.
    pub fn described(&self, resource: &str) -> Result<Described<'_>, String> {
        let (place, plural) = place_of(resource)?;
        let document = self.0.get(&place).ok_or_else(|| format!("`{resource}`: the server does not serve {place}"))?;
        let get = |middle: &str| {
            let path = format!("/{place}/{middle}{plural}/{{name}}");
            document.get("paths")?.get(&path)?.pointer("/get/responses/200/content/application~1json/schema")
        };
        let schema = get("").or_else(|| get("namespaces/{namespace}/"));
        schema
            .map(|schema| Described { document, schema })
            .ok_or_else(|| format!("`{resource}`: {place} has no resource `{plural}`"))
    }
}

/// `networkpolicies.v1.networking.k8s.io` → `apis/networking.k8s.io/v1` and `networkpolicies`.
fn place_of(resource: &str) -> Result<(String, &str), String> {
    let mut words = resource.splitn(3, '.');
    let (Some(plural), Some(version), group) = (words.next(), words.next(), words.next()) else {
        return Err(format!("`{resource}` is not spelt resource.version.group"));
    };
    Ok((group.map_or_else(|| format!("api/{version}"), |group| format!("apis/{group}/{version}")), plural))
}

/// Whether objects of that resource (`pods.v1`, `networkpolicies.v1.networking.k8s.io`) can have something at that
/// path, as [`Described::path`] reads it.
pub fn kubernetes_path(openapi: &OpenApi, resource: &str, pointer: &str) -> Result<(), String> {
    openapi.described(resource)?.path(resource, pointer)
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

    #[test]
    fn only_what_the_server_does_not_know_can_be_added() -> Result<()> {
        let mut openapi = Kube::shared()?.openapi()?;
        let (resource, field) = ("networkpolicies.v1.networking.k8s.io", serde_json::json!({ "type": "string" }));
        let known = openapi.add(resource, "/spec/podSelector", &field);
        ensure!(known.as_ref().is_err_and(|why| why.contains("describes it now")), "{known:?}");
        let nowhere = openapi.add(resource, "/specs/tier", &field);
        ensure!(nowhere.as_ref().is_err_and(|why| why.contains("nothing that it could stand in")), "{nowhere:?}");
        ensure!(kubernetes_path(&openapi, resource, "/extra").is_err());
        ensure!(openapi.add(resource, "/extra", &field).is_ok());
        ensure!(kubernetes_path(&openapi, resource, "/extra").is_ok());
        Ok(())
    }
}
