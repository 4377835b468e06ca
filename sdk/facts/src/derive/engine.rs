//! What enforces network policies: engines, recognised by their DaemonSets and settings, and the nodes they reach.
//!
//! Sources: EKS user guide (network policies of the VPC CNI and of Auto Mode), aws/amazon-vpc-cni-k8s
//! `charts/aws-vpc-cni`, aws/amazon-network-policy-controller-k8s `pkg/utils/configmap`, cilium/cilium
//! `pkg/option/config.go`, and the manifests of the others for the names of their DaemonSets.

mod arguments;
mod cilium;
mod ground;
mod settings;
mod vpc_cni;

pub use ground::{Ground, Lot};
pub use settings::{Setting, Settings};

use crate::core::PodSpec;
use crate::workloads::{DaemonSet, DaemonSetStatus};
use crate::{Known, Unknown};
use arguments::{argument, is_true};

/// A product that enforces network policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// The node agent of the Amazon VPC CNI.
    VpcCni,
    /// What EKS Auto Mode builds into its nodes.
    AutoMode,
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
    /// Antrea.
    Antrea,
    /// kube-router.
    KubeRouter,
    /// Weave Net.
    WeaveNet,
    /// Calico's policies over flannel's network.
    Canal,
    /// One that the user vouches for.
    Vouched,
}

impl Product {
    /// The product that a DaemonSet is known for.
    fn of(namespace: &str, name: &str, vouched: &[String]) -> Option<Self> {
        if vouched.iter().any(|v| v.split_once('/') == Some((namespace, name))) {
            return Some(Self::Vouched);
        }
        match (namespace, name) {
            ("kube-system", "aws-node") => Some(Self::VpcCni),
            (_, "calico-node") => Some(Self::Calico),
            (_, "cilium") => Some(Self::Cilium),
            (_, "antrea-agent") => Some(Self::Antrea),
            (_, "kube-router") => Some(Self::KubeRouter),
            (_, "weave-net") => Some(Self::WeaveNet),
            (_, "canal") => Some(Self::Canal),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::VpcCni => "the VPC CNI",
            Self::AutoMode => "Auto Mode",
            Self::Calico => "Calico",
            Self::Cilium => "Cilium",
            Self::Antrea => "Antrea",
            Self::KubeRouter => "kube-router",
            Self::WeaveNet => "Weave Net",
            Self::Canal => "Canal",
            Self::Vouched => "the engine named by extra_engines",
        }
    }
}

/// How an engine stands. The text goes on after its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It enforces wherever it runs.
    Enforcing,
    /// It enforces, but not yet or no longer everywhere it should.
    Incomplete(String),
    /// It would enforce, and none of its pods is ready.
    Idle(String),
    /// It is there and told not to enforce.
    Off(String),
    /// Of the two halves that it takes one is on.
    Half(String),
    /// Its settings stand where they are not read.
    Unclear(String),
}

impl Standing {
    /// Whether anything is enforced.
    #[must_use]
    pub const fn enforces(&self) -> bool {
        matches!(self, Self::Enforcing | Self::Incomplete(_))
    }

    /// What there is to say beyond its name.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Enforcing => "",
            Self::Incomplete(text) | Self::Idle(text) | Self::Off(text) | Self::Half(text) | Self::Unclear(text) => {
                text
            }
        }
    }
}

/// An engine of the cluster.
#[derive(Debug, Clone)]
pub struct Engine {
    /// What it is.
    pub product: Product,
    /// `kube-system/aws-node`; of what has no DaemonSet, what it is called.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Where that is to be seen.
    pub places: Vec<String>,
    /// The nodes it reaches, by their numbers in the [`Ground`].
    pub reach: Vec<usize>,
    /// Its version, where its image tells.
    pub version: Option<String>,
    /// Of the VPC CNI: `NETWORK_POLICY_ENFORCING_MODE`.
    pub mode: Option<Known<Setting>>,
}

/// A DaemonSet with its place in the facts.
pub type Placed<'d> = (&'d Known<DaemonSet>, String);

/// All engines of a cluster, in the order of their names.
///
/// # Errors
/// [`Unknown`] when a DaemonSet has no name, or what an engine stands on is not known.
pub fn engines(
    sets: &[Placed<'_>],
    settings: &Settings<'_>,
    vouched: &[String],
    ground: &Ground<'_>,
) -> Result<Vec<Engine>, Unknown> {
    let mut engines = Vec::new();
    for (set, place) in sets {
        let set = set.get()?;
        let metadata = set.metadata.get()?;
        let (namespace, name) = (metadata.namespace.get()?, metadata.name.get()?);
        if let Some(product) = Product::of(namespace, name, vouched) {
            engines.push(engine(product, format!("{namespace}/{name}"), set, place, settings, ground)?);
        }
    }
    engines.extend(vpc_cni::auto_mode(settings, ground)?);
    engines.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(engines)
}

fn engine(
    product: Product,
    name: String,
    set: &DaemonSet,
    place: &str,
    settings: &Settings<'_>,
    ground: &Ground<'_>,
) -> Result<Engine, Unknown> {
    let pod = set.spec.get()?.template.get()?.spec.get()?;
    let mut told = match product {
        Product::VpcCni => vpc_cni::told(pod, place, settings)?,
        Product::Cilium => cilium::told(&name, pod, place, settings)?,
        Product::KubeRouter => kube_router(pod, place)?,
        _ => Told::of(Standing::Enforcing, Vec::new()),
    };
    let mut reach = ground.reached_by(pod)?;
    if told.standing == Standing::Enforcing {
        let suited = ground.that_are_there(&reach);
        if product == Product::VpcCni {
            reach = ground.with_new_kernels(reach)?;
        }
        told.standing = readiness(set.status.get()?, suited, ground.is_expected() || reach.is_empty())?;
    }
    told.places.push(format!("{place}/status/numberReady"));
    told.places.push(format!("{place}/status/desiredNumberScheduled"));
    if matches!(told.standing, Standing::Incomplete(_)) {
        told.places.push(format!("{place}/status/updatedNumberScheduled"));
    }
    let Told { standing, places, version, mode } = told;
    Ok(Engine { product, name, standing, places, reach, version, mode })
}

/// What the settings of an engine say.
struct Told {
    standing: Standing,
    places: Vec<String>,
    version: Option<String>,
    mode: Option<Known<Setting>>,
}

impl Told {
    const fn of(standing: Standing, places: Vec<String>) -> Self {
        Self { standing, places, version: None, mode: None }
    }
}

/// "Enables Network Policy", which it does by default.
const FIREWALL: &str = "run-firewall";

fn kube_router(pod: &PodSpec, place: &str) -> Result<Told, Unknown> {
    let Some(found) = argument(pod, &["kube-router"], FIREWALL)? else {
        return Ok(Told::of(Standing::Enforcing, Vec::new()));
    };
    let standing = if is_true(FIREWALL, &found.value)? {
        Standing::Enforcing
    } else {
        Standing::Off(format!("is told not to enforce (--{FIREWALL}={})", found.value))
    };
    Ok(Told::of(standing, vec![format!("{place}{}", found.field)]))
}

/// `suited`: how many nodes its pods go to. `idle_is_fine`: there is no node for a pod to be on.
fn readiness(status: &DaemonSetStatus, suited: usize, idle_is_fine: bool) -> Result<Standing, Unknown> {
    let (desired, ready) = (*status.desired.get()?, *status.ready.get()?);
    let updated = *status.updated.declared()?.unwrap_or(&desired);
    Ok(if ready <= 0 && (desired > 0 || !idle_is_fine) {
        Standing::Idle(format!("has 0 of {desired} pods ready"))
    } else if ready < desired {
        Standing::Incomplete(format!("has {ready} of {desired} pods ready"))
    } else if usize::try_from(desired).is_ok_and(|desired| desired < suited) {
        // Something keeps pods away that is not seen here, or its controller has not come to the nodes yet.
        Standing::Incomplete(format!("wants a pod on {desired} of the {suited} nodes that its pods can go to"))
    } else if updated < desired {
        Standing::Incomplete(format!("runs its present settings in {updated} of {desired} pods"))
    } else {
        Standing::Enforcing
    })
}

#[cfg(test)]
mod tests;
