//! What never enters the facts (promise 8), taken out of a Kubernetes object as served.
//!
//! A marker is left where a value was: that it was there is evidence.

use crate::tree::Tree;

/// Stands where a value was taken out.
pub const MARKER: &str = "(redacted by eksamine)";

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Settings of the VPC CNI (`aws-node`) that rules judge and that are no secrets; their values stay.
/// Source: amazon-vpc-cni-k8s README, "CNI Configuration Variables".
const PUBLIC_SETTINGS: [&str; 9] = [
    "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
    "AWS_VPC_K8S_CNI_EXTERNALSNAT",
    "ENABLE_IPv4",
    "ENABLE_IPv6",
    "ENABLE_POD_ENI",
    "ENABLE_PREFIX_DELEGATION",
    "NETWORK_POLICY_ENFORCING_MODE",
    "POD_SECURITY_GROUP_ENFORCING_MODE",
];

/// Takes out, at any depth: values of elements of arrays named `env`, the last-applied annotation (it repeats the
/// object unredacted) and managed fields.
pub fn kubernetes_object(object: &mut Tree<'_>) {
    if let Tree::Object(entries) = object {
        for (key, value) in entries.iter_mut() {
            match key.as_ref() {
                "metadata" => metadata(value),
                "env" => env(value),
                _ => {}
            }
            kubernetes_object(value);
        }
    } else if let Tree::Array(elements) = object {
        elements.iter_mut().for_each(kubernetes_object);
    }
}

fn metadata(metadata: &mut Tree<'_>) {
    metadata.remove("managedFields");
    if let Tree::Object(entries) = metadata {
        for (_, annotations) in entries.iter_mut().filter(|(key, _)| key == "annotations") {
            annotations.remove(LAST_APPLIED);
        }
    }
}

fn env(list: &mut Tree<'_>) {
    let Tree::Array(variables) = list else { return };
    for variable in variables {
        let public = variable.get("name").and_then(Tree::as_text).is_some_and(|n| PUBLIC_SETTINGS.contains(&n));
        if variable.get("value").is_some() && !public {
            variable.set("value", Tree::text(MARKER));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_env_values_leave_a_marker_at_any_depth() {
        let mut object = Tree::parse(
            r#"{"metadata":{"managedFields":[1],"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","a":"b"}},
            "spec":{"template":{"spec":{"containers":[{"env":[{"name":"P","value":"s3cret"},{"name":"Q","valueFrom":{}},{"name":"ENABLE_IPv6","value":"true"}]}]}}}}"#,
        )
        .expect("JSON");
        kubernetes_object(&mut object);
        assert_eq!(
            object.canonical(),
            r#"{"metadata":{"annotations":{"a":"b"}},"spec":{"template":{"spec":{"containers":[{"env":[{"name":"P","value":"(redacted by eksamine)"},{"name":"Q","valueFrom":{}},{"name":"ENABLE_IPv6","value":"true"}]}]}}}}"#
        );
    }
}
