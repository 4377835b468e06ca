//! Which subnets reach an internet gateway.

use crate::ec2::{Route, RouteTable, RouteTableAssociation};
use crate::known::Given;
use crate::{Known, Text, Unknown};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Where a subnet's default routes lead. A default route is `0.0.0.0/0` or `::/0`, or as good as one: split in halves, or
/// `2000::/3`, which is all of IPv6 that the internet uses.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Number of the route table among those given.
    pub table: usize,
    /// Whether that table names the subnet; else it is the main one.
    pub named: bool,
    /// Number of the IPv4 route that leads to an internet gateway.
    v4: Known<Option<usize>>,
    /// The same for IPv6.
    v6: Known<Option<usize>>,
}

impl Reach {
    /// The number of the route that makes a subnet public: a default route to an internet gateway, of either family.
    ///
    /// # Errors
    /// [`Unknown`] when none is known to be one, and of one it is not known.
    pub fn public(&self) -> Result<Option<usize>, Unknown> {
        match self.v4.peek().copied().flatten() {
            Some(route) => Ok(Some(route)),
            None if self.v6.peek().copied().flatten().is_some() => self.ipv6(),
            None => self.v4.get().and_then(|_| self.ipv6()),
        }
    }

    /// The number of the route by which the internet reaches IPv6 addresses.
    ///
    /// # Errors
    /// [`Unknown`] when none is known to be one, and of one it is not known.
    pub fn ipv6(&self) -> Result<Option<usize>, Unknown> {
        self.v6.get().copied()
    }

    /// What of it makes a difference; `None` where that is not known.
    fn leads(&self) -> [Option<bool>; 2] {
        [&self.v4, &self.v6].map(|family| family.peek().map(Option::is_some))
    }
}

/// The route tables of one or more VPCs.
#[derive(Debug, Clone)]
pub struct Routing {
    tables: Vec<Table>,
}

#[derive(Debug, Clone)]
struct Table {
    vpc: Known<Text>,
    subnets: BTreeSet<Text>,
    main: bool,
    /// Its associations, or whose one of them is, are not known: it may be any subnet's.
    stray: bool,
    v4: Known<Option<usize>>,
    v6: Known<Option<usize>>,
}

impl Routing {
    /// From all tables there are.
    pub fn new<'t>(tables: impl IntoIterator<Item = &'t Known<RouteTable>>) -> Self {
        Self { tables: tables.into_iter().map(Table::new).collect() }
    }

    /// Where the default routes of a subnet lead: by the table that it is associated with, else by the main table of its
    /// VPC. A table of whose associations something is lost may be the one; it counts where it would make a difference.
    ///
    /// # Errors
    /// [`Unknown`] when the table is not known.
    pub fn reach(&self, subnet: &str, vpc: &Known<Text>) -> Result<Reach, Unknown> {
        let subnet = Text::new(subnet);
        let mut own = self.tables.iter().enumerate().filter(|(_, t)| t.subnets.contains(&subnet));
        if let Some((at, table)) = own.next() {
            return match own.next() {
                None => Ok(table.reach(at, true)),
                Some(_) => Err(Unknown::because(format!("{subnet} has several route tables"))),
            };
        }
        let vpc = vpc.get()?;
        let of_vpc = |t: &Table| t.vpc.peek().is_none_or(|v| v == vpc);
        let main = self.tables.iter().position(|t| t.main && t.vpc.peek() == Some(vpc));
        let Some(main) = main else {
            return Err(Unknown::because(format!("{subnet} has no route table, and {vpc} no main one")));
        };
        let reach = self.tables[main].reach(main, false);
        let others = self.tables.iter().enumerate();
        for (at, other) in others.filter(|(at, t)| *at != main && of_vpc(t) && (t.stray || t.main)) {
            if other.reach(at, false).leads() != reach.leads() {
                return Err(Unknown::because(format!("which route table {subnet} uses is not known")));
            }
        }
        Ok(reach)
    }
}

impl Table {
    fn new(table: &Known<RouteTable>) -> Self {
        let default =
            |family: Family| Known::derived(|| table.then(|t| t.routes.get()).and_then(|r| default_route(r, family)));
        let mut this = Self {
            vpc: Known::derived(|| table.then(|t| t.vpc_id.get().cloned())),
            subnets: BTreeSet::new(),
            main: false,
            stray: true,
            v4: default(Family::V4),
            v6: default(Family::V6),
        };
        let uses = Known::derived(|| {
            table.then(|t| match t.associations.given()? {
                Given::Value(uses) => Ok(uses.iter().map(|u| Known::derived(|| u.then(use_of))).collect()),
                // EC2 answers this of a table that nothing uses.
                Given::Empty => Ok(Vec::new()),
                Given::Not => Err(Unknown::because("Associations is missing")),
            })
        });
        if let Some(uses) = uses.peek() {
            this.stray = false;
            for association in uses {
                match association.peek() {
                    Some(Use::Subnet(id)) => drop(this.subnets.insert(id.clone())),
                    Some(Use::Main) => this.main = true,
                    Some(Use::Edge | Use::Nothing) => {}
                    None => this.stray = true,
                }
            }
        }
        this
    }

    fn reach(&self, table: usize, named: bool) -> Reach {
        Reach { table, named, v4: self.v4.clone(), v6: self.v6.clone() }
    }
}

enum Use {
    Subnet(Text),
    Main,
    /// For what comes in from outside.
    Edge,
    /// It is over, or did not come about.
    Nothing,
}

fn use_of(association: &RouteTableAssociation) -> Result<Use, Unknown> {
    if !holds(association)? {
        return Ok(Use::Nothing);
    }
    if let Some(subnet) = association.subnet_id.declared()? {
        return Ok(Use::Subnet(subnet.clone()));
    }
    if *association.main.get()? {
        return Ok(Use::Main);
    }
    if association.public_ipv4_pool.declared()?.is_some() {
        return Ok(Use::Edge);
    }
    association.gateway_id.get().map(|_| Use::Edge)
}

fn holds(association: &RouteTableAssociation) -> Result<bool, Unknown> {
    let Some(state) = association.association_state.declared()? else { return Ok(true) };
    match state.state.declared()?.map(Text::as_str) {
        None | Some("associated" | "associating") => Ok(true),
        Some("disassociating" | "disassociated" | "failed") => Ok(false),
        Some(other) => Err(Unknown::because(format!("{other} is no state of an association of a route table"))),
    }
}

#[derive(Clone, Copy)]
enum Family {
    V4,
    V6,
}

/// The number of the default route that leads to an internet gateway. One that does so decides, whatever the others are.
fn default_route(routes: &[Known<Route>], family: Family) -> Result<Option<usize>, Unknown> {
    let leads: Vec<Known<bool>> = routes.iter().map(|r| Known::derived(|| r.then(|r| is_public(r, family)))).collect();
    if let Some(found) = leads.iter().position(|leads| leads.peek() == Some(&true)) {
        return Ok(Some(found));
    }
    leads.iter().try_for_each(|leads| leads.get().map(drop)).map(|()| None)
}

fn is_public(route: &Route, family: Family) -> Result<bool, Unknown> {
    let v4 = route.destination_cidr_block.declared()?;
    let v6 = route.destination_ipv6_cidr_block.declared()?;
    let list = route.destination_prefix_list_id.declared()?;
    let elsewhere = match (family, v4, v6) {
        (Family::V4, Some(network), _) => !is_wide_v4(network)?,
        (Family::V6, _, Some(network)) => !is_wide_v6(network)?,
        (_, None, None) => false,
        _ => true,
    };
    if elsewhere || !leads_to_internet(route)? {
        return Ok(false);
    }
    match (v4.or(v6), list) {
        (Some(_), _) => Ok(true),
        (None, Some(list)) => Err(Unknown::because(format!(
            "a route leads prefix list {list} to an internet gateway, and the facts do not hold its networks"
        ))),
        (None, None) => Err(Unknown::because("the destination of a route to an internet gateway is missing")),
    }
}

/// Whether it is more of the internet than any one party holds: that is no route to somewhere in particular.
fn is_wide_v4(network: &str) -> Result<bool, Unknown> {
    let (_, bits) = parts::<Ipv4Addr>(network, 32)?;
    Ok(bits < 8)
}

/// The same, within 2000::/3: outside of it nothing is routed.
fn is_wide_v6(network: &str) -> Result<bool, Unknown> {
    let (address, bits) = parts::<Ipv6Addr>(network, 128)?;
    let shared = bits.min(3);
    Ok(bits < 24 && (u32::from(address.segments()[0]) ^ 0x2000) >> (16 - shared) == 0)
}

fn parts<A: std::str::FromStr>(network: &str, longest: u32) -> Result<(A, u32), Unknown> {
    let parts = network.split_once('/').and_then(|(address, bits)| Some((address.parse().ok()?, bits.parse().ok()?)));
    let parts = parts.filter(|(_, bits)| *bits <= longest);
    parts.ok_or_else(|| Unknown::because(format!("{network:?} is no network")))
}

fn leads_to_internet(route: &Route) -> Result<bool, Unknown> {
    match route.gateway_id.declared()? {
        // EC2 marks a route whose gateway is gone: nothing passes.
        Some(gateway) => Ok(gateway.starts_with("igw-") && *route.state.get()? != "blackhole"),
        None => other_target(route),
    }
}

/// Never an internet gateway; but a route that names no target at all is not known to lead elsewhere.
fn other_target(route: &Route) -> Result<bool, Unknown> {
    let targets = [
        &route.nat_gateway_id,
        &route.egress_only_internet_gateway_id,
        &route.transit_gateway_id,
        &route.network_interface_id,
        &route.vpc_peering_connection_id,
        &route.local_gateway_id,
        &route.carrier_gateway_id,
        &route.core_network_arn,
        &route.odb_network_arn,
        &route.ip_address,
    ];
    for target in targets {
        if target.declared()?.is_some() {
            return Ok(false);
        }
    }
    Err(Unknown::because("the target of a route is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = r#"{"DestinationCidrBlock":"10.0.0.0/16","GatewayId":"local","State":"active"}"#;
    const OUT: &str = r#"{"DestinationCidrBlock":"0.0.0.0/0","GatewayId":"igw-1","State":"active"}"#;
    const OUT6: &str = r#"{"DestinationIpv6CidrBlock":"::/0","GatewayId":"igw-1","State":"active"}"#;
    const NAT: &str = r#"{"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-1","State":"active"}"#;

    fn reach(tables: &[(&str, &[&str])], subnet: &str) -> Result<(Option<usize>, Option<usize>), Unknown> {
        let tables: Vec<Known<RouteTable>> = tables
            .iter()
            .map(|(uses, routes)| {
                let json = format!(r#"{{"VpcId":"vpc-1","Associations":{uses},"Routes":[{}]}}"#, routes.join(","));
                serde_json::from_str(&json).expect("JSON")
            })
            .collect();
        let reach = Routing::new(&tables).reach(subnet, &Known::value(Text::new("vpc-1")))?;
        Ok((*reach.v4.get()?, *reach.v6.get()?))
    }

    const MAIN: &str = r#"[{"Main":true}]"#;
    const OF_A: &str = r#"[{"Main":false,"SubnetId":"subnet-a"}]"#;

    #[test]
    fn its_own_table_beats_the_main_one() {
        let tables: &[(&str, &[&str])] = &[(MAIN, &[LOCAL, OUT]), (OF_A, &[LOCAL, NAT, OUT6])];
        assert_eq!(reach(tables, "subnet-a"), Ok((None, Some(2))));
        assert_eq!(reach(tables, "subnet-b"), Ok((Some(1), None)));
        assert!(reach(&[(OF_A, &[LOCAL])], "subnet-b").is_err());
    }

    #[test]
    fn a_lost_association_may_be_this_subnets() {
        for lost in ["{}", "null", r#"[{"Main":false}]"#, r#"[{"SubnetId":7}]"#] {
            assert!(reach(&[(MAIN, &[NAT]), (lost, &[OUT])], "subnet-a").is_err(), "{lost}");
            assert_eq!(reach(&[(MAIN, &[NAT]), (lost, &[LOCAL])], "subnet-a"), Ok((None, None)), "{lost}");
            assert_eq!(reach(&[(OF_A, &[NAT]), (lost, &[OUT])], "subnet-a"), Ok((None, None)), "{lost}");
        }
    }

    #[test]
    fn an_association_that_does_not_hold_is_none() {
        let of = |state: &str| format!(r#"[{{"Main":false,"SubnetId":"subnet-a","AssociationState":{state}}}]"#);
        let with = |state: &str| reach(&[(MAIN, &[OUT]), (&of(state), &[NAT])], "subnet-a");
        for holds in ["{}", "null", r#"{"State":"associated"}"#, r#"{"State":"associating"}"#] {
            assert_eq!(with(holds), Ok((None, None)), "{holds}");
        }
        for over in ["disassociating", "disassociated", "failed"] {
            let state = format!(r#"{{"State":"{over}"}}"#);
            assert_eq!(with(&state), Ok((Some(0), None)), "{over}");
            let replaced: &[(&str, &[&str])] = &[(MAIN, &[NAT]), (&of(&state), &[NAT]), (OF_A, &[OUT])];
            assert_eq!(reach(replaced, "subnet-a"), Ok((Some(0), None)), "{over}");
        }
        for odd in ["7", r#"{"State":7}"#, r#"{"State":"Associated"}"#] {
            assert!(with(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_subnet_has_one_table() {
        assert!(reach(&[(MAIN, &[NAT]), (OF_A, &[NAT]), (OF_A, &[OUT])], "subnet-a").is_err());
    }

    #[test]
    fn a_table_that_no_subnet_uses_counts_for_none() {
        let pool = r#"[{"Main":false,"PublicIpv4Pool":"ipv4pool-ec2-1"}]"#;
        for unused in ["[]", r#"[{"Main":false,"GatewayId":"igw-1"}]"#, pool] {
            assert_eq!(reach(&[(MAIN, &[NAT]), (unused, &[OUT])], "subnet-a"), Ok((None, None)), "{unused}");
        }
    }

    #[test]
    fn a_route_that_is_as_good_as_a_default_one_counts() {
        let of = |destination: &str| {
            let route = format!(r#"{{{destination},"GatewayId":"igw-1","State":"active"}}"#);
            reach(&[(MAIN, &[LOCAL, &route])], "subnet-a")
        };
        let v4 = |network: &str| of(&format!(r#""DestinationCidrBlock":"{network}""#));
        let v6 = |network: &str| of(&format!(r#""DestinationIpv6CidrBlock":"{network}""#));
        for half in ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2.0.0.0/7"] {
            assert_eq!(v4(half), Ok((Some(1), None)), "{half}");
        }
        for half in ["::/0", "::/1", "2000::/3", "2000::/4", "3000::/4", "2600::/12"] {
            assert_eq!(v6(half), Ok((None, Some(1))), "{half}");
        }
        for narrow in ["3.0.0.0/8", "198.51.100.0/24"] {
            assert_eq!(v4(narrow), Ok((None, None)), "{narrow}");
        }
        for narrow in ["2600:1f00::/24", "fc00::/7", "8000::/1"] {
            assert_eq!(v6(narrow), Ok((None, None)), "{narrow}");
        }
        for nonsense in ["", "0.0.0.0", "0.0.0.0/33", "::/0"] {
            assert!(v4(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn what_one_route_proves_another_does_not_undo() {
        let listed = r#"{"DestinationPrefixListId":"pl-1","GatewayId":"igw-1","State":"active"}"#;
        let of = |routes: &[&str]| {
            let json = format!(r#"{{"VpcId":"vpc-1","Associations":{MAIN},"Routes":[{}]}}"#, routes.join(","));
            let tables: [Known<RouteTable>; 1] = [serde_json::from_str(&json).expect("JSON")];
            let reach = Routing::new(&tables).reach("subnet-a", &Known::value(Text::new("vpc-1"))).expect("a table");
            (reach.public().ok(), reach.ipv6().ok())
        };
        assert_eq!(of(&[listed]), (None, None));
        assert_eq!(of(&[listed, OUT]), (Some(Some(1)), None));
        assert_eq!(of(&[listed, OUT6]), (Some(Some(1)), Some(Some(1))));
        assert_eq!(of(&[NAT]), (Some(None), Some(None)));
    }

    #[test]
    fn a_route_without_destination_or_target_is_unknown_where_it_matters() {
        let of = |route: &str| reach(&[(MAIN, &[LOCAL, route])], "subnet-a");
        assert!(of(r#"{"GatewayId":"igw-1","State":"active"}"#).is_err());
        assert!(of(r#"{"DestinationCidrBlock":"0.0.0.0/0","State":"active"}"#).is_err());
        assert!(of(r#"{"DestinationCidrBlock":"0.0.0.0/0","GatewayId":7,"State":"active"}"#).is_err());
        assert!(of(r#"{"DestinationCidrBlock":"0.0.0.0/0","GatewayId":"igw-1"}"#).is_err());
        let blackhole = r#"{"DestinationCidrBlock":"0.0.0.0/0","GatewayId":"igw-1","State":"blackhole"}"#;
        assert_eq!(of(blackhole), Ok((None, None)));
        assert_eq!(of(r#"{"DestinationPrefixListId":"pl-1","GatewayId":"vpce-1"}"#), Ok((None, None)));
        assert_eq!(of(r#"{"DestinationCidrBlock":"10.9.0.0/16"}"#), Ok((None, None)));
        for target in
            ["EgressOnlyInternetGatewayId", "TransitGatewayId", "NetworkInterfaceId", "CarrierGatewayId", "IpAddress"]
        {
            assert_eq!(of(&format!(r#"{{"DestinationCidrBlock":"0.0.0.0/0","{target}":"x"}}"#)), Ok((None, None)));
        }
    }
}
