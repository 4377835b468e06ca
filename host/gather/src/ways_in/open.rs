//! Both ways in at once: AWS where a plan wants it, the API server as the user says, and whether they are of one cluster.

use super::kubernetes::{Closed, Door, der};
use super::{AwsOptions, Cluster, SignedIn, WayIn, WayInError, find_cluster, sign_in, sign_in_with};
use crate::kubelets::Kubelets;
use crate::kubernetes::{Kubernetes, Limits};
use crate::plan::Plan;
use aws_config::SdkConfig;
use eksamine_facts::{Availability, Scope};
use eksamine_results::Weakening;
use kube::Config;

/// What the command line says about the ways in.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// AWS.
    pub aws: AwsOptions,
    /// AWS settings that are loaded already, in place of the environment's and the profile's.
    pub aws_config: Option<SdkConfig>,
    /// `--cluster`; the region's only one when not named.
    pub cluster: Option<String>,
    /// `--kubeconfig` and `--context`, or how else.
    pub way_in: WayIn,
    /// How patient to be with the API server.
    pub kubernetes: Limits,
}

/// Where facts can be read, and as whom.
pub struct WaysIn {
    /// AWS, or why not.
    pub(crate) aws: Result<SignedIn, String>,
    /// The API server, or why not.
    pub(crate) kubernetes: Result<Kubernetes, Closed>,
    pub(crate) way_in: WayIn,
    /// The cluster.
    pub scope: Scope,
    /// What makes these ways weaker than the ordinary ones.
    pub weakenings: Vec<Weakening>,
}

impl WaysIn {
    /// ARN of whoever asks AWS.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.aws.as_ref().ok().map(|signed_in| signed_in.arn.as_str())
    }

    /// `native`, `kubeconfig` or `in-cluster`.
    #[must_use]
    pub const fn way_in(&self) -> &'static str {
        self.way_in.word()
    }

    /// Why nothing is read from AWS.
    #[must_use]
    pub fn aws_missing(&self) -> Option<&str> {
        self.aws.as_ref().err().map(String::as_str)
    }
}

/// Opens what the plan wants.
///
/// # Errors
/// [`WayInError`]: credentials that do not work, no cluster or several, a kubeconfig that cannot be read. An API server
/// that does not answer is no error: the document says it.
pub async fn open(plan: &Plan, options: &Options) -> Result<WaysIn, WayInError> {
    let way_in = options.way_in.resolved();
    // A kubeconfig is read before anybody is asked: a mistyped context is found at once.
    let door = match &way_in {
        WayIn::Kubeconfig { file, context } => Some(Door::kubeconfig(file.as_ref(), context.as_ref()).await?),
        WayIn::InCluster => Some(Door::in_cluster()?),
        WayIn::Native | WayIn::Automatic => None,
    };
    let found = aws(plan, options, &way_in).await?;
    let mut scope = found.signed_in.as_ref().map_or_else(|_| Scope::default(), |signed_in| signed_in.scope.clone());
    if let Some(cluster) = &found.cluster {
        scope.cluster = Some(cluster.name.clone());
        scope.cluster_arn.clone_from(&cluster.arn);
        scope.kubernetes_version.clone_from(&cluster.version);
    }
    let mut weakenings = found.weakenings;
    weakenings.extend(read_before(plan.kubelets()));
    let kubernetes = match door {
        _ if !plan.wants_kubernetes() => Err(not_wanted()),
        Some(door) => {
            weakenings.extend(suspicious(&way_in, &door.config, found.cluster.as_ref()));
            door.open(options.kubernetes.clone())
        }
        None => match (&found.signed_in, &found.cluster) {
            (Ok(signed_in), Some(cluster)) => {
                Door::native(signed_in, cluster).and_then(|door| door.open(options.kubernetes.clone()))
            }
            _ => Err(not_wanted()),
        },
    };
    if let Ok(kubernetes) = &kubernetes {
        scope.api_server = Some(kubernetes.server().to_owned());
        if let Some(version) = kubernetes.greet().await {
            scope.kubernetes_version = Some(version);
        }
    }
    Ok(WaysIn { aws: found.signed_in, kubernetes, way_in, scope, weakenings })
}

struct FoundAws {
    signed_in: Result<SignedIn, String>,
    cluster: Option<Cluster>,
    weakenings: Vec<Weakening>,
}

async fn aws(plan: &Plan, options: &Options, way_in: &WayIn) -> Result<FoundAws, WayInError> {
    let native = *way_in == WayIn::Native;
    if !plan.wants_aws() && !native && options.cluster.is_none() {
        let why = "no AWS fact was asked for".to_owned();
        return Ok(FoundAws { signed_in: Err(why), cluster: None, weakenings: Vec::new() });
    }
    let named = options.aws.profile.is_some() || options.aws.role_arn.is_some() || options.cluster.is_some();
    let signed_in = match &options.aws_config {
        Some(config) => sign_in_with(config.clone(), &options.aws).await,
        None => sign_in(&options.aws).await,
    };
    match signed_in {
        Ok(signed_in) => {
            let cluster = Some(find_cluster(&signed_in, options.cluster.as_deref()).await?);
            Ok(FoundAws { signed_in: Ok(signed_in), cluster, weakenings: Vec::new() })
        }
        // With a kubeconfig alone, half of the facts can be had; who names a profile wants all of them.
        Err(error @ (WayInError::NoCredentials { .. } | WayInError::NoRegion)) if !native && !named => {
            let detail = format!("no AWS fact was read: {error}");
            let weakening = Weakening { kind: "aws-not-read".to_owned(), subject: "AWS".to_owned(), detail };
            Ok(FoundAws { signed_in: Err(error.to_string()), cluster: None, weakenings: vec![weakening] })
        }
        Err(error) => Err(error),
    }
}

/// Files of node agents say nothing of their age.
fn read_before(kubelets: &Kubelets) -> Option<Weakening> {
    let Kubelets::Files(files) = kubelets else { return None };
    let detail = "what node agents read of kubelets, at a time that nothing tells".to_owned();
    Some(Weakening { kind: "kubelet-files".to_owned(), subject: files.path.display().to_string(), detail })
}

fn not_wanted() -> Closed {
    let reason = "no Kubernetes fact was asked for".to_owned();
    Closed { status: Availability::NotCollected, reason, permission: None }
}

/// What speaks against the API server's being the cluster that AWS describes.
fn suspicious(way_in: &WayIn, config: &Config, cluster: Option<&Cluster>) -> Vec<Weakening> {
    let server = config.cluster_url.to_string();
    let say = |kind: &str, detail: String| Weakening { kind: kind.to_owned(), subject: server.clone(), detail };
    let mut weakenings = Vec::new();
    if config.accept_invalid_certs {
        let detail = "the kubeconfig says insecure-skip-tls-verify: anybody could have answered".to_owned();
        weakenings.push(say("server-not-verified", detail));
    }
    let Some(cluster) = cluster else { return weakenings };
    let (name, endpoint) = (&cluster.name, cluster.endpoint.as_deref());
    let same = match way_in {
        // In a pod the server has its service's address; its authority is the cluster's own all the same.
        WayIn::InCluster => cluster.certificates.as_deref().map(der) == config.root_cert,
        _ => endpoint.is_some_and(|endpoint| same_server(endpoint, &server)),
    };
    if !same {
        let known = endpoint.map_or_else(|| "not known".to_owned(), |endpoint| format!("at {endpoint}"));
        let detail = format!(
            "the Kubernetes facts come from {server}, while the API server of {name} is {known}: they may be of another cluster"
        );
        weakenings.push(say("other-cluster", detail));
    }
    weakenings
}

fn same_server(one: &str, other: &str) -> bool {
    let plain = |url: &str| {
        let url = url.trim_end_matches('/').to_ascii_lowercase();
        url.strip_suffix(":443").map(str::to_owned).unwrap_or(url)
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_one_server_may_be_spelt_differently() {
        assert!(same_server(
            "https://ABC.gr7.eu-west-1.eks.amazonaws.com",
            "https://abc.gr7.eu-west-1.eks.amazonaws.com:443/"
        ));
        assert!(!same_server("https://127.0.0.1:6443", "https://127.0.0.1:443"));
    }
}
