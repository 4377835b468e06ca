//! Fails a cluster whose public endpoint lets in more than it may.

use eksamine_facts::derive::cidr::{Networks, Prefixes, network};
use eksamine_facts::derive::endpoint::{Callers, names};
use eksamine_facts::eks::{Cluster, VpcConfig};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    allowed_cidrs: Vec<String>,
    open_prefix_v4: u8,
    open_prefix_v6: u8,
    review_prefix_v4: u8,
    review_prefix_v6: u8,
    require_private_endpoint: bool,
}

/// What the parameters demand.
struct Demand {
    /// Who may come in; `None` when nobody said.
    allowed: Option<Networks>,
    /// Networks bigger than these fail.
    open: Prefixes,
    /// Networks bigger than these are put to a human.
    review: Prefixes,
    private: bool,
}

impl Demand {
    fn new(params: &Params) -> Result<Self, String> {
        let one = |cidr: &String| network(cidr).ok_or_else(|| format!("allowed_cidrs: {cidr:?} is no network"));
        let allowed = params.allowed_cidrs.iter().map(one).collect::<Result<Networks, _>>()?;
        Ok(Self {
            allowed: (!params.allowed_cidrs.is_empty()).then_some(allowed),
            open: Prefixes { v4: params.open_prefix_v4, v6: params.open_prefix_v6 },
            review: Prefixes { v4: params.review_prefix_v4, v6: params.review_prefix_v6 },
            private: params.require_private_endpoint,
        })
    }
}

/// One finding, for the cluster.
///
/// # Errors
/// An allowed network that is none.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("clusters");
    let demand = Demand::new(params)?;
    let cluster = facts.cluster();
    let list = cluster.at("/resourcesVpcConfig/publicAccessCidrs");
    tally.judge_at(cluster.subject(), list, || judge_cluster(&demand, cluster.get()?));
    Ok(tally.finish(""))
}

fn judge_cluster(demand: &Demand, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if let Some(elsewhere) = item.elsewhere("has no endpoint of EKS's")? {
        return Ok(elsewhere);
    }
    let config = cluster.resources_vpc_config.get()?;
    let public = *config.endpoint_public_access.get()?;
    let outcome = if public { judge_public(demand, config)? } else { judge_private(demand, config)? };
    let list = item.at("/resourcesVpcConfig/publicAccessCidrs");
    let outcome = outcome
        .at(item.at("/resourcesVpcConfig/endpointPublicAccess"))
        .at(item.at("/resourcesVpcConfig/endpointPrivateAccess"));
    Ok(if public {
        outcome.at(list).with(aside(|| family(item))).with(aside(|| egress(item)))
    } else {
        outcome.noting(list, "not judged: the public endpoint is off").with(aside(|| egress(item)))
    })
}

/// Nobody comes in by an endpoint that is off, whatever its list says.
fn judge_private(demand: &Demand, config: &VpcConfig) -> Result<Outcome, Unknown> {
    if demand.private && !*config.endpoint_private_access.get()? {
        return Ok(fail("the public endpoint is off, but the private one is off too, and it must be on"));
    }
    Ok(pass("the public endpoint is off"))
}

fn judge_public(demand: &Demand, config: &VpcConfig) -> Result<Outcome, Unknown> {
    let callers = Callers::of(config);
    let private = if demand.private { config.endpoint_private_access.get().copied() } else { Ok(true) };
    let mut wrong = Vec::new();
    wrong.extend(callers.open(demand.open).map(|open| format!("the public endpoint lets in {open}")));
    wrong.extend(demand.allowed.as_ref().and_then(|allowed| outsiders(&callers, allowed)));
    if private == Ok(false) {
        wrong.push("the private endpoint is off, so that nodes come in by the public one".to_owned());
    }
    if !wrong.is_empty() {
        return Ok(fail(wrong.join("; ")));
    }
    callers.rest.clone()?;
    private?;
    Ok(restricted(demand, &callers))
}

fn outsiders(callers: &Callers, allowed: &Networks) -> Option<String> {
    let outside: Vec<_> = callers.networks.iter().filter(|n| !allowed.hold(n)).collect();
    let does = if outside.len() == 1 { "does" } else { "do" };
    (!outside.is_empty()).then(|| format!("{} {does} not lie within allowed_cidrs", names(outside)))
}

/// A list that nothing forbids.
fn restricted(demand: &Demand, callers: &Callers) -> Outcome {
    let all = names(&callers.networks);
    if demand.allowed.is_some() {
        return pass(format!("the public endpoint lets in {all}, all within allowed_cidrs"));
    }
    let big: Vec<_> = callers.networks.iter().filter(|n| demand.review.are_longer_than(n)).collect();
    if big.is_empty() {
        return pass(format!("the public endpoint lets in {all}; no list of allowed networks was given"));
    }
    let review = demand.review;
    manual(format!(
        "the public endpoint lets in {}, bigger than a /{} (IPv4) or /{} (IPv6): whose are they?",
        names(big),
        review.v4,
        review.v6
    ))
}

fn egress(item: &Item<Cluster>) -> Result<Vec<Evidence>, Unknown> {
    item.get()?.resources_vpc_config.get()?.control_plane_egress_mode.get()?;
    let at = item.at("/resourcesVpcConfig/controlPlaneEgressMode");
    Ok(vec![Evidence::at(at).noting("how the control plane reaches out, not who reaches it")])
}

fn family(item: &Item<Cluster>) -> Result<Vec<Evidence>, Unknown> {
    if *item.get()?.kubernetes_network_config.get()?.ip_family.get()? != "ipv6" {
        return Ok(Vec::new());
    }
    let note = "the public endpoint serves IPv6 too if the cluster was made after October 2024";
    let family = Evidence::at(item.at("/kubernetesNetworkConfig/ipFamily")).noting(note);
    Ok(vec![family, Evidence::at(item.at("/createdAt"))])
}
