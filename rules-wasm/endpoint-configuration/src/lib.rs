//! Fails a cluster whose API server has a public endpoint, or no private one.

use eksamine_facts::derive::endpoint::{Callers, OPEN, names};
use eksamine_facts::eks::{Cluster, VpcConfig};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    public_endpoint_required: bool,
}

/// One finding, for the cluster.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("clusters");
    let cluster = facts.cluster();
    let list = cluster.at("/resourcesVpcConfig/publicAccessCidrs");
    tally.judge_at(cluster.subject(), list, || judge_cluster(params, cluster.get()?));
    tally.finish("")
}

fn judge_cluster(params: &Params, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if let Some(elsewhere) = item.elsewhere("has no endpoint of EKS's")? {
        return Ok(elsewhere);
    }
    let config = cluster.resources_vpc_config.get()?;
    let public = config.endpoint_public_access.get().copied();
    let private = config.endpoint_private_access.get().copied();
    let outcome = match (public, private) {
        (Ok(false), Ok(true)) => pass("the private endpoint is on and the public one is off"),
        (Ok(true), private) if params.public_endpoint_required => declared(config, private)?,
        (Ok(true), private) => fail(format!(
            "the public endpoint is on{}, and only the private one may be{}",
            reach(config),
            beside(&private)
        )),
        (public, Ok(false)) => fail(format!(
            "the private endpoint is off, and it must be on; {}",
            if public.is_ok() { "the public one is off too" } else { "whether the public one is on is not known" }
        )),
        (Err(unknown), _) | (_, Err(unknown)) => return Err(unknown),
    };
    Ok(flags(item, outcome).with(aside(|| remarks(item))))
}

/// The public endpoint is on, and somebody says that it is needed.
fn declared(config: &VpcConfig, private: Result<bool, Unknown>) -> Result<Outcome, Unknown> {
    let callers = Callers::of(config);
    if let Some(open) = callers.open(OPEN) {
        return Ok(fail(format!(
            "the public endpoint is declared as needed, but it lets in {open}{}",
            beside(&private)
        )));
    }
    if !private? {
        return Ok(fail("the public endpoint is declared as needed, but the private one is off, and it must be on"));
    }
    callers.rest?;
    Ok(manual(format!(
        "both endpoints are on; the public one, declared as needed (public_endpoint_required), lets in {}",
        names(&callers.networks)
    )))
}

/// Whom the public endpoint lets in, for the reader of a failure.
fn reach(config: &VpcConfig) -> String {
    let callers = Callers::of(config);
    match callers.open(OPEN) {
        Some(open) => format!(" for {open}"),
        None if callers.rest.is_err() => String::new(),
        None => format!(" for {}", names(&callers.networks)),
    }
}

/// How the private endpoint stands beside a public one that is wrong.
fn beside(private: &Result<bool, Unknown>) -> &'static str {
    match private {
        Ok(true) => "; the private endpoint is on",
        Ok(false) => "; the private endpoint is off, and it must be on",
        Err(_) => "; whether the private endpoint is on is not known",
    }
}

fn flags(item: &Item<Cluster>, outcome: Outcome) -> Outcome {
    outcome
        .at(item.at("/resourcesVpcConfig/endpointPublicAccess"))
        .at(item.at("/resourcesVpcConfig/endpointPrivateAccess"))
        .at(item.at("/resourcesVpcConfig/publicAccessCidrs"))
        .noting(
            item.at("/resourcesVpcConfig/vpcId"),
            "the private endpoint answers in this VPC, which needs its DNS settings",
        )
}

fn remarks(item: &Item<Cluster>) -> Result<Vec<Evidence>, Unknown> {
    let cluster = item.get()?;
    let config = cluster.resources_vpc_config.get()?;
    let both = *config.endpoint_public_access.get()? && *config.endpoint_private_access.get()?;
    let mut found = Vec::new();
    if both && cluster.remote_network_config.declared()?.is_some() {
        let note = "hybrid nodes: outside the VPC the name of the API server leads to public addresses while both \
                    endpoints are on; AWS advises either, not both";
        found.push(Evidence::at(item.at("/remoteNetworkConfig/remoteNodeNetworks")).noting(note));
    }
    if cluster.outpost_config.declared()?.is_some() {
        let note = "a local cluster: its control plane runs on this Outpost";
        found.push(Evidence::at(item.at("/outpostConfig/outpostArns")).noting(note));
    }
    Ok(found)
}
