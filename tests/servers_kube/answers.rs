//! Pages, codes and bodies.

use anyhow::{Result, ensure};
use eksamine_tests::servers::kube::Kube;
use serde_json::json;

use super::{admin, eventually, fill, is_status, limited, page_sizes};

#[test]
fn version_is_spelt_as_eks_spells_it() -> Result<()> {
    let version = Kube::shared()?.get(&limited(), "/version")?.expect(200)?;
    let spelt = version["gitVersion"].as_str().unwrap_or_default();
    ensure!(spelt.starts_with("v1.") && spelt.ends_with("-eks-1234567"), "{version}");
    Ok(())
}

#[test]
fn lists_come_in_pages() -> Result<()> {
    let kube = Kube::shared()?;
    let list = fill(kube, "paging", 12)?;
    ensure!(page_sizes(kube, &list, 5)? == [5, 5, 2]);
    let first = kube.get(&admin(), &format!("{list}?limit=5"))?.expect(200)?;
    ensure!(first["metadata"]["remainingItemCount"] == 7, "{}", first["metadata"]);
    ensure!(first["items"][0].get("kind").is_none(), "items of built-in lists do not name their kind");
    Ok(())
}

#[test]
fn credentials_and_rights_are_told_apart() -> Result<()> {
    let kube = Kube::shared()?;
    is_status(&kube.get("nobody's", "/api/v1/secrets")?, 401, "Unauthorized", "Unauthorized")?;
    let message = r#"User "limited" cannot list resource "secrets" in API group "" at the cluster scope"#;
    is_status(&kube.get(&limited(), "/api/v1/secrets")?, 403, "Forbidden", message)?;
    kube.get(&admin(), "/api/v1/secrets")?.expect(200)?;
    Ok(())
}

#[test]
fn not_served_has_three_faces() -> Result<()> {
    let kube = Kube::shared()?;
    let unknown = "/apis/unknown.example/v1/things";
    is_status(&kube.get(&limited(), unknown)?, 403, "Forbidden", "things.unknown.example is forbidden")?;
    let text = kube.get(&admin(), unknown)?;
    ensure!((text.code, text.body.as_str()) == (404, "404 page not found\n"), "{text:?}");
    is_status(&kube.get(&admin(), "/apis/apps/v1/things")?, 404, "NotFound", "could not find the requested resource")?;
    // Discovery tells the first from forbidden, without any right.
    ensure!(kube.get(&limited(), "/apis/unknown.example/v1")?.code == 404);
    ensure!(kube.get(&limited(), "/apis/apps/v1")?.code == 200);
    Ok(())
}

#[test]
fn a_custom_resource_is_served_soon_after_its_definition() -> Result<()> {
    let kube = Kube::shared()?;
    let version = json!({ "name": "v2", "served": true, "storage": true,
        "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } });
    kube.apply(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/policies.cni.example",
        &json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": { "name": "policies.cni.example" },
            "spec": { "group": "cni.example", "scope": "Cluster", "versions": [version],
                "names": { "plural": "policies", "singular": "policy", "kind": "Policy", "listKind": "PolicyList" } },
        }),
    )?;
    let list = "/apis/cni.example/v2/policies";
    eventually("the resource is served", || Ok(kube.get(&admin(), list)?.code == 200))?;
    kube.create(
        list,
        &json!({
            "apiVersion": "cni.example/v2", "kind": "Policy",
            "metadata": { "name": "all" }, "spec": { "deny": [1] },
        }),
    )?;
    let served = kube.get(&admin(), list)?.expect(200)?;
    ensure!(served["items"][0]["spec"] == json!({ "deny": [1] }), "{served}");
    let discovered = kube.get(&limited(), "/apis/cni.example/v2")?.expect(200)?;
    ensure!(discovered["resources"][0]["name"] == "policies", "{discovered}");
    kube.delete(&format!("{list}/all"))?;
    Ok(())
}

#[test]
fn kubelets_answer_through_the_proxy_of_their_nodes() -> Result<()> {
    let kube = Kube::shared()?;
    for (name, ip) in [("up", "10.0.1.10"), ("away", "10.0.2.10")] {
        let status = json!({ "addresses": [{ "type": "InternalIP", "address": ip }],
            "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } } });
        kube.create("/api/v1/nodes", &json!({ "metadata": { "name": name }, "status": status }))?;
    }
    let configz = json!({ "kubeletconfig": { "readOnlyPort": 0 } });
    kube.kubelet("10.0.1.10", &configz)?;
    ensure!(kube.get(&admin(), "/api/v1/nodes/up/proxy/configz")?.expect(200)? == configz);
    is_status(
        &kube.get(&admin(), "/api/v1/nodes/away/proxy/configz")?,
        503,
        "ServiceUnavailable",
        "error trying to reach",
    )?;
    is_status(
        &kube.get(&limited(), "/api/v1/nodes/up/proxy/configz")?,
        403,
        "Forbidden",
        r#"cannot get resource "nodes/proxy""#,
    )?;
    let patched =
        kube.patch_status("/api/v1/nodes/up", &json!({ "status": { "nodeInfo": { "osImage": "Bottlerocket" } } }))?;
    ensure!(patched["status"]["nodeInfo"]["osImage"] == "Bottlerocket", "{patched}");
    Ok(())
}
