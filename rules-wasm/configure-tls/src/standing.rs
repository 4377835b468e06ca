//! Objects whose load balancer is not there, or cannot be seen, and those that stand behind another's.

use crate::asks::of_gateway;
use crate::balancers::Found;
use crate::classes::Taken;
use crate::hosts::Hosts;
use crate::listeners::unknown;
use crate::nouns::gateway::Gateway;
use crate::nouns::ingress::Ingress;
use crate::objects::{Addresses, Object, Thing};
use crate::plan::{Ending, Plan};
use crate::words::list;
use crate::world::World;
use eksamine_facts::Text;
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;
use std::collections::BTreeSet;

/// A finding for each object of which listeners do not tell.
pub(crate) fn judge_all(world: &World<'_>, tally: &mut Tally) {
    for number in 0..world.objects.all.len() {
        let object = world.object(number);
        let opinion = Known::derived(|| opinion(world, number));
        match opinion.peek() {
            Some(None) => {}
            Some(Some(outcome)) => {
                tally.judge_at(object.subject.clone(), object.place.clone(), || Ok(outcome.clone()));
            }
            None => tally.judge_at(object.subject.clone(), object.place.clone(), || Err(unknown(&opinion))),
        }
    }
}

/// `None` where the listeners of its load balancers are judged.
fn opinion(world: &World<'_>, number: usize) -> Result<Option<Outcome>, Unknown> {
    let object = world.object(number);
    match &object.thing {
        Thing::Service(item) => {
            object.addresses.get()?;
            let class = item.get()?.spec.get()?.class.declared()?;
            let class = class.map_or_else(String::new, |class| format!(" (class {class})"));
            served(world, object, &class, || Err(Unknown::because("only its load balancer tells")))
        }
        Thing::Ingress(item) => {
            let ingress = item.get()?;
            match world.classes.of_ingress(ingress)? {
                Taken::Aws(_) => served(world, object, "", || world.plans().of(number)),
                Taken::Other(controller) => behind(world, object, item, ingress, &controller).map(Some),
                Taken::Nobody if object.addresses.get()?.is_empty() => {
                    let text = format!("{} names no class, and no controller serves it", object.title);
                    Ok(Some(not_applicable(text)))
                }
                Taken::Nobody if is_balancers(world, object)? => Ok(None),
                Taken::Nobody => behind(world, object, item, ingress, "a controller that it does not name").map(Some),
            }
        }
        Thing::Gateway(item) => match world.classes.of_gateway(item.get()?)? {
            Taken::Aws(Some(class)) => served(world, object, "", || of_gateway(world.facts, item, class.get()?)),
            Taken::Other(controller) => gateway_behind(object, item, &controller).map(Some),
            Taken::Aws(None) | Taken::Nobody => Err(Unknown::because("who takes it is not known")),
        },
    }
}

/// An object that a load balancer of its own serves, or will serve. `plan` says what it asks for.
fn served(
    world: &World<'_>,
    object: &Object,
    class: &str,
    plan: impl Fn() -> Result<Plan, Unknown>,
) -> Result<Option<Outcome>, Unknown> {
    let (title, addresses) = (&object.title, object.addresses.get()?);
    if addresses.is_empty() {
        return pending(world, object, plan).map(Some);
    }
    if addresses.hosts.is_empty() {
        let text =
            format!("{title}{class} is reached at {}, no load balancer of AWS's: where does TLS end?", ips(addresses));
        return Ok(Some(manual(text)));
    }
    let mut strange = BTreeSet::new();
    for host in &addresses.hosts {
        let found = Known::derived(|| world.balancers.find(&host.name));
        match found.peek() {
            Some(Some(_)) => {}
            Some(None) => drop(strange.insert(host.name.to_string())),
            None => {
                let plan = Known::derived(&plan);
                return match plan.peek() {
                    Some(plan) if plan.ending(world.demands) == Ending::Fails => Ok(Some(proven(object, plan))),
                    Some(plan) => {
                        let why = unknown(&found);
                        Err(Unknown::because(format!("{title} asks for {}, and {why}", plan.text)))
                    }
                    None => Err(unknown(&found)),
                };
            }
        }
    }
    if strange.is_empty() {
        if addresses.ips.is_empty() {
            return Ok(None);
        }
        let text = format!(
            "{title}{class} is reached at {} too, no load balancer of AWS's: where does TLS end?",
            ips(addresses)
        );
        return Ok(Some(manual(text)));
    }
    let plan = Known::derived(plan);
    if let Some(plan) = plan.peek().filter(|plan| plan.ending(world.demands) == Ending::Fails) {
        return Ok(Some(proven(object, plan)));
    }
    let names = list(strange);
    let text = format!(
        "{title}{class} is reached at {names}, which is no load balancer of this account and region: where does TLS end?"
    );
    Ok(Some(addresses.hosts.iter().take(3).fold(manual(text), |outcome, host| outcome.at(&host.place))))
}

/// Nothing serves it yet. What it asks for is told before it is there.
fn pending(world: &World<'_>, object: &Object, plan: impl Fn() -> Result<Plan, Unknown>) -> Result<Outcome, Unknown> {
    let title = &object.title;
    if matches!(object.thing, Thing::Service(_)) {
        return Ok(not_applicable(format!("no load balancer serves {title} yet")));
    }
    let plan = plan()?;
    let text = format!("no load balancer serves {title} yet; it asks for {}", plan.text);
    let outcome = match plan.ending(world.demands) {
        Ending::IsFine => not_applicable(text),
        Ending::Fails | Ending::AsksHumans => {
            manual(format!("{text}, on one that is {}: is that accepted?", plan.facing.word()))
        }
    };
    Ok(plan.places.iter().fold(outcome, |outcome, place| outcome.at(place)))
}

/// What an object asks for proves plain HTTP, whatever its load balancer looks like.
pub(crate) fn proven(object: &Object, plan: &Plan) -> Outcome {
    let text = format!("{} asks for {}, on a load balancer that is {}", object.title, plan.text, plan.facing.word());
    plan.places.iter().fold(fail(text), |outcome, place| outcome.at(place))
}

/// Whether the load balancer at its address is one that is made for an Ingress.
fn is_balancers(world: &World<'_>, object: &Object) -> Result<bool, Unknown> {
    for host in &object.addresses.get()?.hosts {
        if let Some(Found::Current(number)) = world.balancers.find(&host.name)?
            && *world.balancers.current().items[number].get()?.kind.get()? == *"application"
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An Ingress that a controller serves which stands behind a load balancer and ends TLS itself.
fn behind(
    world: &World<'_>,
    object: &Object,
    item: &Item<Ingress>,
    ingress: &Ingress,
    controller: &str,
) -> Result<Outcome, Unknown> {
    let (title, hosts) = (&object.title, Hosts::of(ingress)?);
    let outcome = if hosts.all.is_empty() {
        not_applicable(format!("{title} ({controller}) serves no host"))
    } else if hosts.bare.is_empty() {
        let hosts = if hosts.all.len() == 1 {
            "its one host".to_owned()
        } else {
            format!("each of its {} hosts", hosts.all.len())
        };
        pass(format!("{title} ({controller}) has a TLS entry for {hosts}"))
    } else {
        let text = format!("{title} ({controller}) has no TLS entry for {}", list(hosts.bare));
        if world.demands.ingress_tls {
            fail(format!("{text} (require_ingress_tls)"))
        } else {
            manual(format!("{text}: does a default certificate, or what stands before it, end TLS?"))
        }
    };
    Ok(outcome.at(item.at("/spec/rules")).at(item.at("/spec/tls")))
}

/// The same of a Gateway.
fn gateway_behind(object: &Object, item: &Item<Gateway>, controller: &str) -> Result<Outcome, Unknown> {
    let (mut plain, mut places) = (Vec::new(), Vec::new());
    for (index, listener) in item.get()?.spec.get()?.listeners.get()?.iter().enumerate() {
        let listener = listener.get()?;
        let protocol = listener.protocol.get()?;
        places.push(item.at(&format!("/spec/listeners/{index}/protocol")));
        if !["HTTPS", "TLS"].contains(&protocol.as_str()) {
            plain.push(format!("{protocol} on port {}", listener.port.get()?));
        }
    }
    let title = &object.title;
    let outcome = if plain.is_empty() {
        pass(format!("{title} ({controller}) ends TLS on {}", count(places.len(), "listener", "listeners")))
    } else {
        let text = format!("{title} ({controller}) listens for {}", list(plain));
        manual(format!("{text}: is all of it redirected, or encrypted by what stands before it?"))
    };
    Ok(places.into_iter().take(5).fold(outcome, Outcome::at))
}

fn ips(addresses: &Addresses) -> String {
    list(addresses.ips.iter().map(Text::to_string))
}
