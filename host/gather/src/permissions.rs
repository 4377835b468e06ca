//! The least that must be granted, derived from what is planned: nobody writes these lists by hand.

mod iam;
mod rbac;

pub use rbac::Subject;

use crate::kubelets::Kubelets;
use crate::kubernetes::Access;
use crate::plan::{Plan, Planned};
use crate::ways_in::{FINDING, REACHING, WayIn};
use eksamine_facts::catalogue::{Kind, KubernetesKind, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked without a permission, and who says so.
pub const PERMISSION_FREE: &[(&str, &str)] = &[
    ("sts:GetCallerIdentity", "AWS STS API reference: no permissions are required, and it cannot be denied"),
    ("GET /version, /api/*, /apis/*", "ClusterRole system:discovery, bound to every authenticated user"),
    ("create selfsubjectaccessreviews", "ClusterRole system:basic-user, bound to every authenticated user (doctor)"),
];

/// What the way in itself asks for, in place of a kind's name.
const BY_NAME: &str = "the cluster, found by its name";
const BY_REGION: &str = "the cluster, when none is named";

/// Everything that a plan needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    iam: BTreeMap<String, NeededBy>,
    rbac: BTreeMap<Access, NeededBy>,
}

/// The kinds that need a permission, and for each the rules that need the kind.
pub type NeededBy = BTreeMap<String, BTreeSet<String>>;

/// One line of a policy or role, and why it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `eks:ListNodegroups`, `list pods at the cluster scope`.
    pub permission: String,
    /// Who needs it.
    pub needed_by: NeededBy,
}

impl Permissions {
    /// What gathering this plan by that way takes. The cluster is looked for when it is not named.
    #[must_use]
    pub fn of(plan: &Plan, way_in: &WayIn, cluster_named: bool) -> Self {
        let mut all = Self::default();
        for (name, kind) in plan.within() {
            let Some(planned) = plan.kinds().get(name) else { continue };
            match kind {
                Kind::Aws(row) => row.actions().into_iter().for_each(|action| all.iam(action, name, planned)),
                Kind::CloudControl(_) => {
                    let actions = eksamine_facts::catalogue::CLOUD_CONTROL.actions();
                    actions.into_iter().for_each(|action| all.iam(action, name, planned));
                }
                Kind::Kubernetes(kind) => {
                    for access in accesses(kind, plan.kubelets()) {
                        all.rbac.entry(access).or_default().insert(name.to_owned(), planned.rules.clone());
                    }
                }
            }
        }
        let native = !matches!(way_in, WayIn::Kubeconfig { .. } | WayIn::InCluster);
        if native || plan.wants_aws() {
            all.iam(REACHING, BY_NAME, &Planned::default());
            if !cluster_named {
                all.iam(FINDING, BY_REGION, &Planned::default());
            }
        }
        all
    }

    fn iam(&mut self, action: &str, name: &str, planned: &Planned) {
        self.iam.entry(action.to_owned()).or_default().insert(name.to_owned(), planned.rules.clone());
    }

    /// The IAM actions, sorted.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.iam.keys().map(String::as_str)
    }

    /// Every IAM action with its reasons.
    #[must_use]
    pub fn iam_grants(&self) -> Vec<Grant> {
        let grant = |(action, needed_by): (&String, &NeededBy)| Grant {
            permission: action.clone(),
            needed_by: needed_by.clone(),
        };
        self.iam.iter().map(grant).collect()
    }

    /// Every RBAC permission with its reasons.
    #[must_use]
    pub fn rbac_grants(&self) -> Vec<Grant> {
        let grant = |(access, needed_by): (&Access, &NeededBy)| Grant {
            permission: access.to_string(),
            needed_by: needed_by.clone(),
        };
        self.rbac.iter().map(grant).collect()
    }

    pub(crate) fn accesses(&self) -> impl Iterator<Item = &Access> {
        self.rbac.keys()
    }
}

/// `aws.ec2.instances (private-nodes), the cluster, found by its name`.
#[must_use]
pub fn why(needed_by: &NeededBy) -> String {
    let one = |(kind, rules): (&String, &BTreeSet<String>)| match rules.len() {
        0 => kind.clone(),
        _ => format!("{kind} ({})", rules.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
    };
    needed_by.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What the API server is asked to get at a kind.
fn accesses(kind: KubernetesKind<'_>, kubelets: &Kubelets) -> Vec<Access> {
    let of =
        |verb| Access { verb, group: kind.group.to_owned(), resource: kind.resource.to_owned(), ..Access::default() };
    match kind.verb() {
        Verb::List => vec![of("list")],
        Verb::GetNamed { namespace, names } => {
            names.iter().map(|name| Access { namespace: Some(namespace), name: Some(name), ..of("get") }).collect()
        }
        Verb::GetOfNodes => {
            let subresource = match kubelets {
                Kubelets::Proxy => Some("proxy"),
                Kubelets::Direct => Some("configz"),
                Kubelets::Files(_) => return Vec::new(),
            };
            vec![Access { verb: "get", resource: "nodes".to_owned(), subresource, ..Access::default() }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let needs = [
            ("private-nodes", "aws.ec2.instances"),
            ("private-nodes", "aws.eks.nodegroups"),
            ("network-policy", "k8s.configmaps.v1"),
            ("network-policy", "k8s.networkpolicies.v1.networking.k8s.io"),
        ];
        Plan::new(needs, 1).expect("a plan")
    }

    #[test]
    fn the_way_in_needs_what_it_calls() {
        let kubeconfig = WayIn::Kubeconfig { file: None, context: None };
        let of = |plan: &Plan, way: &WayIn, named| {
            Permissions::of(plan, way, named).actions().map(str::to_owned).collect::<Vec<_>>()
        };
        let all = [
            "ec2:DescribeInstances",
            "eks:DescribeCluster",
            "eks:DescribeNodegroup",
            "eks:ListClusters",
            "eks:ListNodegroups",
        ];
        assert_eq!(of(&plan(), &WayIn::Native, false), all);
        assert!(!of(&plan(), &kubeconfig, true).contains(&"eks:ListClusters".to_owned()));
        let pods = Plan::new([("r", "k8s.pods.v1")], 1).expect("a plan");
        assert!(of(&pods, &kubeconfig, false).is_empty());
        assert_eq!(of(&pods, &WayIn::Native, true), ["eks:DescribeCluster"]);
    }

    #[test]
    fn every_grant_says_why() {
        let permissions = Permissions::of(&plan(), &WayIn::Native, false);
        let nodes =
            permissions.rbac_grants().into_iter().find(|grant| grant.permission == "list nodes at the cluster scope");
        assert_eq!(why(&nodes.expect("nodes are needed").needed_by), "k8s.nodes.v1 (private-nodes)");
        assert!(permissions.iam_grants().iter().all(|grant| !grant.needed_by.is_empty()));
    }
}
