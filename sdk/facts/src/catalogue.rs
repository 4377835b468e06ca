//! The kind catalogue: every fact kind we know, as data. Gather, `permissions`, `explain`, `schema` and `doctor` read it.
//!
//! Three families of kinds: rows of our own (`aws.eks.nodegroups`), anything that Cloud Control reads
//! (`cfn.AWS::EFS::FileSystem`), anything that the API server serves (`k8s.pods.v1`). A new AWS kind is a row here and a
//! noun. Pure constants: nothing is parsed or built at start-up, and the table compiles into a component as well.

mod authorization;
mod cloudcontrol;
mod ec2;
mod ecr;
mod eks;
mod elb;
mod elbv2;
mod iam;
mod inspector2;
mod kms;
mod kubernetes;
mod logs;
mod row;
mod sts;

pub use cloudcontrol::{CLOUD_CONTROL, CloudControl, CloudControlKind};
pub use kubernetes::{KubernetesKind, Verb};
pub use row::{Adds, AwsKind, Call, Each, Failures, Http, Input, Paging, Part, Protocol, Service, Take, Value, Values};

use std::collections::BTreeSet;
use std::fmt;

/// The rows, in the order of their names.
pub const AWS: &[AwsKind] = &[
    ec2::INSTANCES,
    ec2::LAUNCH_TEMPLATE_VERSIONS,
    ec2::ROUTE_TABLES,
    ec2::SUBNETS,
    ec2::VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    ecr::IMAGE_DETAILS,
    ecr::IMAGE_SCAN_FINDINGS,
    ecr::PULL_THROUGH_CACHE_RULES,
    ecr::REGISTRY_POLICIES,
    ecr::REGISTRY_SCANNING_CONFIGURATIONS,
    ecr::REPOSITORIES,
    ecr::REPOSITORY_POLICIES,
    ecr::REPOSITORY_SCANNING_CONFIGURATIONS,
    eks::ACCESS_ENTRIES,
    eks::ADDONS,
    eks::CAPABILITIES,
    eks::CLUSTERS,
    eks::FARGATE_PROFILES,
    eks::IDENTITY_PROVIDER_CONFIGS,
    eks::NODEGROUPS,
    eks::POD_IDENTITY_ASSOCIATIONS,
    elb::LOAD_BALANCERS,
    elb::TAGS,
    elbv2::LISTENERS,
    elbv2::LOAD_BALANCERS,
    elbv2::RULES,
    elbv2::TAGS,
    elbv2::TARGET_GROUPS,
    authorization::GROUP_DETAILS,
    iam::INSTANCE_PROFILES,
    authorization::MANAGED_POLICY_DETAILS,
    authorization::ROLE_DETAILS,
    iam::ROLES,
    authorization::USER_DETAILS,
    inspector2::ACCOUNT_STATUSES,
    inspector2::COVERED_RESOURCES,
    kms::KEYS,
    logs::LOG_GROUPS,
    sts::CALLER_IDENTITIES,
];

/// What a collection needs at most: T0 describes, T1 reads policy documents, pods and named ConfigMaps, T2 is opt-in.
pub type Tier = u8;

/// A kind, found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A row of [`AWS`].
    Aws(&'static AwsKind),
    /// Through Cloud Control API.
    CloudControl(CloudControlKind<'a>),
    /// From the API server.
    Kubernetes(KubernetesKind<'a>),
}

impl<'a> Kind<'a> {
    /// The kind of this name.
    ///
    /// # Errors
    /// [`KindError`]: a name outside the grammar, an AWS row that does not exist, or a kind that is refused because it
    /// holds secrets.
    pub fn find(name: &'a str) -> Result<Self, KindError> {
        match name.split_once('.') {
            Some(("aws", _)) => aws(name).map(Self::Aws).ok_or_else(|| KindError::NoSuchRow(name.into())),
            Some(("cfn", type_name)) => CloudControlKind::parse(type_name).map(Self::CloudControl),
            Some(("k8s", rest)) => KubernetesKind::parse(rest).map(Self::Kubernetes),
            _ => Err(KindError::Grammar(name.into())),
        }
    }

    /// The lowest tier that collects it.
    #[must_use]
    pub fn tier(&self) -> Tier {
        match self {
            Self::Aws(row) => row.tier,
            Self::CloudControl(_) => 1,
            Self::Kubernetes(kind) => kind.tier(),
        }
    }

    /// The options that collect it; `None` for what is collected without any.
    #[must_use]
    pub fn options(&self) -> Option<String> {
        let tier = Some(self.tier()).filter(|tier| *tier > 1)?;
        let of_nodes = matches!(self, Self::Kubernetes(kind) if kind.verb() == Verb::GetOfNodes);
        Some(format!("--tier {tier}{}", if of_nodes { " or --kubelets" } else { "" }))
    }

    /// What must be granted for it, as it is written beside a denied kind: IAM actions, or an RBAC verb and resource.
    #[must_use]
    pub fn permission(&self) -> String {
        match self {
            Self::Aws(row) => row.actions().join(", "),
            Self::CloudControl(_) => CLOUD_CONTROL.actions().join(", "),
            Self::Kubernetes(kind) => kind.permission(),
        }
    }

    /// The kinds whose items say what to ask for. They are gathered first.
    #[must_use]
    pub fn needs(&self) -> Vec<&'static str> {
        match self {
            Self::Aws(row) => row.needs(),
            Self::Kubernetes(kind) => kind.needs(),
            Self::CloudControl(_) => Vec::new(),
        }
    }
}

/// The row of an AWS kind.
#[must_use]
pub fn aws(kind: &str) -> Option<&'static AwsKind> {
    AWS.iter().find(|row| row.kind == kind)
}

/// These kinds and, through them, every kind whose items say what to ask for; sorted.
///
/// # Errors
/// [`KindError`] of the first name that is no kind.
pub fn closure<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<BTreeSet<&'a str>, KindError> {
    let mut all = BTreeSet::new();
    let mut waiting: Vec<&str> = names.into_iter().collect();
    while let Some(name) = waiting.pop() {
        if all.insert(name) {
            waiting.extend(Kind::find(name)?.needs());
        }
    }
    Ok(all)
}

/// The IAM actions that gathering these kinds takes, prerequisites included; sorted. Calls that need none add none. The
/// actions of Cloud Control's handlers are not among them: only a type's own schema knows those.
///
/// # Errors
/// [`KindError`] of the first name that is no kind.
pub fn iam_actions<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<BTreeSet<&'static str>, KindError> {
    let mut actions = BTreeSet::new();
    for name in closure(names)? {
        match Kind::find(name)? {
            Kind::Aws(row) => actions.extend(row.actions()),
            Kind::CloudControl(_) => actions.extend(CLOUD_CONTROL.actions()),
            Kind::Kubernetes(_) => {}
        }
    }
    Ok(actions)
}

/// Why a name is no kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KindError {
    /// It is spelt like no kind.
    Grammar(String),
    /// An `aws.` name that the catalogue does not hold.
    NoSuchRow(String),
    /// It holds secrets, so that reading it is refused.
    Secret(String),
}

impl fmt::Display for KindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grammar(name) => write!(
                f,
                "{name:?} is no fact kind: kinds are aws.SERVICE.RESOURCES, cfn.AWS::SERVICE::TYPE or k8s.RESOURCES.VERSION[.GROUP]"
            ),
            Self::NoSuchRow(name) => write!(
                f,
                "no fact kind {name:?}: AWS kinds are rows of the catalogue, anything else is cfn.AWS::SERVICE::TYPE"
            ),
            Self::Secret(name) => write!(f, "{name:?} holds secret values, which never enter the facts"),
        }
    }
}

impl std::error::Error for KindError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_unique_and_named_after_their_service() {
        let names: Vec<&str> = AWS.iter().map(|row| row.kind).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        for row in AWS {
            let resource = row.kind.strip_prefix(&format!("aws.{}.", row.service.name)).unwrap_or_default();
            assert!(!resource.is_empty() && resource.bytes().all(|b| b.is_ascii_lowercase()), "{}", row.kind);
            assert!(!row.identity.is_empty() && !row.doc.is_empty(), "{}", row.kind);
        }
    }

    #[test]
    fn what_a_row_needs_exists_and_comes_first() {
        for row in AWS {
            for need in row.needs() {
                let found = Kind::find(need).expect("a kind");
                assert!(found.tier() <= row.tier, "{} of tier {} needs {need}", row.kind, row.tier);
                assert!(!found.needs().contains(&row.kind), "{} and {need} need each other", row.kind);
            }
        }
    }

    #[test]
    fn lists_of_ids_come_from_somewhere_so_that_none_is_ever_sent_empty() {
        for call in AWS.iter().flat_map(AwsKind::calls) {
            let chunked = matches!(call.each, Each::Chunks(..) | Each::ElementChunks(_));
            assert_eq!(chunked, call.input.iter().any(|i| i.value.holds_chunk()), "{}", call.operation);
        }
    }

    #[test]
    fn names_find_their_kind() {
        assert_eq!(Kind::find("aws.eks.nodegroups"), Ok(Kind::Aws(&eks::NODEGROUPS)));
        assert_eq!(Kind::find("aws.eks.nodegroup"), Err(KindError::NoSuchRow("aws.eks.nodegroup".into())));
        assert_eq!(Kind::find("aws.eks.clusters").map(|k| k.permission()), Ok("eks:DescribeCluster".into()));
        assert_eq!(Kind::find("pods"), Err(KindError::Grammar("pods".into())));
        let cfn = Kind::find("cfn.AWS::EFS::FileSystem").expect("a type");
        assert_eq!(cfn.tier(), 1);
        assert!(cfn.permission().contains("cloudformation:ListResources"));
        assert!(matches!(Kind::find("cfn.AWS::SecretsManager::Secret"), Err(KindError::Secret(_))));
        assert!(matches!(Kind::find("k8s.secrets.v1"), Err(KindError::Secret(_))));
    }

    #[test]
    fn what_is_not_collected_of_itself_names_its_options() {
        let options = |kind| Kind::find(kind).expect("a kind").options();
        assert_eq!(options("k8s.pods.v1"), None);
        assert_eq!(options("aws.iam.userdetails").as_deref(), Some("--tier 2"));
        let kubelets = options("k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io");
        assert_eq!(kubelets.as_deref(), Some("--tier 2 or --kubelets"));
    }

    #[test]
    fn the_closure_holds_what_is_needed_at_any_distance() {
        let all = closure(["aws.ec2.launchtemplateversions", "aws.ec2.instances"]).expect("kinds");
        let expected = ["aws.ec2.instances", "aws.ec2.launchtemplateversions", "aws.eks.nodegroups", "k8s.nodes.v1"];
        assert_eq!(all.into_iter().collect::<Vec<_>>(), expected);
        assert!(closure(["aws.ec2.instance"]).is_err());
    }

    #[test]
    fn a_row_says_what_it_needs() {
        let row = aws("aws.ec2.instances").expect("a row");
        assert_eq!(row.needs(), ["k8s.nodes.v1"]);
        assert_eq!(row.actions(), ["ec2:DescribeInstances"]);
        let row = aws("aws.eks.nodegroups").expect("a row");
        assert_eq!(row.actions(), ["eks:DescribeNodegroup", "eks:ListNodegroups"]);
        assert!(aws("aws.sts.calleridentities").is_some_and(|row| row.actions().is_empty()));
    }
}
