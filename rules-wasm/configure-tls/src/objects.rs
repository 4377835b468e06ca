//! The objects that load balancers are made for: Services of type LoadBalancer, Ingresses and Gateways.

use crate::nouns::gateway::Gateway;
use crate::nouns::ingress::Ingress;
use crate::nouns::{LoadBalancerStatus, Service};
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;

/// An object, and where it is reached.
pub(crate) struct Object {
    pub(crate) thing: Thing,
    pub(crate) subject: Subject,
    /// `Ingress shop/web`
    pub(crate) title: String,
    /// `shop/web`
    pub(crate) name: String,
    /// Where it says its name.
    pub(crate) place: String,
    pub(crate) addresses: Known<Addresses>,
}

/// Its kind.
#[expect(clippy::large_enum_variant, reason = "a cluster has few of them, each made once")]
pub(crate) enum Thing {
    Service(Item<Service>),
    Ingress(Item<Ingress>),
    Gateway(Item<Gateway>),
}

/// The addresses in a status; none until a load balancer serves the object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    pub(crate) hosts: Vec<Host>,
    pub(crate) ips: Vec<Text>,
}

/// A hostname, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: Text,
    pub(crate) place: String,
}

/// All of them, with the number of those that need no load balancer.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) all: Vec<Object>,
    pub(crate) services: usize,
    pub(crate) node_ports: usize,
}

impl Objects {
    pub(crate) fn read(facts: &Facts<'_>) -> Self {
        let mut objects = Self::default();
        for item in facts.items::<Service>() {
            objects.services += 1;
            let kind = Known::derived(|| item.get()?.spec.get()?.kind.get().cloned());
            match kind.peek().map(Text::as_str) {
                Some("LoadBalancer") => objects.all.push(service(item, Known::value(()))),
                Some("NodePort") => objects.node_ports += 1,
                Some(_) => {}
                // It may be one.
                None => objects.all.push(service(item, Known::derived(|| kind.get().map(|_| ())))),
            }
        }
        objects.all.extend(facts.items::<Ingress>().map(ingress));
        objects.all.extend(facts.items::<Gateway>().map(gateway));
        objects
    }

    /// The hostnames of each.
    pub(crate) fn hostnames(&self) -> Vec<Known<Vec<Text>>> {
        let of = |object: &Object| {
            Known::derived(|| Ok(object.addresses.get()?.hosts.iter().map(|host| host.name.clone()).collect()))
        };
        self.all.iter().map(of).collect()
    }

    pub(crate) fn count(&self, is: fn(&Thing) -> bool) -> usize {
        self.all.iter().filter(|object| is(&object.thing)).count()
    }
}

impl Addresses {
    pub(crate) fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.ips.is_empty()
    }
}

fn service(item: Item<Service>, is_one: Known<()>) -> Object {
    let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
    let namespace = Known::derived(|| item.get()?.metadata.get()?.namespace.get().cloned());
    let addresses = Known::derived(|| {
        is_one.get()?;
        match item.get()?.status.in_view()? {
            Some(status) => of_status(&status.load_balancer, &item.place()),
            None => Ok(Addresses::default()),
        }
    });
    object(("", "v1", "Service"), &name, &namespace, &item, addresses, Thing::Service)
}

fn ingress(item: Item<Ingress>) -> Object {
    let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
    let namespace = Known::derived(|| item.get()?.metadata.get()?.namespace.get().cloned());
    let addresses = Known::derived(|| match item.get()?.status.in_view()? {
        Some(status) => of_status(&status.load_balancer, &item.place()),
        None => Ok(Addresses::default()),
    });
    object(("networking.k8s.io", "v1", "Ingress"), &name, &namespace, &item, addresses, Thing::Ingress)
}

fn gateway(item: Item<Gateway>) -> Object {
    let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
    let namespace = Known::derived(|| item.get()?.metadata.get()?.namespace.get().cloned());
    let addresses = Known::derived(|| of_gateway(item.get()?, &item.place()));
    object(("gateway.networking.k8s.io", "v1", "Gateway"), &name, &namespace, &item, addresses, Thing::Gateway)
}

fn object<T: Noun + Clone>(
    kind: (&str, &str, &str),
    name: &Known<Text>,
    namespace: &Known<Text>,
    item: &Item<T>,
    addresses: Known<Addresses>,
    thing: fn(Item<T>) -> Thing,
) -> Object {
    let subject = Subject::kubernetes(kind, Some(namespace), name, item.place());
    let word = |known: &Known<Text>| known.peek().map_or_else(|| "?".to_owned(), ToString::to_string);
    let name = format!("{}/{}", word(namespace), word(name));
    let title = format!("{} {name}", kind.2);
    Object { subject, title, name, place: item.at("/metadata/name"), addresses, thing: thing(item.clone()) }
}

/// Of a Service or an Ingress.
fn of_status(status: &Known<LoadBalancerStatus>, item: &str) -> Result<Addresses, Unknown> {
    let mut found = Addresses::default();
    let Some(status) = status.declared()? else { return Ok(found) };
    for (index, address) in status.ingress.declared()?.into_iter().flat_map(|list| list.iter()).enumerate() {
        let address = address.get()?;
        match (address.hostname.declared()?, address.ip.declared()?) {
            (Some(name), _) => {
                let place = format!("{item}/status/loadBalancer/ingress/{index}/hostname");
                found.hosts.push(Host { name: name.clone(), place });
            }
            (None, Some(ip)) => found.ips.push(ip.clone()),
            (None, None) => return Err(Unknown::because("an address in the status is neither a hostname nor an IP")),
        }
    }
    Ok(found)
}

/// Of a Gateway.
fn of_gateway(gateway: &Gateway, item: &str) -> Result<Addresses, Unknown> {
    let mut found = Addresses::default();
    let Some(status) = gateway.status.in_view()? else { return Ok(found) };
    for (index, address) in status.addresses.declared()?.into_iter().flat_map(|list| list.iter()).enumerate() {
        let address = address.get()?;
        let value = address.value.get()?.clone();
        if address.kind.declared()?.is_some_and(|kind| *kind == *"Hostname") {
            found.hosts.push(Host { name: value, place: format!("{item}/status/addresses/{index}/value") });
        } else {
            found.ips.push(value);
        }
    }
    Ok(found)
}
