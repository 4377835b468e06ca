//! Classic Load Balancers, a finding for each listener: rows 1 and 3 to 9.

use crate::encrypted::{ENCRYPTED, Strength, strength};
use crate::http::{self, Does};
use crate::listeners::unknown;
use crate::params::Facing;
use crate::passing::{self, Stream};
use crate::world::{Line, World};
use eksamine_facts::derive::load_balancers::hostname;
use eksamine_facts::elb::{ClassicLoadBalancer, ListenerDescription};
use eksamine_facts::{Given, Scope, Text};
use eksamine_rule::prelude::*;

pub(crate) fn judge_all(world: &World<'_>, tally: &mut Tally) {
    if !world.balancers.is_classic_asked() {
        return;
    }
    for (number, objects) in world.balancers.classic().serving.named() {
        let item = &world.balancers.classic().items[number];
        let subject = subject(world, item);
        let facing = Known::derived(|| Facing::of(item.get()?.scheme.get()?));
        let listeners = Known::derived(|| number_of_listeners(item.get()?));
        let nothing = |text: String, field: &str| {
            let (name, titles) = (title(item.get()?), world.titles(objects));
            Ok(not_applicable(format!("load balancer {name} ({titles}) {text}")).at(item.at(field)))
        };
        match (facing.peek(), listeners.peek()) {
            (None, _) => tally.judge_at(subject, item.at("/Scheme"), || Err(unknown(&facing))),
            (_, None) => tally.judge_at(subject, item.at("/DNSName"), || Err(unknown(&listeners))),
            (Some(facing), _) if !world.demands.covers(*facing) => {
                tally.judge(subject, || nothing("is internal, and scope is internet-facing".to_owned(), "/Scheme"));
            }
            (_, Some(0)) => {
                tally.judge(subject, || nothing("serves nothing: it has 0 listeners".to_owned(), "/DNSName"));
            }
            (Some(facing), Some(count)) => {
                for index in 0..*count {
                    let at = format!("/ListenerDescriptions/{index}/Listener/Protocol");
                    tally.judge_at(subject.clone(), item.at(&at), || judge(world, item, *facing, index, objects));
                }
            }
        }
    }
}

/// AWS answers with an empty list when there are none.
fn number_of_listeners(balancer: &ClassicLoadBalancer) -> Result<usize, Unknown> {
    match balancer.listeners.given()? {
        Given::Value(list) => Ok(list.len()),
        Given::Empty => Ok(0),
        Given::Not => Err(Unknown::because("ListenerDescriptions is missing")),
    }
}

fn subject(world: &World<'_>, item: &Item<ClassicLoadBalancer>) -> Subject {
    match item.known().peek().and_then(|balancer| balancer.name.peek()) {
        Some(name) => named(world, name),
        None => Subject::of(item.place()),
    }
}

/// For the reader of a message.
fn title(balancer: &ClassicLoadBalancer) -> &str {
    balancer.name.peek().or(balancer.dns_name.peek()).map_or("?", Text::as_str)
}

/// Its ARN, which its own API does not tell.
pub(crate) fn named(world: &World<'_>, name: &Text) -> Subject {
    match Known::derived(|| world.facts.scope()).peek() {
        Some(Scope { partition: Some(partition), region: Some(region), account: Some(account), .. }) => {
            Subject::of(format!("arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{name}"))
        }
        _ => Subject::of(name.to_string()),
    }
}

fn judge(
    world: &World<'_>,
    item: &Item<ClassicLoadBalancer>,
    facing: Facing,
    index: usize,
    objects: &[usize],
) -> Result<Outcome, Unknown> {
    let balancer = item.get()?;
    let description = balancer.listeners.get()?[index].get()?;
    let listener = description.listener.get()?;
    let line = Line {
        protocol: listener.protocol.get()?,
        port: *listener.port.get()?,
        facing,
        balancer: title(balancer),
        objects,
        titles: world.titles(objects),
    };
    let place = |field: &str| item.at(&format!("/ListenerDescriptions/{index}{field}"));
    let outcome = match line.protocol.as_str() {
        "HTTPS" | "SSL" => encrypted(world, &line, description, &place)?,
        "HTTP" => http::plain(world, &line, Does::Forwards),
        "TCP" => passing::judge(world, &line, Stream::ClassicTcp)?,
        other => return Err(Unknown::because(format!("{other} is no protocol of a Classic Load Balancer"))),
    };
    let name = hostname(balancer.dns_name.get()?);
    let outcome =
        outcome.at(place("/Listener/Protocol")).at(place("/Listener/LoadBalancerPort")).at(item.at("/Scheme"));
    Ok(outcome.with(world.naming(objects, |host| hostname(host) == name)))
}

/// Row 1.
fn encrypted(
    world: &World<'_>,
    line: &Line<'_>,
    description: &ListenerDescription,
    place: &dyn Fn(&str) -> String,
) -> Result<Outcome, Unknown> {
    let listener = description.listener.get()?;
    let certificate = listener.certificate.get()?;
    let strength = match (&world.demands.min_ssl_policy, description.policy_names.declared()?) {
        (Some(_), Some(names)) => {
            let names = names.all_known()?;
            strength(world, &names.into_iter().map(|name| name.as_str()).collect::<Vec<_>>())
        }
        (Some(_), None) => strength(world, &[]),
        (None, _) => Strength::Enough,
    };
    if let Strength::Weaker(text) = &strength {
        return Ok(fail(format!("{line} {text}")).at(place("/PolicyNames")));
    }
    if world.demands.backend_tls {
        let protocol = listener.instance_protocol.get()?;
        if !ENCRYPTED.contains(&protocol.as_str()) {
            let text = format!("{line} ends TLS and sends {protocol} to its instances (require_backend_tls)");
            return Ok(fail(text).at(place("/Listener/InstanceProtocol")));
        }
    }
    if let Strength::Unheard(text) = strength {
        return Ok(manual(format!("{line} ends TLS {text}")).at(place("/PolicyNames")));
    }
    let text = format!("{line} ends TLS with certificate {certificate}");
    Ok(pass(text).at(place("/Listener/SSLCertificateId")).at(place("/PolicyNames")))
}
