//! What the judgements ask EC2's facts.

use crate::{Ipv6, Params, Prospective};
use eksamine_facts::core::Pod;
use eksamine_facts::derive::index::Index;
use eksamine_facts::derive::launch;
use eksamine_facts::derive::routing::{Reach, Routing};
use eksamine_facts::ec2::{Instance, LaunchTemplateVersion, RouteTable, Subnet, VpcBlockPublicAccessOptions};
use eksamine_facts::{Noun, Scope, Text};
use eksamine_rule::prelude::*;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;

/// The facts with their indexes.
pub(crate) struct World<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) params: &'a Params,
    instances: OnceCell<Index<Item<Instance>>>,
    templates: OnceCell<Vec<Item<LaunchTemplateVersion>>>,
    network: OnceCell<Network>,
    host_pods: OnceCell<BTreeMap<Text, (usize, String)>>,
    scope: Known<Scope>,
    /// Places that say what VPC Block Public Access does in the region, where it does something.
    options: Vec<String>,
    /// Whether nodes other than Fargate's are out of the question.
    fargate_only: bool,
    /// How often a kind was asked for what it does not hold, and was not complete.
    lacked: Cell<usize>,
    /// What a pass must not keep to itself.
    pub(crate) remarks: Remarks,
}

/// How judgements came to pass that did not find what they were looking for.
#[derive(Default)]
pub(crate) struct Remarks {
    /// Nodes whose own words were taken for EC2's.
    pub(crate) trusted: Cell<usize>,
    /// Machines whose addresses VPC Block Public Access cuts off.
    pub(crate) cut_off: Cell<usize>,
    /// Node sources that give addresses which the internet does not reach.
    pub(crate) harmless: Cell<usize>,
    /// Node sources that were not judged, since EC2 could not be read.
    pub(crate) excused: Cell<usize>,
}

/// Counts one more.
pub(crate) fn remark(count: &Cell<usize>) {
    count.set(count.get() + 1);
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
#[derive(Clone)]
pub(crate) struct InternetRoute {
    /// Where it stands in the facts.
    pub(crate) place: String,
    /// `0.0.0.0/0`, or what is as good as that.
    pub(crate) destination: Text,
    /// The gateway.
    pub(crate) gateway: Text,
}

impl<'a> World<'a> {
    pub(crate) fn read(facts: &'a Facts<'a>, params: &'a Params, fargate_only: bool) -> Self {
        let (instances, templates, network) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let scope = Known::derived(|| facts.scope());
        let options = options(facts, &scope);
        let (host_pods, lacked, remarks) = (OnceCell::new(), Cell::new(0), Remarks::default());
        let world = Self {
            facts,
            params,
            instances,
            templates,
            network,
            host_pods,
            scope,
            options,
            fargate_only,
            lacked,
            remarks,
        };
        // Looked at once for all, so that a missing permission is told with the others and not in the next run.
        world.instances();
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
        let all = self.templates.get_or_init(|| self.facts.items().collect());
        let template_of =
            |item: &Item<LaunchTemplateVersion>| Known::derived(|| item.get()?.template_id.get().cloned());
        let its_own = all.iter().filter(|item| template_of(item).peek().is_some_and(|of| *of == *id));
        let found = Known::derived(|| launch::version(version, its_own, |item| item.get()));
        let nameless = all.iter().any(|item| template_of(item).peek().is_none());
        if nameless && (version == "$Latest" || matches!(found.peek(), Some(None))) {
            let text = format!("{id} version {version} may be one whose template is not known");
            return Err(Unknown::because(text));
        }
        // One that was not read may be the one, or a later one.
        if version.starts_with('$') || matches!(found.peek(), Some(None)) {
            self.complete::<LaunchTemplateVersion>()?;
        }
        found.get().copied()
    }

    /// To be asked before anything is concluded from an item not being there.
    fn complete<T: Noun>(&self) -> Result<(), Unknown> {
        self.facts.complete::<T>().inspect_err(|_| remark(&self.lacked))
    }

    /// Looks; `None` where it met the lack of a kind that `trust_node_addresses` excuses. An odd field is no lack.
    pub(crate) fn excusing<T: Clone>(&self, look: impl FnOnce() -> Result<T, Unknown>) -> Result<Option<T>, Unknown> {
        let before = self.lacked.get();
        let found = Known::derived(look);
        if found.peek().is_none() && self.params.trust_node_addresses && self.lacked.get() > before {
            return Ok(None);
        }
        found.get().cloned().map(Some)
    }

    /// The kinds that tell what new nodes get and could not be read.
    pub(crate) fn lacking(&self, templates: bool) -> Vec<&'static str> {
        let lacks = [
            (Subnet::KIND, self.lacks::<Subnet>()),
            (RouteTable::KIND, self.lacks::<RouteTable>()),
            (LaunchTemplateVersion::KIND, templates && self.lacks::<LaunchTemplateVersion>()),
        ];
        lacks.into_iter().filter_map(|(kind, lacks)| lacks.then_some(kind)).collect()
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
        if let Some(subnet) = self.network().subnets.find(id)? {
            return Ok(subnet);
        }
        self.complete::<Subnet>()?;
        Err(Unknown::because(format!("{id} is not among the subnets that were read")))
    }

    /// Where the default routes of a subnet lead.
    fn reach(&self, id: &str) -> Result<Reach, Unknown> {
        let vpc = Known::derived(|| self.subnet(id)?.get()?.vpc_id.get().cloned());
        let reach = Known::derived(|| self.network().routing.reach(id, &vpc));
        // A table that was not read may name the subnet, unless one that was read does.
        if !reach.peek().is_some_and(|reach| reach.named) {
            self.complete::<RouteTable>()?;
        }
        reach.get().cloned()
    }

    /// The default route, of either family, that makes a subnet public.
    pub(crate) fn public_route(&self, subnet: &str) -> Result<Option<InternetRoute>, Unknown> {
        let reach = self.reach(subnet)?;
        reach.public()?.map(|route| self.route(reach.table, route)).transpose()
    }

    /// The IPv6 default route of a subnet, when it leads to an internet gateway.
    pub(crate) fn ipv6_route(&self, subnet: &str) -> Result<Option<InternetRoute>, Unknown> {
        let reach = self.reach(subnet)?;
        reach.ipv6()?.map(|route| self.route(reach.table, route)).transpose()
    }

    fn route(&self, table: usize, number: usize) -> Result<InternetRoute, Unknown> {
        let table = &self.network().tables[table];
        let route = table.get()?.routes.get()?[number].get()?;
        let destination = match route.destination_cidr_block.declared()? {
            Some(v4) => v4.clone(),
            None => route.destination_ipv6_cidr_block.get()?.clone(),
        };
        let place = table.at(&format!("/Routes/{number}/GatewayId"));
        Ok(InternetRoute { place, destination, gateway: route.gateway_id.get()?.clone() })
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

    /// Adds to a failure how many pods share the network of the node.
    pub(crate) fn noting_pods(&self, outcome: Outcome, node: &Known<Text>) -> Outcome {
        let pods = self.host_pods.get_or_init(|| host_pods(self.facts));
        match node.peek().and_then(|name| pods.get(name)) {
            None => outcome,
            Some((1, place)) => outcome.noting(place, "1 pod shares the network of the node, and so its addresses"),
            Some((n, place)) => {
                outcome.noting(place, format!("{n} pods share the network of the node, and so its addresses"))
            }
        }
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

/// How many running pods use the network of each node, and the place of one that says so. A note only: a pod of which
/// that is not known is left out.
fn host_pods(facts: &Facts<'_>) -> BTreeMap<Text, (usize, String)> {
    let mut pods = BTreeMap::new();
    for item in facts.items::<Pod>() {
        let node = Known::derived(|| {
            let pod = item.get()?;
            let spec = pod.spec.get()?;
            let shares = *spec.host_network.get()? && *pod.status.get()?.phase.get()? == *"Running";
            Ok(if shares { Some(spec.node_name.get()?.clone()) } else { None })
        });
        if let Some(Some(node)) = node.peek() {
            pods.entry(node.clone()).or_insert_with(|| (0, item.at("/spec/hostNetwork"))).0 += 1;
        }
    }
    pods
}
