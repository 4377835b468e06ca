//! Fails load balancers that serve the cluster's objects without TLS, by their real listeners.

mod asks;
mod balancers;
mod classes;
mod classic;
mod encrypted;
mod hosts;
mod http;
mod listeners;
pub mod nouns;
mod objects;
mod orphans;
mod params;
mod passing;
mod plan;
mod policy;
mod standing;
mod words;
mod world;

use crate::objects::Thing;
use crate::params::Demands;
pub use crate::params::Params;
use crate::world::World;
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

rule!(judge);

/// A finding for each listener of each load balancer that an object names, and for each object of which no listener
/// tells.
///
/// # Errors
/// A parameter that makes no sense.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("listeners and objects");
    let demands = Demands::new(params)?;
    let world = World::read(facts, &demands);
    listeners::judge_all(&world, &mut tally);
    classic::judge_all(&world, &mut tally);
    standing::judge_all(&world, &mut tally);
    orphans::judge(&world, &mut tally);
    Ok(conclude(&world, tally))
}

/// Says what is not judged, where that is all there is to say.
fn conclude(world: &World<'_>, tally: Tally) -> Verdict {
    let objects = &world.objects;
    let of = |is: fn(&Thing) -> bool| objects.count(is);
    let nothing = format!(
        "no load balancer serves the cluster: {} of {} Services have one, {} Ingresses, {} Gateways",
        of(|thing| matches!(thing, Thing::Service(_))),
        objects.services,
        of(|thing| matches!(thing, Thing::Ingress(_))),
        of(|thing| matches!(thing, Thing::Gateway(_))),
    );
    let mut verdict = tally.finish(&nothing);
    if matches!(verdict.status, Status::Pass | Status::NotApplicable) && objects.node_ports > 0 {
        let services = count(objects.node_ports, "NodePort Service", "NodePort Services");
        verdict.summary = format!("{}; {services} not judged here: see private-nodes", verdict.summary);
    }
    verdict
}
