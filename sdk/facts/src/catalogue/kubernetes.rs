//! Kinds of the API server: `k8s.` + kubectl's own `resource.version.group`.

use super::{KindError, Tier};

/// A served resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubernetesKind<'a> {
    /// `networkpolicies`.
    pub resource: &'a str,
    /// `v1`.
    pub version: &'a str,
    /// `networking.k8s.io`; empty for the core group.
    pub group: &'a str,
}

/// What a kind is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// All objects, in all namespaces.
    List,
    /// Only these, by name, in this namespace.
    GetNamed {
        /// The namespace.
        namespace: &'static str,
        /// The names.
        names: &'static [&'static str],
    },
    /// What every node's kubelet says of itself, over the API server's node proxy, straight, or in its files.
    GetOfNodes,
}

/// Read by name only: ConfigMaps in general hold whatever an application put there.
const CONFIG_MAPS: Verb =
    Verb::GetNamed { namespace: "kube-system", names: &["amazon-vpc-cni", "aws-auth", "cilium-config"] };

const KUBELET: (&str, &str) = ("kubeletconfigurations", "kubelet.config.k8s.io");

/// (group, resources) that only describe. What is not listed here is of tier 1: we do not know what it holds.
const DESCRIBING: &[(&str, &[&str])] = &[
    ("", &["namespaces", "nodes", "services"]),
    ("admissionregistration.k8s.io", &["*"]),
    ("apiextensions.k8s.io", &["*"]),
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
    ("cilium.io", &["*"]),
    ("crd.projectcalico.org", &["*"]),
    ("eks.amazonaws.com", &["*"]),
    ("elbv2.k8s.aws", &["*"]),
    ("gateway.k8s.aws", &["*"]),
    ("gateway.networking.k8s.io", &["*"]),
    ("karpenter.k8s.aws", &["*"]),
    ("karpenter.sh", &["*"]),
    ("networking.k8s.aws", &["*"]),
    ("networking.k8s.io", &["*"]),
    ("node.k8s.io", &["runtimeclasses"]),
    ("operator.tigera.io", &["*"]),
    ("policy.networking.k8s.io", &["*"]),
    ("projectcalico.org", &["*"]),
];

impl<'a> KubernetesKind<'a> {
    /// `pods.v1`, `networkpolicies.v1.networking.k8s.io`.
    pub(super) fn parse(name: &'a str) -> Result<Self, KindError> {
        let (resource, rest) = name.split_once('.').unwrap_or((name, ""));
        let (version, group) = rest.split_once('.').unwrap_or((rest, ""));
        let kind = Self { resource, version, group };
        if !is_label(resource) || !is_version(version) || !is_group(name, group) {
            return Err(KindError::Grammar(format!("k8s.{name}")));
        }
        if kind.is_secret() {
            return Err(KindError::Secret(format!("k8s.{name}")));
        }
        Ok(kind)
    }

    fn is_secret(self) -> bool {
        // Whatever the group: an aggregated API may serve the same values again.
        self.resource == "secrets"
    }

    /// The lowest tier that collects it.
    #[must_use]
    pub fn tier(&self) -> Tier {
        if (self.resource, self.group) == KUBELET {
            return 2;
        }
        let known = DESCRIBING.iter().find(|(group, _)| *group == self.group);
        let describes = known.is_some_and(|(_, names)| names.contains(&"*") || names.contains(&self.resource));
        if describes { 0 } else { 1 }
    }

    /// How it is read.
    #[must_use]
    pub fn verb(&self) -> Verb {
        match (self.resource, self.group) {
            KUBELET => Verb::GetOfNodes,
            ("configmaps", "") => CONFIG_MAPS,
            _ => Verb::List,
        }
    }

    /// The kinds whose items say what to ask for.
    #[must_use]
    pub fn needs(&self) -> Vec<&'static str> {
        if self.verb() == Verb::GetOfNodes { vec!["k8s.nodes.v1"] } else { Vec::new() }
    }

    /// The RBAC verb and resource that help when it is denied: `list pods at the cluster scope`, in Kubernetes' own words.
    #[must_use]
    pub fn permission(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        match self.verb() {
            Verb::List => format!("list {}{dot}{} at the cluster scope", self.resource, self.group),
            Verb::GetNamed { namespace, names } => {
                format!("get {}{dot}{} {} in {namespace}", self.resource, self.group, names.join(", "))
            }
            Verb::GetOfNodes => "get nodes/proxy".to_owned(),
        }
    }

    /// `/api/v1/pods`, `/apis/networking.k8s.io/v1/networkpolicies`.
    #[must_use]
    pub fn path(&self) -> String {
        if self.group.is_empty() {
            format!("/api/{}/{}", self.version, self.resource)
        } else {
            format!("/apis/{}/{}/{}", self.group, self.version, self.resource)
        }
    }
}

fn is_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// `v1`, `v2beta1`.
fn is_version(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && !t.starts_with('0') && t.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = text.strip_prefix('v') else { return false };
    match ["alpha", "beta"].iter().find_map(|stage| rest.split_once(stage)) {
        Some((major, minor)) => digits(major) && digits(minor),
        None => digits(rest),
    }
}

fn is_group(name: &str, group: &str) -> bool {
    if group.is_empty() { !name.ends_with('.') } else { group.split('.').all(is_label) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str) -> Result<KubernetesKind<'_>, KindError> {
        KubernetesKind::parse(name)
    }

    #[test]
    fn names_are_kubectls() {
        let pods = parse("pods.v1").expect("a kind");
        assert_eq!((pods.resource, pods.version, pods.group, pods.tier()), ("pods", "v1", "", 1));
        assert_eq!(pods.path(), "/api/v1/pods");
        assert_eq!(pods.permission(), "list pods at the cluster scope");
        let policies = parse("networkpolicies.v1.networking.k8s.io").expect("a kind");
        assert_eq!((policies.group, policies.tier()), ("networking.k8s.io", 0));
        assert_eq!(policies.path(), "/apis/networking.k8s.io/v1/networkpolicies");
        assert_eq!(policies.permission(), "list networkpolicies.networking.k8s.io at the cluster scope");
        assert!(parse("nodes.v2beta1").is_ok());
        for bad in [
            "pods",
            "pods.",
            "Pods.v1",
            "pods.1",
            "pods.v1.",
            "pods.v01",
            "pods.vbeta1",
            "pods.v1.x..y",
            ".v1",
            "pods/log.v1",
        ] {
            assert!(matches!(parse(bad), Err(KindError::Grammar(_))), "{bad}");
        }
    }

    #[test]
    fn some_are_read_otherwise_or_not_at_all() {
        assert!(matches!(parse("secrets.v1"), Err(KindError::Secret(_))));
        assert!(matches!(parse("secrets.v1.example.com"), Err(KindError::Secret(_))));
        let maps = parse("configmaps.v1").expect("a kind");
        assert_eq!(maps.permission(), "get configmaps amazon-vpc-cni, aws-auth, cilium-config in kube-system");
        let kubelets = parse("kubeletconfigurations.v1beta1.kubelet.config.k8s.io").expect("a kind");
        assert_eq!((kubelets.tier(), kubelets.verb()), (2, Verb::GetOfNodes));
        assert_eq!(parse("widgets.v1.example.com").map(|k| k.tier()), Ok(1));
    }
}
