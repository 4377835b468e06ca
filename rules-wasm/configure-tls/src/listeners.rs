//! Application, Network and Gateway Load Balancers, a finding for each listener: rows 1 to 9.

use crate::params::Facing;
use crate::passing::{self, Stream};
use crate::plan::Ending;
use crate::standing::proven;
use crate::words::name;
use crate::world::{Line, World};
use crate::{encrypted, http};
use eksamine_facts::derive::load_balancers::hostname;
use eksamine_facts::elbv2::{Listener, LoadBalancer};
use eksamine_rule::prelude::*;

/// What is to be judged of a load balancer.
#[derive(Debug, Clone)]
enum Shows {
    Listeners,
    /// Nothing, for this reason, which stands at this field.
    Nothing(String, &'static str),
    /// Its listeners were not read.
    Unread,
}

pub(crate) fn judge_all(world: &World<'_>, tally: &mut Tally) {
    if !world.balancers.is_asked() {
        return;
    }
    let mut any = false;
    for (number, objects) in world.balancers.current().serving.named() {
        any = true;
        let item = &world.balancers.current().items[number];
        let subject = item.subject(|balancer| &balancer.arn);
        let shows = Known::derived(|| shows(world, item, objects));
        match shows.peek() {
            Some(Shows::Listeners) => judge_each(world, tally, item, objects),
            Some(Shows::Nothing(text, field)) => tally.judge(subject, || {
                let outcome = not_applicable(text.clone()).at(item.at(field));
                Ok(outcome.with(world.naming(objects, |host| is_name(item, host))))
            }),
            Some(Shows::Unread) => {
                judge_plans(world, tally, objects);
                tally.judge_at(subject, item.at("/DNSName"), || {
                    world.facts.complete::<Listener>()?;
                    Err(Unknown::because("its listeners were not read"))
                });
            }
            None => tally.judge_at(subject, item.at("/DNSName"), || Err(unknown(&shows))),
        }
    }
    if any {
        // Whichever load balancer they belong to.
        for listener in &world.balancers.listeners().stray {
            tally.judge_at(listener.subject(|it| &it.arn), listener.at("/LoadBalancerArn"), || {
                let whose = listener.get()?.load_balancer.get()?;
                Err(Unknown::because(format!("it was read with {whose}")))
            });
        }
    }
}

/// The doubt that a join handed on.
pub(crate) fn unknown<T>(known: &Known<T>) -> Unknown {
    known.get().err().unwrap_or_else(|| Unknown::because("it is not known"))
}

fn shows(world: &World<'_>, item: &Item<LoadBalancer>, objects: &[usize]) -> Result<Shows, Unknown> {
    let balancer = item.get()?;
    let (arn, titles) = (balancer.arn.get()?, world.titles(objects));
    let title = format!("load balancer {} ({titles})", name(arn));
    match balancer.state.get()?.code.get()?.as_str() {
        "active" | "active_impaired" => {}
        state @ ("provisioning" | "failed") => {
            return Ok(Shows::Nothing(format!("{title} serves nothing: its state is {state}"), "/State/Code"));
        }
        other => return Err(Unknown::because(format!("{other} is no state of a load balancer"))),
    }
    if !world.demands.covers(Facing::Internal) && Facing::of(balancer.scheme.get()?)? == Facing::Internal {
        return Ok(Shows::Nothing(format!("{title} is internal, and scope is internet-facing"), "/Scheme"));
    }
    if !world.balancers.listeners().of(arn).is_empty() {
        return Ok(Shows::Listeners);
    }
    match world.facts.whole::<Listener>().peek() {
        Some(()) => Ok(Shows::Nothing(format!("{title} serves nothing: it has 0 listeners"), "/State/Code")),
        None => Ok(Shows::Unread),
    }
}

fn judge_each(world: &World<'_>, tally: &mut Tally, item: &Item<LoadBalancer>, objects: &[usize]) {
    let Some(arn) = item.known().peek().and_then(|balancer| balancer.arn.peek()) else { return };
    for listener in world.balancers.listeners().of(arn) {
        tally.judge_at(listener.subject(|it| &it.arn), listener.at("/Protocol"), || {
            let outcome = judge(world, item, listener, objects)?;
            let outcome = outcome.at(listener.at("/Protocol")).at(listener.at("/Port")).at(item.at("/Scheme"));
            Ok(outcome.with(world.naming(objects, |host| is_name(item, host))))
        });
    }
}

/// For evidence: whether a hostname is that of a load balancer.
fn is_name(item: &Item<LoadBalancer>, host: &str) -> bool {
    let name = item.known().peek().and_then(|balancer| balancer.dns_name.peek());
    name.is_some_and(|name| hostname(name) == hostname(host))
}

fn judge(
    world: &World<'_>,
    item: &Item<LoadBalancer>,
    listener: &Item<Listener>,
    objects: &[usize],
) -> Result<Outcome, Unknown> {
    let (balancer, noun) = (item.get()?, listener.get()?);
    let kind = balancer.kind.get()?;
    let line = Line {
        protocol: noun.protocol.get()?,
        port: *noun.port.get()?,
        facing: Facing::of(balancer.scheme.get()?)?,
        balancer: name(balancer.arn.get()?),
        objects,
        titles: world.titles(objects),
    };
    match (kind.as_str(), line.protocol.as_str()) {
        ("application", "HTTPS") | ("network", "TLS") => encrypted::judge(world, &line, balancer, listener, noun),
        ("application", "HTTP") => http::judge(world, &line, listener, noun),
        ("network", "TCP") => passing::judge(world, &line, Stream::Tcp),
        ("network", "TCP_UDP") => passing::judge(world, &line, Stream::TcpAndUdp),
        ("network", "TCP_QUIC") => passing::judge(world, &line, Stream::TcpAndQuic),
        ("network", "UDP") => passing::judge(world, &line, Stream::Udp),
        ("network", "QUIC") => Ok(pass(format!("{line} is encrypted by the protocol itself"))),
        ("gateway", "GENEVE") => Ok(manual(format!("{line} hands packets on to appliances: where does TLS end?"))),
        (kind, other) => Err(Unknown::because(format!("{other} is no protocol of a load balancer of type {kind}"))),
    }
}

/// What Ingresses ask for proves plain HTTP even where listeners could not be read.
fn judge_plans(world: &World<'_>, tally: &mut Tally, objects: &[usize]) {
    for number in objects {
        let plan = Known::derived(|| world.plans().of(*number));
        let Some(plan) = plan.peek().filter(|plan| plan.ending(world.demands) == Ending::Fails) else { continue };
        let object = world.object(*number);
        tally.judge(object.subject.clone(), || Ok(proven(object, plan)));
    }
}
