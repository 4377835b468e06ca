//! Public addresses of machines.

use super::Seen;
use crate::ec2::{Association, Instance, NetworkInterface};
use crate::nodes::Node;
use crate::{Known, List, Text, Unknown};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that the internet does not route: RFC 1918, 6598 (carrier-grade NAT), 3927 (link-local), 1122, 2544,
/// 6890, multicast and reserved.
const NOT_ROUTED: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([224, 0, 0, 0], 3),
];

/// Whether the internet routes an address.
///
/// # Errors
/// [`Unknown`] when it is no address.
pub fn is_global(address: &str) -> Result<bool, Unknown> {
    let ip: IpAddr = address.parse().map_err(|_| Unknown::because(format!("{address:?} is no IP address")))?;
    Ok(match ip.to_canonical() {
        IpAddr::V4(v4) => !NOT_ROUTED
            .iter()
            .any(|(network, bits)| (u32::from(v4) ^ u32::from(Ipv4Addr::from(*network))) >> (32 - bits) == 0),
        IpAddr::V6(v6) => is_global_unicast(v6),
    })
}

/// 2000::/3 is what IANA assigns from; unique local addresses (fc00::/7) and link-local ones lie outside.
const fn is_global_unicast(address: Ipv6Addr) -> bool {
    address.segments()[0] >> 13 == 1
}

/// Who routes an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// The internet.
    Internet,
    /// The carrier of a Wavelength Zone.
    Carrier,
}

/// An address of an instance by which others reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub address: Text,
    /// Who routes it.
    pub network: Network,
    /// Where it stands in the instance.
    pub field: String,
    /// Number of its interface.
    pub interface: Option<usize>,
}

/// Public and carrier IPv4 addresses of all interfaces of an instance, each once. `has_no_ipv4` tells whether a subnet
/// is IPv6-only: only there an interface may lack private IPv4 addresses.
pub fn public_ipv4(instance: &Instance, has_no_ipv4: impl Fn(&str) -> Result<bool, Unknown>) -> Seen<Address> {
    let mut seen = Seen::default();
    each_interface(instance, &mut seen, |number, interface, seen| {
        let field = format!("/NetworkInterfaces/{number}/Association");
        seen.add(associated(&interface.association, &field, number));
        match interface.private_ip_addresses.declared() {
            Ok(Some(addresses)) => add_private(addresses, number, seen),
            Ok(None) => seen.add(without_ipv4(interface, &has_no_ipv4)),
            Err(unknown) => seen.lose(unknown),
        }
    });
    let own = instance.public_ip_address.declared().map(|own| {
        own.map(|own| (own.clone(), Network::Internet, "/PublicIpAddress".to_owned(), None)).into_iter().map(address)
    });
    seen.add(own.map(Iterator::collect));
    let mut met = Vec::new();
    seen.found.retain(|a| {
        !met.contains(&a.address) && {
            met.push(a.address.clone());
            true
        }
    });
    seen
}

/// Whether an instance is on its way out: what is terminated keeps no interface.
///
/// # Errors
/// [`Unknown`] when its state is none that EC2 documents.
pub fn is_gone(instance: &Instance) -> Result<bool, Unknown> {
    let state = instance.state.get()?.name.get()?;
    match state.as_str() {
        "shutting-down" | "terminated" => Ok(true),
        "pending" | "running" | "stopping" | "stopped" => Ok(false),
        _ => Err(Unknown::because(format!("{state} is no state of an instance"))),
    }
}

/// Global IPv6 addresses of all interfaces of an instance.
pub fn global_ipv6(instance: &Instance) -> Seen<Address> {
    let mut seen = Seen::default();
    each_interface(instance, &mut seen, |number, interface, seen| {
        let addresses = interface.ipv6_addresses.declared();
        match addresses {
            Err(unknown) => seen.lose(unknown),
            Ok(addresses) => {
                for (place, entry) in addresses.into_iter().flat_map(|list| list.iter()).enumerate() {
                    let field = format!("/NetworkInterfaces/{number}/Ipv6Addresses/{place}/Ipv6Address");
                    seen.add(entry.then(|e| e.address.get()).and_then(|text| {
                        let found = is_global(text)?.then(|| (text.clone(), Network::Internet, field, Some(number)));
                        Ok(found.into_iter().map(address).collect())
                    }));
                }
            }
        }
    });
    seen
}

/// What a node calls its addresses of that type, with their places in the node.
pub fn node_addresses(node: &Node, kinds: &[&str]) -> Seen<(Text, String)> {
    let mut seen = Seen::default();
    match node.status.then(|status| status.addresses.get()) {
        Err(unknown) => seen.lose(unknown),
        Ok(list) => {
            for (place, entry) in list.iter().enumerate() {
                seen.add(entry.get().and_then(|entry| {
                    if !kinds.contains(&entry.kind.get()?.as_str()) {
                        return Ok(Vec::new());
                    }
                    Ok(vec![(entry.address.get()?.clone(), format!("/status/addresses/{place}/address"))])
                }));
            }
        }
    }
    seen
}

fn address((address, network, field, interface): (Text, Network, String, Option<usize>)) -> Address {
    Address { address, network, field, interface }
}

fn each_interface(
    instance: &Instance,
    seen: &mut Seen<Address>,
    mut visit: impl FnMut(usize, &NetworkInterface, &mut Seen<Address>),
) {
    match instance.network_interfaces.get() {
        Err(unknown) => seen.lose(unknown),
        Ok(interfaces) => {
            for (number, interface) in interfaces.iter().enumerate() {
                match interface.get() {
                    Ok(interface) => visit(number, interface, seen),
                    Err(unknown) => seen.lose(unknown),
                }
            }
        }
    }
}

fn add_private(addresses: &List<crate::ec2::PrivateIpAddress>, number: usize, seen: &mut Seen<Address>) {
    for (place, entry) in addresses.iter().enumerate() {
        let field = format!("/NetworkInterfaces/{number}/PrivateIpAddresses/{place}/Association");
        // A view shows {} of an address that has no association.
        seen.add(
            entry
                .in_view()
                .and_then(|entry| entry.map_or(Ok(Vec::new()), |e| associated(&e.association, &field, number))),
        );
    }
}

fn without_ipv4(
    interface: &NetworkInterface,
    has_no_ipv4: &impl Fn(&str) -> Result<bool, Unknown>,
) -> Result<Vec<Address>, Unknown> {
    if has_no_ipv4(interface.subnet_id.get()?)? {
        return Ok(Vec::new());
    }
    Err(Unknown::because("PrivateIpAddresses of an interface is empty, and its subnet is not IPv6-only"))
}

fn associated(association: &Known<Association>, field: &str, number: usize) -> Result<Vec<Address>, Unknown> {
    let Some(association) = association.declared()? else { return Ok(Vec::new()) };
    let public = (association.public_ip.declared()?, Network::Internet, "PublicIp");
    let carrier = (association.carrier_ip.declared()?, Network::Carrier, "CarrierIp");
    let found = [public, carrier].into_iter().filter_map(|(text, network, name)| {
        Some(address((text?.clone(), network, format!("{field}/{name}"), Some(number))))
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(json: &str) -> Known<Instance> {
        serde_json::from_str(json).expect("JSON")
    }

    fn fields(seen: &Seen<Address>) -> Vec<&str> {
        seen.found.iter().map(|a| a.field.as_str()).collect()
    }

    #[test]
    fn global_is_what_the_internet_routes() {
        for global in ["3.120.4.9", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2600:1f18::1", "::ffff:8.8.8.8"] {
            assert_eq!(is_global(global), Ok(true), "{global}");
        }
        for local in [
            "10.1.2.3",
            "100.64.0.1",
            "172.31.255.1",
            "192.168.0.1",
            "169.254.1.1",
            "fd00::1",
            "fe80::1",
            "240.0.0.1",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(is_global(local), Ok(false), "{local}");
        }
        assert!(is_global("ec2-3-120-4-9.compute.amazonaws.com").is_err());
    }

    #[test]
    fn an_elastic_address_of_a_secondary_interface_counts_and_each_counts_once() {
        let seen = instance(
            r#"{"PublicIpAddress":"3.3.3.1","NetworkInterfaces":[
                {"Association":{"PublicIp":"3.3.3.1"},"PrivateIpAddresses":[{"Association":{"PublicIp":"3.3.3.1"}},{}]},
                {"PrivateIpAddresses":[{"Primary":true},{"Association":{"PublicIp":"3.3.3.2"}},{"Association":{"CarrierIp":"155.1.1.1"}}]}]}"#,
        );
        let seen = public_ipv4(seen.get().expect("an instance"), |_| Ok(false));
        assert!(seen.rest.is_ok());
        assert_eq!(
            fields(&seen),
            [
                "/NetworkInterfaces/0/Association/PublicIp",
                "/NetworkInterfaces/1/PrivateIpAddresses/1/Association/PublicIp",
                "/NetworkInterfaces/1/PrivateIpAddresses/2/Association/CarrierIp",
            ]
        );
        assert_eq!(seen.found[2].network, Network::Carrier);
    }

    #[test]
    fn what_was_found_stands_beside_what_is_lost() {
        let seen = instance(r#"{"PublicIpAddress":"3.3.3.1","NetworkInterfaces":[]}"#);
        let seen = public_ipv4(seen.get().expect("an instance"), |_| Ok(false));
        assert_eq!((fields(&seen), seen.rest.is_err()), (vec!["/PublicIpAddress"], true));
    }

    #[test]
    fn only_an_ipv6_subnet_explains_the_lack_of_ipv4() {
        let bare = instance(
            r#"{"NetworkInterfaces":[{"SubnetId":"subnet-6","Ipv6Addresses":[{"Ipv6Address":"2600::1"},{"Ipv6Address":"fd00::1"}]}]}"#,
        );
        let bare = bare.get().expect("an instance");
        assert!(public_ipv4(bare, |id| Ok(id == "subnet-6")).rest.is_ok());
        assert!(public_ipv4(bare, |_| Ok(false)).rest.is_err());
        assert_eq!(fields(&global_ipv6(bare)), ["/NetworkInterfaces/0/Ipv6Addresses/0/Ipv6Address"]);
        let odd = instance(r#"{"NetworkInterfaces":[{"Ipv6Addresses":[{"Ipv6Address":6}]}]}"#);
        assert!(global_ipv6(odd.get().expect("an instance")).rest.is_err());
    }

    #[test]
    fn a_stopped_instance_is_still_there() {
        let of = |state: &str| {
            let json = format!(r#"{{"State":{{"Code":0,"Name":"{state}"}}}}"#);
            is_gone(instance(&json).get().expect("an instance")).ok()
        };
        assert_eq!([of("pending"), of("running"), of("stopped"), of("stopping")], [Some(false); 4]);
        assert_eq!([of("terminated"), of("shutting-down")], [Some(true); 2]);
        assert_eq!([of("rebooting"), of("")], [None; 2]);
    }

    #[test]
    fn a_nodes_own_words_are_told_by_type() {
        let node: Known<Node> = serde_json::from_str(
            r#"{"status":{"addresses":[{"type":"Hostname","address":"n"},{"type":"ExternalIP","address":"3.3.3.1"},{"address":"10.0.0.1"}]}}"#,
        )
        .expect("JSON");
        let seen = node_addresses(node.get().expect("a node"), &["ExternalIP"]);
        assert_eq!(seen.found, [(Text::new("3.3.3.1"), "/status/addresses/1/address".to_owned())]);
        assert!(seen.rest.is_err());
    }
}
