//! What objects ask of load balancers that are not there yet, or cannot be seen.

use crate::asks::Asks;
use crate::objects::Thing;
use crate::params::{Demands, Facing, InternalHttp};
use crate::words::ports;
use crate::world::World;
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a load balancer is asked to be.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) facing: Facing,
    pub(crate) wants: Wants,
    /// `HTTP on port 80 without a redirect to HTTPS`
    pub(crate) text: String,
    pub(crate) places: Vec<String>,
}

/// Whether what is asked for is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// All of it.
    Tls,
    /// Some HTTP is forwarded.
    PlainHttp,
    /// Some HTTP, and something else says what is done with it.
    SomeHttp,
    /// A stream of whatever is spoken.
    Stream,
}

/// What a plan would end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Fails,
    AsksHumans,
    IsFine,
}

impl Plan {
    pub(crate) fn ending(&self, demands: &Demands) -> Ending {
        if self.wants == Wants::Tls || !demands.covers(self.facing) {
            return Ending::IsFine;
        }
        match (self.wants, self.facing, demands.internal_http) {
            (Wants::PlainHttp, Facing::Internet, _) | (Wants::PlainHttp, Facing::Internal, InternalHttp::Fail) => {
                Ending::Fails
            }
            (Wants::PlainHttp | Wants::SomeHttp, Facing::Internal, InternalHttp::Pass) => Ending::IsFine,
            _ => Ending::AsksHumans,
        }
    }
}

/// What every Ingress asks for by itself; those of a group share a load balancer.
pub(crate) struct Plans {
    /// By the number of the object; `None` for what no controller of AWS's takes.
    asks: BTreeMap<usize, Known<Option<Asks>>>,
    /// Who shares a load balancer, by what tells so.
    members: BTreeMap<String, Vec<usize>>,
    /// One that is not known: it may be of any group, and ask for a redirect on behalf of all.
    doubtful: Option<usize>,
}

impl Plans {
    pub(crate) fn read(world: &World<'_>) -> Self {
        let mut plans = Self { asks: BTreeMap::new(), members: BTreeMap::new(), doubtful: None };
        for (number, object) in world.objects.all.iter().enumerate() {
            let Thing::Ingress(item) = &object.thing else { continue };
            let asks = Known::derived(|| Asks::of(world, object, item));
            for key in asks.peek().into_iter().flatten().flat_map(|asks| &asks.shares) {
                plans.members.entry(key.clone()).or_default().push(number);
            }
            if asks.peek().is_none() {
                plans.doubtful = Some(number);
            }
            plans.asks.insert(number, asks);
        }
        plans
    }

    /// What is asked of the load balancer of an Ingress, by it and by those that share it.
    pub(crate) fn of(&self, number: usize) -> Result<Plan, Unknown> {
        let none = || Unknown::because("no controller of AWS's takes it");
        let asks = |number: &usize| self.asks.get(number).ok_or_else(none)?.get()?.as_ref().ok_or_else(none);
        let own = asks(&number)?;
        if let Some(doubtful) = &self.doubtful {
            asks(doubtful)?;
        }
        let shared = own.shares.iter().filter_map(|key| self.members.get(key)).flatten().copied();
        let group: BTreeSet<usize> = shared.chain([number]).collect();
        Ok(joined(own, &group.iter().map(asks).collect::<Result<Vec<_>, _>>()?))
    }
}

/// "Exclusive" annotations hold for the group, ports are merged (AWS Load Balancer Controller, Ingress annotations).
fn joined(own: &Asks, group: &[&Asks]) -> Plan {
    let is_public = group.iter().any(|asks| asks.facing == Some(Facing::Internet));
    let facing = if is_public { Facing::Internet } else { Facing::Internal };
    let redirects = group.iter().any(|asks| asks.redirects);
    let all = |of: fn(&Asks) -> &BTreeSet<i64>| -> BTreeSet<i64> {
        group.iter().flat_map(|asks| of(asks)).copied().collect()
    };
    let (plain, by_annotation, tls) = (all(|a| &a.plain), all(|a| &a.by_annotation), all(|a| &a.tls));
    let (wants, text) = match (redirects, plain.is_empty(), by_annotation.is_empty()) {
        (false, false, _) => (Wants::PlainHttp, format!("HTTP on {} without a redirect to HTTPS", ports(plain))),
        (false, true, false) => {
            (Wants::SomeHttp, format!("HTTP on {}, and says by annotation what is done with it", ports(by_annotation)))
        }
        (true, ..) => (Wants::Tls, "a redirect of HTTP to HTTPS".to_owned()),
        (false, true, true) if tls.is_empty() => (Wants::Tls, "nothing that is forwarded".to_owned()),
        (false, true, true) => (Wants::Tls, format!("HTTPS on {}", ports(tls))),
    };
    Plan { facing, wants, text, places: own.places.clone() }
}
