//! Everything that judgements ask.

use crate::balancers::Balancers;
use crate::classes::Classes;
use crate::objects::{Object, Objects};
use crate::params::{Demands, Facing};
use crate::plan::Plans;
use crate::words::list;
use eksamine_facts::Text;
use eksamine_rule::prelude::*;
use std::cell::OnceCell;
use std::fmt;

/// The facts, read as far as they are asked for.
pub(crate) struct World<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) demands: &'a Demands,
    pub(crate) objects: Objects,
    pub(crate) classes: Classes<'a>,
    pub(crate) balancers: Balancers<'a>,
    plans: OnceCell<Plans>,
}

/// A listener, as messages call it.
pub(crate) struct Line<'l> {
    pub(crate) protocol: &'l Text,
    pub(crate) port: i64,
    pub(crate) facing: Facing,
    pub(crate) balancer: &'l str,
    /// Numbers of the objects that name the load balancer.
    pub(crate) objects: &'l [usize],
    /// Their titles.
    pub(crate) titles: String,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, port, facing, balancer, titles, .. } = self;
        write!(f, "{protocol} on port {port} of {} load balancer {balancer} ({titles})", facing.word())
    }
}

impl<'a> World<'a> {
    pub(crate) fn read(facts: &'a Facts<'a>, demands: &'a Demands) -> Self {
        let objects = Objects::read(facts);
        let balancers = Balancers::new(facts, objects.hostnames());
        Self { facts, demands, objects, classes: Classes::new(facts), balancers, plans: OnceCell::new() }
    }

    pub(crate) fn object(&self, number: usize) -> &Object {
        &self.objects.all[number]
    }

    /// What Ingresses ask of load balancers that cannot be seen.
    pub(crate) fn plans(&self) -> &Plans {
        self.plans.get_or_init(|| Plans::read(self))
    }

    /// `Ingress shop/api, Ingress shop/web`
    pub(crate) fn titles(&self, objects: &[usize]) -> String {
        list(objects.iter().map(|number| self.object(*number).title.clone()))
    }

    /// Where objects name a load balancer, as evidence: the first few, by title.
    pub(crate) fn naming(&self, objects: &[usize], names: impl Fn(&str) -> bool) -> Vec<Evidence> {
        let mut places: Vec<(&str, &str)> = Vec::new();
        for object in objects.iter().map(|number| self.object(*number)) {
            let hosts = object.addresses.peek().into_iter().flat_map(|addresses| &addresses.hosts);
            places.extend(
                hosts.filter(|host| names(&host.name)).map(|host| (object.title.as_str(), host.place.as_str())),
            );
        }
        places.sort_unstable();
        places.into_iter().take(3).map(|(title, place)| Evidence::at(place).noting(title)).collect()
    }
}
