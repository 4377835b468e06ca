//! Before a scan: which ways in work, and which permissions are missing. Reads no facts.

use crate::aws::Probed;
use crate::kubernetes::{Failure, Kubernetes};
use crate::permissions::{Permissions, why};
use crate::plan::Plan;
use crate::ways_in::{FINDING, Options, REACHING, SignedIn, WayIn, WayInError, WaysIn, open};
use eksamine_facts::catalogue::{CLOUD_CONTROL, Call, Each, Kind, Service};
use futures::future::join_all;
use std::collections::BTreeMap;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It works, or it is granted.
    Good,
    /// It does not work.
    Broken,
    /// The permission is missing.
    Missing,
    /// It could not be found out.
    Unclear,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// `AWS credentials`, `cluster`, `API server`, or a permission.
    pub what: String,
    /// How it stands.
    pub standing: Standing,
    /// What was found, in words; of a missing permission, who needs it.
    pub detail: String,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The ways in.
    pub ways: Vec<Check>,
    /// The permissions, IAM's before RBAC's.
    pub permissions: Vec<Check>,
}

impl Diagnosis {
    /// Whether a scan would see everything that is planned, as far as that could be found out.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let mut all = self.ways.iter().chain(&self.permissions);
        all.all(|check| matches!(check.standing, Standing::Good | Standing::Unclear))
    }
}

/// Looks at the ways in and at every permission that the plan needs.
pub async fn examine(plan: &Plan, options: &Options) -> Diagnosis {
    let permissions = Permissions::of(plan, &options.way_in.resolved(), options.cluster.is_some());
    match open(plan, options).await {
        Ok(ways_in) => diagnosis(plan, &permissions, &ways_in).await,
        Err(error) => without_aws(plan, &permissions, options, &error).await,
    }
}

/// One way in is shut; the other may be looked at all the same.
async fn without_aws(plan: &Plan, permissions: &Permissions, options: &Options, error: &WayInError) -> Diagnosis {
    let kubernetes_alone = Options { cluster: None, ..options.clone() };
    let others = match options.way_in.resolved() {
        WayIn::Native | WayIn::Automatic => None,
        _ => open(&plan.of_kubernetes(), &kubernetes_alone).await.ok(),
    };
    let mut found = match others {
        Some(ways_in) => diagnosis(&plan.of_kubernetes(), permissions, &ways_in).await,
        None => {
            let unclear = permissions
                .rbac_grants()
                .into_iter()
                .map(|grant| unclear(grant.permission, "no way to the API server"));
            Diagnosis { ways: Vec::new(), permissions: unclear.collect() }
        }
    };
    found.ways.insert(0, Check { what: "way in".to_owned(), standing: Standing::Broken, detail: error.to_string() });
    found.permissions.retain(|check| !permissions.actions().any(|action| action == check.what));
    let actions = permissions.actions().map(|action| unclear(action.to_owned(), "AWS cannot be asked"));
    found.permissions.splice(0..0, actions);
    found
}

async fn diagnosis(plan: &Plan, permissions: &Permissions, ways_in: &WaysIn) -> Diagnosis {
    let ways = vec![credentials(ways_in), cluster(ways_in), api_server(ways_in)];
    let ways = ways.into_iter().flatten().collect();
    let (iam, rbac) = futures::join!(iam(plan, permissions, ways_in), rbac(permissions, ways_in));
    Diagnosis { ways, permissions: iam.into_iter().chain(rbac).collect() }
}

fn credentials(ways_in: &WaysIn) -> Option<Check> {
    let what = "AWS credentials".to_owned();
    match &ways_in.aws {
        Ok(SignedIn { arn, scope, .. }) => {
            let region = scope.region.as_deref().unwrap_or_default();
            Some(Check { what, standing: Standing::Good, detail: format!("{arn} in {region}") })
        }
        Err(why) => Some(Check { what, standing: Standing::Unclear, detail: why.clone() }),
    }
}

fn cluster(ways_in: &WaysIn) -> Option<Check> {
    let name = ways_in.scope.cluster.clone()?;
    let what = "cluster".to_owned();
    let other = ways_in.weakenings.iter().find(|weakening| weakening.kind == "other-cluster");
    Some(match (&ways_in.scope.cluster_arn, other) {
        (_, Some(weakening)) => Check { what, standing: Standing::Broken, detail: weakening.detail.clone() },
        (Some(arn), None) => Check { what, standing: Standing::Good, detail: arn.clone() },
        (None, None) => Check { what, standing: Standing::Unclear, detail: format!("{name} could not be described") },
    })
}

fn api_server(ways_in: &WaysIn) -> Option<Check> {
    let check = |standing, detail| Some(Check { what: "API server".to_owned(), standing, detail });
    match &ways_in.kubernetes {
        Err(closed) if closed.status == eksamine_facts::Availability::NotCollected => None,
        Err(closed) => check(Standing::Broken, closed.reason.clone()),
        Ok(kubernetes) => match kubernetes.stopped() {
            Some(failure) => check(Standing::Broken, failure.to_string()),
            None => {
                let version = ways_in.scope.kubernetes_version.as_deref().unwrap_or("of no known version");
                check(Standing::Good, format!("{} ({version}), {}", kubernetes.server(), ways_in.way_in()))
            }
        },
    }
}

async fn rbac(permissions: &Permissions, ways_in: &WaysIn) -> Vec<Check> {
    let asked = permissions.accesses().zip(permissions.rbac_grants());
    let all = asked.map(|(access, grant)| async move {
        let answer = match &ways_in.kubernetes {
            Ok(kubernetes) => Kubernetes::may(kubernetes, access).await.map_err(|failure: Failure| failure.to_string()),
            Err(closed) => Err(closed.reason.clone()),
        };
        let (standing, detail) = match answer {
            Ok(true) => (Standing::Good, String::new()),
            Ok(false) => (Standing::Missing, why(&grant.needed_by)),
            Err(reason) => (Standing::Unclear, reason),
        };
        Check { what: grant.permission, standing, detail }
    });
    join_all(all).await
}

async fn iam(plan: &Plan, permissions: &Permissions, ways_in: &WaysIn) -> Vec<Check> {
    let calls = calls(plan);
    let all = permissions.iam_grants().into_iter().map(|grant| {
        let call = calls.get(grant.permission.as_str()).copied();
        async move {
            let probed = match (&ways_in.aws, call) {
                (Err(reason), _) => Probed::Unclear(reason.clone()),
                (Ok(signed_in), Some(asked)) => asked.probe(signed_in, ways_in).await,
                (Ok(_), None) => finding(&grant.permission, ways_in),
            };
            let (standing, detail) = match probed {
                Probed::Allowed => (Standing::Good, String::new()),
                Probed::Denied(_) => (Standing::Missing, why(&grant.needed_by)),
                Probed::Unclear(reason) => (Standing::Unclear, reason),
            };
            Check { what: grant.permission, standing, detail }
        }
    });
    join_all(all).await
}

/// What opening the ways in has found out already.
fn finding(action: &str, ways_in: &WaysIn) -> Probed {
    match action {
        REACHING if ways_in.scope.cluster_arn.is_some() => Probed::Allowed,
        REACHING => Probed::Denied(String::new()),
        FINDING => Probed::Allowed,
        _ => Probed::Unclear("no call of the catalogue needs it alone".to_owned()),
    }
}

/// A call that stands for an action.
#[derive(Clone, Copy)]
struct Asked<'a> {
    service: &'static Service,
    call: &'static Call,
    type_name: &'a str,
}

impl Asked<'_> {
    async fn probe(&self, signed_in: &SignedIn, ways_in: &WaysIn) -> Probed {
        let cluster = ways_in.scope.cluster.as_deref().unwrap_or_default();
        signed_in.aws.probe(self.service, self.call, cluster, self.type_name).await
    }
}

/// For every action that a call needs alone, the cheapest such call: one that is made for nothing else.
fn calls(plan: &Plan) -> BTreeMap<&'static str, Asked<'_>> {
    let mut all = BTreeMap::new();
    let sorted = plan.by_source();
    let rows =
        sorted.rows.iter().flat_map(|row| row.calls().map(|call| Asked { service: row.service, call, type_name: "" }));
    let types = sorted.types.iter().flat_map(|(_, kind)| {
        let of = |service, call| Asked { service, call, type_name: kind.type_name };
        let (own, registry) = (CLOUD_CONTROL.service, CLOUD_CONTROL.registry);
        [of(registry, &CLOUD_CONTROL.describe_type), of(own, &CLOUD_CONTROL.list), of(own, &CLOUD_CONTROL.get)]
    });
    for asked in rows.chain(types) {
        if let [action] = asked.call.actions {
            let kept = all.entry(*action).or_insert(asked);
            if asked.call.each == Each::Once && kept.call.each != Each::Once {
                *kept = asked;
            }
        }
    }
    all
}

fn unclear(what: String, detail: &str) -> Check {
    Check { what, standing: Standing::Unclear, detail: detail.to_owned() }
}

impl Plan {
    /// The same without AWS.
    fn of_kubernetes(&self) -> Self {
        self.keeping(|kind| matches!(kind, Kind::Kubernetes(_)))
    }
}
