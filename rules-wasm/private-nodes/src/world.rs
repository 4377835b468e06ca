//! What the judgements ask EC2's facts.

use crate::{Ipv6, Params, Prospective};
use eksamine_facts::derive::index::Index;
use eksamine_facts::derive::routing::{Reach, Routing};
use eksamine_facts::ec2::{Instance, LaunchTemplateVersion, RouteTable, Subnet, VpcBlockPublicAccessOptions};
use eksamine_facts::{Noun, Scope, Text};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;

/// The facts with their indexes.
pub(crate) struct World<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) params: &'a Params,
    instances: OnceCell<Index<Item<Instance>>>,
    templates: OnceCell<Index<Item<LaunchTemplateVersion>>>,
    network: OnceCell<Network>,
    scope: Known<Scope>,
    /// Places that say what VPC Block Public Access does in the region, where it does something.
    options: Vec<String>,
    /// Whether nodes other than Fargate's are out of the question.
    pub(crate) fargate_only: bool,
}

struct Network {
    subnets: Index<Item<Subnet>>,
    tables: Vec<Item<RouteTable>>,
    routing: Routing,
}

/// What is to be had of an instance that a node names.
pub(crate) enum Found<'w> {
    Instance(&'w Item<Instance>),
    /// EC2 answered, and not with this one.
    NotReturned,
    /// EC2 did not answer, and the node's own words are trusted.
    Trusted,
}

/// A default route to an internet gateway.
pub(crate) struct InternetRoute {
    /// Where it stands in the facts.
    pub(crate) place: String,
    /// The gateway.
    pub(crate) gateway: Text,
}

impl<'a> World<'a> {
    pub(crate) fn read(facts: &'a Facts<'a>, params: &'a Params, fargate_only: bool) -> Self {
        let (instances, templates, network) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let scope = Known::derived(|| facts.scope());
        let options = options(facts, &scope);
        let world = Self { facts, params, instances, templates, network, scope, options, fargate_only };
        // Looked at once for all, so that a missing permission is told with the others and not in the next run.
        if !fargate_only {
            world.instances();
        }
        if world.looks_at_network() {
            world.network();
        }
        world
    }

    /// Whether subnets and routes may decide anything.
    pub(crate) fn looks_at_network(&self) -> bool {
        let params = self.params;
        self.fargate_only
            || params.honour_vpc_bpa
            || params.prospective != Prospective::Ignore
            || params.ipv6 != Ipv6::Ignore
    }

    /// Whether a kind was not read to its end.
    pub(crate) fn lacks<T: Noun>(&self) -> bool {
        !matches!(self.facts.availability::<T>(), Availability::Complete | Availability::Absent)
    }

    /// All instances, by id.
    pub(crate) fn instances(&self) -> &Index<Item<Instance>> {
        self.instances.get_or_init(|| indexed(self.facts, |i: &Instance| i.id.get().cloned()))
    }

    /// The instance that a node names.
    pub(crate) fn instance(&self, id: &str) -> Result<Found<'_>, Unknown> {
        if let Some(instance) = self.instances().seen(id) {
            return Ok(Found::Instance(instance));
        }
        if !self.lacks::<Instance>() {
            return self.instances().find(id).map(|_| Found::NotReturned);
        }
        if self.params.trust_node_addresses {
            return Ok(Found::Trusted);
        }
        self.facts.complete::<Instance>().map(|()| Found::NotReturned)
    }

    /// A version of a launch template; `None` when EC2 did not return it.
    pub(crate) fn template(&self, id: &str, version: &str) -> Result<Option<&Item<LaunchTemplateVersion>>, Unknown> {
        let name = |v: &LaunchTemplateVersion| {
            Ok(Text::new(template_name(v.template_id.get()?, &v.number.get()?.to_string())))
        };
        let templates = self.templates.get_or_init(|| indexed(self.facts, name));
        let name = template_name(id, version);
        if templates.seen(&name).is_none() {
            self.facts.complete::<LaunchTemplateVersion>()?;
        }
        templates.find(&name)
    }

    /// Whether the lack of a kind that tells what new nodes get is excused.
    pub(crate) fn excuses_sources(&self, templates: bool) -> bool {
        self.params.trust_node_addresses
            && (self.lacks::<Subnet>()
                || self.lacks::<RouteTable>()
                || templates && self.lacks::<LaunchTemplateVersion>())
    }

    fn network(&self) -> &Network {
        self.network.get_or_init(|| {
            let tables: Vec<Item<RouteTable>> = self.facts.items().collect();
            let nouns: Vec<Known<RouteTable>> = tables.iter().map(|t| Known::derived(|| t.get().cloned())).collect();
            Network {
                subnets: indexed(self.facts, |s: &Subnet| s.id.get().cloned()),
                routing: Routing::new(&nouns),
                tables,
            }
        })
    }

    /// A subnet.
    pub(crate) fn subnet(&self, id: &str) -> Result<&Item<Subnet>, Unknown> {
        if self.network().subnets.seen(id).is_none() {
            self.facts.complete::<Subnet>()?;
        }
        match self.network().subnets.find(id)? {
            Some(subnet) => Ok(subnet),
            None => Err(Unknown::because(format!("{id} is not among the subnets that were read"))),
        }
    }

    /// Where the default routes of a subnet lead.
    fn reach(&self, id: &str) -> Result<Reach, Unknown> {
        let vpc = Known::derived(|| self.subnet(id)?.get()?.vpc_id.get().cloned());
        let reach = Known::derived(|| self.network().routing.reach(id, &vpc));
        // A table that was not read may name the subnet, unless one that was read does.
        if !reach.peek().is_some_and(|reach| reach.named) {
            self.facts.complete::<RouteTable>()?;
        }
        reach.get().cloned()
    }

    /// The default route, of either family, that makes a subnet public.
    pub(crate) fn public_route(&self, subnet: &str) -> Result<Option<InternetRoute>, Unknown> {
        let reach = self.reach(subnet)?;
        reach.public().map(|route| self.route(reach.table, route)).transpose()
    }

    /// The IPv6 default route of a subnet, when it leads to an internet gateway.
    pub(crate) fn ipv6_route(&self, subnet: &str) -> Result<Option<InternetRoute>, Unknown> {
        let reach = self.reach(subnet)?;
        reach.v6.map(|route| self.route(reach.table, route)).transpose()
    }

    fn route(&self, table: usize, route: usize) -> Result<InternetRoute, Unknown> {
        let table = &self.network().tables[table];
        let gateway = table.get()?.routes.get()?[route].get()?.gateway_id.get()?.clone();
        Ok(InternetRoute { place: table.at(&format!("/Routes/{route}/GatewayId")), gateway })
    }

    /// Whether a subnet has no IPv4 at all.
    pub(crate) fn has_no_ipv4(&self, subnet: &str) -> Result<bool, Unknown> {
        self.subnet(subnet)?.get()?.ipv6_native.get().copied()
    }

    /// Whether VPC Block Public Access cuts a subnet off, and whether that counts.
    pub(crate) fn is_cut_off(&self, subnet: &Known<Text>) -> Result<bool, Unknown> {
        if !self.params.honour_vpc_bpa {
            return Ok(false);
        }
        let mode = self.subnet(subnet.get()?)?.get()?.block_public_access.then(|b| b.internet_gateway.get())?;
        match mode.as_str() {
            "off" => Ok(false),
            "block-bidirectional" | "block-ingress" => Ok(true),
            _ => Err(Unknown::because(format!("{mode} is no mode of VPC Block Public Access"))),
        }
    }

    /// Adds to a failure what VPC Block Public Access does in the region.
    pub(crate) fn noting_options(&self, outcome: Outcome) -> Outcome {
        let note = if self.params.honour_vpc_bpa {
            "VPC Block Public Access is on in this region, and not for the subnet in question"
        } else {
            "VPC Block Public Access is on in this region; it excuses nothing while honour_vpc_bpa is false"
        };
        self.options.iter().fold(outcome, |outcome, place| outcome.noting(place, note))
    }

    /// What a finding about an instance without a node names.
    pub(crate) fn instance_arn(&self, id: &str) -> String {
        match self.scope.peek() {
            Some(Scope { partition: Some(partition), region: Some(region), account: Some(account), .. }) => {
                format!("arn:{partition}:ec2:{region}:{account}:instance/{id}")
            }
            _ => id.to_owned(),
        }
    }
}

fn template_name(id: &str, version: &str) -> String {
    format!("{id} version {version}")
}

fn indexed<T: Noun>(facts: &Facts<'_>, id: impl Fn(&T) -> Result<Text, Unknown>) -> Index<Item<T>> {
    Index::new(facts.items::<T>().map(|item| (Known::derived(|| id(item.get()?)), item)))
}

/// A note only: what of it is not known is left out.
fn options(facts: &Facts<'_>, scope: &Known<Scope>) -> Vec<String> {
    let region = scope.peek().and_then(|s| s.region.clone());
    let is_on = |item: &Item<VpcBlockPublicAccessOptions>| {
        let on = Known::derived(|| {
            let options = item.get()?;
            Ok(Some(&**options.region.get()?) == region.as_deref() && *options.internet_gateway.get()? != "off")
        });
        on.peek() == Some(&true)
    };
    facts.items().filter(is_on).map(|item| item.at("/InternetGatewayBlockMode")).collect()
}
