//! Addresses by which others reach a node: rows 1, 2 and 9.

use crate::Ipv6;
use crate::world::{Found, World, remark};
use eksamine_facts::Text;
use eksamine_facts::derive::Seen;
use eksamine_facts::derive::addresses::{Address, Network, global_ipv6, is_global, node_addresses, public_ipv4};
use eksamine_facts::ec2::Instance;
use eksamine_facts::nodes::Node;
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An address by which the internet, or a carrier, reaches a node.
pub(crate) struct Exposure {
    address: Text,
    /// The address with what is worth knowing of it.
    text: String,
    /// Where to see it.
    places: Vec<String>,
    /// The subnet of its interface.
    subnet: Known<Text>,
    network: Network,
}

/// What became of the addresses that were seen.
pub(crate) enum Judged {
    Exposed(Outcome),
    /// None that counts: `cut_off` are excused.
    Clean {
        cut_off: Vec<String>,
    },
}

/// An address that is proven and not excused fails, whatever else is not known.
pub(crate) fn judge_exposures(world: &World<'_>, whose: &str, seen: Seen<Exposure>) -> Result<Judged, Unknown> {
    let (mut standing, mut cut_off, mut rest) = (Vec::new(), BTreeSet::new(), seen.rest);
    for exposure in seen.found {
        // The internet gateway's block does not concern what a carrier routes.
        let excused = match exposure.network {
            Network::Internet => world.is_cut_off(&exposure.subnet),
            Network::Carrier => Ok(false),
        };
        match excused {
            Ok(true) => drop(cut_off.insert(exposure.text)),
            Ok(false) => standing.push(exposure),
            Err(unknown) => rest = rest.and(Err(unknown)),
        }
    }
    if standing.is_empty() {
        rest?;
        if !cut_off.is_empty() {
            remark(&world.remarks.cut_off);
        }
        return Ok(Judged::Clean { cut_off: cut_off.into_iter().collect() });
    }
    let texts: BTreeSet<&str> = standing.iter().map(|e| e.text.as_str()).collect();
    let list = texts.into_iter().collect::<Vec<_>>().join(", ");
    let several = if standing.len() == 1 { "a public address" } else { "public addresses" };
    let places = standing.iter().flat_map(|e| &e.places);
    let outcome = places.fold(fail(format!("{whose} has {several}: {list}")), |outcome, place| outcome.at(place));
    let by_internet = standing.iter().any(|e| e.network == Network::Internet);
    Ok(Judged::Exposed(if by_internet { world.noting_options(outcome) } else { outcome }))
}

/// Rows 1 and 2: what EC2 says.
pub(crate) fn add_exposures(world: &World<'_>, item: &Item<Instance>, seen: &mut Seen<Exposure>) {
    let instance = match item.get() {
        Ok(instance) => instance,
        Err(unknown) => return seen.lose(unknown),
    };
    let v4 = public_ipv4(instance, |subnet| world.has_no_ipv4(subnet));
    seen.add(v4.rest.map(|()| Vec::new()));
    for address in v4.found {
        let of_carrier = if address.network == Network::Carrier { "a carrier's, " } else { "" };
        let text = format!("{} ({of_carrier}{})", address.address, interface_name(instance, &address));
        seen.found.push(exposure(item, instance, address, text));
    }
    if world.params.ipv6 == Ipv6::Ignore {
        return;
    }
    let v6 = global_ipv6(instance);
    seen.add(v6.rest.map(|()| Vec::new()));
    for address in v6.found {
        let subnet = subnet_of(instance, &address);
        let route = subnet.then(|subnet| Ok((subnet, world.ipv6_route(subnet)?)));
        seen.add(route.map(|(subnet, route)| {
            let exposed = route.map(|route| {
                let name = interface_name(instance, &address);
                let text =
                    format!("{} ({name}, {subnet} routes {} to {})", address.address, route.destination, route.gateway);
                let mut exposure = exposure(item, instance, address, text);
                exposure.places.push(route.place);
                exposure
            });
            exposed.into_iter().collect()
        }));
    }
}

fn exposure(item: &Item<Instance>, instance: &Instance, address: Address, text: String) -> Exposure {
    let subnet = subnet_of(instance, &address);
    Exposure { places: vec![item.at(&address.field)], text, subnet, network: address.network, address: address.address }
}

fn subnet_of(instance: &Instance, address: &Address) -> Known<Text> {
    Known::derived(|| match address.interface {
        Some(number) => instance.network_interfaces.get()?[number].then(|i| i.subnet_id.get().cloned()),
        None => Err(Unknown::because(format!("no interface has {}", address.address))),
    })
}

/// For the reader of a message, who finds the address without it too.
fn interface_name(instance: &Instance, address: &Address) -> String {
    let name = Known::derived(|| match address.interface {
        Some(number) => instance.network_interfaces.get()?[number].then(|i| i.id.get().cloned()),
        None => Err(Unknown::because("none")),
    });
    name.peek().map_or_else(|| "no interface names it".to_owned(), ToString::to_string)
}

/// Row 9: what the node says of itself proves an address even where EC2 is silent.
pub(crate) fn add_external(
    world: &World<'_>,
    item: &Item<Node>,
    node: &Node,
    found: Option<&Found<'_>>,
    seen: &mut Seen<Exposure>,
) {
    let own = node_addresses(node, &["ExternalIP", "InternalIP"]);
    seen.add(own.rest.map(|()| Vec::new()));
    let external = node_addresses(node, &["ExternalIP"]).found;
    for (address, field) in own.found {
        let is_external = external.iter().any(|(_, place)| *place == field);
        let step = is_global(&address).and_then(|is_global| match address.parse() {
            Ok(ip) if is_global => counts(world, ip, is_external, found),
            _ => Ok(false),
        });
        let counts = step.map(|counts| counts && seen.found.iter().all(|e| e.address != address));
        seen.add(counts.map(|counts| {
            let subnet = Known::derived(|| Err(Unknown::because(format!("the subnet of {address} is not known"))));
            let beside = if matches!(found, Some(Found::Instance(_))) { ", and not by EC2" } else { "" };
            let text = format!("{address} (named by the node{beside})");
            let places = vec![item.at(&field)];
            let exposure = Exposure { address: address.clone(), text, places, subnet, network: Network::Internet };
            counts.then_some(exposure).into_iter().collect()
        }));
    }
}

/// Whether a global address that a node names counts. EKS names an IPv6 address as internal, whether or not the internet
/// reaches it: of that EC2's routes decide.
fn counts(world: &World<'_>, ip: IpAddr, is_external: bool, found: Option<&Found<'_>>) -> Result<bool, Unknown> {
    match (ip, found) {
        (IpAddr::V4(_), _) => Ok(is_external),
        (IpAddr::V6(_), Some(Found::Instance(_))) => Ok(false),
        (IpAddr::V6(_), _) if world.params.ipv6 == Ipv6::Ignore => Ok(false),
        (IpAddr::V6(_), _) if is_external => Ok(true),
        // What EC2 does not return is a human's to judge as a whole.
        (IpAddr::V6(_), Some(Found::NotReturned)) => Ok(false),
        (IpAddr::V6(_), _) => {
            Err(Unknown::because(format!("only EC2 tells whether the internet reaches {ip}, and it was not read")))
        }
    }
}
