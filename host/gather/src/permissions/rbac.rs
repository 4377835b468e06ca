//! The roles and their bindings, as YAML that kubectl applies.

use super::{NeededBy, Permissions, why};
use crate::kubernetes::Access;
use std::collections::BTreeMap;
use std::fmt;

/// Name of the roles and of their bindings.
const NAME: &str = "eksamine-reader";
const API: &str = "rbac.authorization.k8s.io";

/// Whom the roles are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A group, which an EKS access entry or aws-auth puts the principal into.
    Group(String),
    /// A service account: for a scan inside the cluster.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Default for Subject {
    fn default() -> Self {
        Self::Group("eksamine-readers".to_owned())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(name) => write!(f, "- apiGroup: {API}\n  kind: Group\n  name: {}\n", quoted(name)),
            Self::ServiceAccount { namespace, name } => {
                write!(f, "- kind: ServiceAccount\n  name: {}\n  namespace: {}\n", quoted(name), quoted(namespace))
            }
        }
    }
}

/// What can stand in one rule: namespace, verb and group.
type Place<'a> = (Option<&'static str>, &'static str, &'a str);
/// `nodes/proxy`, or ConfigMaps by name, each with its reason.
type Lines<'a> = Vec<(&'a Access, &'a NeededBy)>;

impl Permissions {
    /// ClusterRole, Roles and bindings. `explained`: every line says which kind and rule needs it.
    #[must_use]
    pub fn rbac_manifests(&self, subject: &Subject, explained: bool) -> String {
        let mut places: BTreeMap<Place<'_>, Lines<'_>> = BTreeMap::new();
        for (access, needed_by) in &self.rbac {
            let place = (access.namespace, access.verb, access.group.as_str());
            places.entry(place).or_default().push((access, needed_by));
        }
        let mut roles: BTreeMap<Option<&str>, String> = BTreeMap::new();
        for ((namespace, verb, group), lines) in &places {
            roles.entry(*namespace).or_default().push_str(&rule(verb, group, lines, explained));
        }
        if roles.is_empty() {
            return "# Nothing is read from the API server.\n".to_owned();
        }
        let manifests = roles.iter().map(|(namespace, rules)| role(*namespace, rules) + &binding(*namespace, subject));
        manifests.collect::<Vec<_>>().concat()
    }
}

fn rule(verb: &str, group: &str, lines: &Lines<'_>, explained: bool) -> String {
    let comment = |needed_by: &NeededBy| if explained { format!("  # {}", why(needed_by)) } else { String::new() };
    let mut text = format!("- apiGroups:\n  - {}\n  resources:\n", quoted(group));
    let named = lines.iter().any(|(access, _)| access.name.is_some());
    let mut resources: Vec<(String, String)> =
        lines.iter().map(|(access, needed_by)| (access.full_resource(), comment(needed_by))).collect();
    if named {
        resources.iter_mut().for_each(|(_, comment)| comment.clear());
    }
    resources.dedup();
    for (resource, comment) in resources {
        text.push_str(&format!("  - {resource}{comment}\n"));
    }
    if named {
        text.push_str("  resourceNames:\n");
        for (access, needed_by) in lines {
            text.push_str(&format!("  - {}{}\n", access.name.unwrap_or_default(), comment(needed_by)));
        }
    }
    text + &format!("  verbs:\n  - {verb}\n")
}

fn role(namespace: Option<&str>, rules: &str) -> String {
    let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
    format!("---\napiVersion: {API}/v1\nkind: {kind}\n{}rules:\n{rules}", metadata(namespace))
}

fn binding(namespace: Option<&str>, subject: &Subject) -> String {
    let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
    let reference = format!("roleRef:\n  apiGroup: {API}\n  kind: {kind}\n  name: {NAME}\n");
    format!("---\napiVersion: {API}/v1\nkind: {kind}Binding\n{}{reference}subjects:\n{subject}", metadata(namespace))
}

fn metadata(namespace: Option<&str>) -> String {
    let within = namespace.map_or_else(String::new, |namespace| format!("  namespace: {namespace}\n"));
    format!("metadata:\n  name: {NAME}\n{within}")
}

/// JSON strings are YAML strings, whatever stands in them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::ways_in::WayIn;

    fn manifests(kinds: &[&str], tier: u8, explained: bool) -> String {
        let plan = Plan::new(kinds.iter().map(|kind| ("r", *kind)), tier).expect("a plan");
        Permissions::of(&plan, &WayIn::Native, true).rbac_manifests(&Subject::default(), explained)
    }

    #[test]
    fn roles_hold_what_is_read_and_nothing_else() {
        let yaml = manifests(&["k8s.pods.v1", "k8s.nodes.v1", "k8s.configmaps.v1"], 1, false);
        let cluster = "kind: ClusterRole\nmetadata:\n  name: eksamine-reader\nrules:\n- apiGroups:\n  - \"\"\n  resources:\n  - nodes\n  - pods\n  verbs:\n  - list\n---\n";
        assert!(yaml.contains(cluster), "{yaml}");
        let named = "kind: Role\nmetadata:\n  name: eksamine-reader\n  namespace: kube-system\nrules:\n- apiGroups:\n  - \"\"\n  resources:\n  - configmaps\n  resourceNames:\n  - amazon-vpc-cni\n  - aws-auth\n  - cilium-config\n  verbs:\n  - get\n---\n";
        assert!(yaml.contains(named), "{yaml}");
        assert_eq!(yaml.matches("Binding\n").count(), 2, "{yaml}");
        assert_eq!(manifests(&["aws.eks.nodegroups"], 0, false), "# Nothing is read from the API server.\n");
    }

    #[test]
    fn lines_are_explained_on_request() {
        let kubelets = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";
        let yaml = manifests(&[kubelets, "k8s.configmaps.v1"], 2, true);
        assert!(yaml.contains(&format!("  - nodes/proxy  # {kubelets} (r)\n")), "{yaml}");
        assert!(
            yaml.contains("  - aws-auth  # k8s.configmaps.v1 (r)\n") && yaml.contains("  - configmaps\n"),
            "{yaml}"
        );
    }
}
