//! Which subnets reach an internet gateway.

use crate::ec2::{Route, RouteTable, RouteTableAssociation};
use crate::{Known, Text, Unknown};
use std::collections::BTreeSet;

/// Where a subnet's default routes lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Number of the route table among those given.
    pub table: usize,
    /// Whether that table names the subnet; else it is the main one.
    pub named: bool,
    /// Number of the route that takes `0.0.0.0/0` to an internet gateway.
    pub v4: Option<usize>,
    /// Number of the route that takes `::/0` to an internet gateway.
    pub v6: Option<usize>,
}

impl Reach {
    /// The route that makes a subnet public: its default route leads to an internet gateway.
    #[must_use]
    pub fn public(&self) -> Option<usize> {
        self.v4.or(self.v6)
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
    /// No association, or one that does not say whose: it may be any subnet's.
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
    /// VPC. A table without associations is not used by any subnet, or what it said of them is lost; it counts only
    /// where it would make a difference.
    ///
    /// # Errors
    /// [`Unknown`] when the table or its routes are not known.
    pub fn reach(&self, subnet: &str, vpc: &Known<Text>) -> Result<Reach, Unknown> {
        let subnet = Text::new(subnet);
        if let Some(at) = self.tables.iter().position(|t| t.subnets.contains(&subnet)) {
            return self.tables[at].reach(at, true);
        }
        let vpc = vpc.get()?;
        let of_vpc = |t: &Table| t.vpc.peek().is_none_or(|v| v == vpc);
        let main = self.tables.iter().position(|t| t.main && t.vpc.peek() == Some(vpc));
        let Some(main) = main else {
            return Err(Unknown::because(format!("{subnet} has no route table, and {vpc} no main one")));
        };
        let reach = self.tables[main].reach(main, false)?;
        let others = self.tables.iter().enumerate();
        for (at, _) in others.filter(|(at, t)| *at != main && of_vpc(t) && (t.stray || t.main)) {
            let other = self.tables[at].reach(at, false)?;
            if (other.v4.is_some(), other.v6.is_some()) != (reach.v4.is_some(), reach.v6.is_some()) {
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
        let uses = Known::derived(|| table.then(|t| t.associations.get().cloned()));
        if let Some(uses) = uses.peek() {
            this.stray = false;
            for association in uses.iter() {
                match Known::derived(|| association.then(use_of)).peek() {
                    Some(Use::Subnet(id)) => drop(this.subnets.insert(id.clone())),
                    Some(Use::Main) => this.main = true,
                    Some(Use::Gateway) => {}
                    None => this.stray = true,
                }
            }
        }
        this
    }

    fn reach(&self, table: usize, named: bool) -> Result<Reach, Unknown> {
        Ok(Reach { table, named, v4: *self.v4.get()?, v6: *self.v6.get()? })
    }
}

enum Use {
    Subnet(Text),
    Main,
    Gateway,
}

fn use_of(association: &RouteTableAssociation) -> Result<Use, Unknown> {
    if let Some(subnet) = association.subnet_id.declared()? {
        return Ok(Use::Subnet(subnet.clone()));
    }
    if *association.main.get()? {
        return Ok(Use::Main);
    }
    association.gateway_id.get().map(|_| Use::Gateway)
}

#[derive(Clone, Copy)]
enum Family {
    V4,
    V6,
}

/// The number of the default route that leads to an internet gateway. One that does so decides, whatever the others are.
fn default_route(routes: &[Known<Route>], family: Family) -> Result<Option<usize>, Unknown> {
    let mut lost = Ok(());
    for (number, route) in routes.iter().enumerate() {
        match Known::derived(|| route.then(|r| is_public(r, family))) {
            found if found.peek() == Some(&true) => return Ok(Some(number)),
            found => lost = lost.and(found.get().map(drop)),
        }
    }
    lost.map(|()| None)
}

fn is_public(route: &Route, family: Family) -> Result<bool, Unknown> {
    let v4 = route.destination_cidr_block.declared()?.map(|d| &**d);
    let v6 = route.destination_ipv6_cidr_block.declared()?.map(|d| &**d);
    let somewhere = v4.is_some() || v6.is_some() || route.destination_prefix_list_id.declared()?.is_some();
    let default = match family {
        Family::V4 => v4 == Some("0.0.0.0/0"),
        Family::V6 => v6 == Some("::/0"),
    };
    if somewhere && !default {
        return Ok(false);
    }
    let to_internet = match route.gateway_id.declared()? {
        // EC2 marks a route whose gateway is gone: nothing passes.
        Some(gateway) => gateway.starts_with("igw-") && *route.state.get()? != "blackhole",
        None => other_target(route)?,
    };
    if to_internet && !somewhere {
        return Err(Unknown::because("the destination of a route to an internet gateway is missing"));
    }
    Ok(to_internet)
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
        Routing::new(&tables).reach(subnet, &Known::value(Text::new("vpc-1"))).map(|r| (r.v4, r.v6))
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
        for lost in ["[]", "null", r#"[{"Main":false}]"#, r#"[{"SubnetId":7}]"#] {
            assert!(reach(&[(MAIN, &[NAT]), (lost, &[OUT])], "subnet-a").is_err(), "{lost}");
            assert_eq!(reach(&[(MAIN, &[NAT]), (lost, &[LOCAL])], "subnet-a"), Ok((None, None)), "{lost}");
            assert_eq!(reach(&[(OF_A, &[NAT]), (lost, &[OUT])], "subnet-a"), Ok((None, None)), "{lost}");
        }
        let edge = r#"[{"Main":false,"GatewayId":"igw-1"}]"#;
        assert_eq!(reach(&[(MAIN, &[NAT]), (edge, &[OUT])], "subnet-a"), Ok((None, None)));
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
        for target in ["EgressOnlyInternetGatewayId", "TransitGatewayId", "NetworkInterfaceId", "CarrierGatewayId"] {
            assert_eq!(of(&format!(r#"{{"DestinationCidrBlock":"0.0.0.0/0","{target}":"x"}}"#)), Ok((None, None)));
        }
    }
}
