//! One run of one rule: a fresh store, limits, the call, and the reason if it was stopped.

use crate::bindings::eksamine::rule::types::Verdict;
use crate::host::{Host, Kind};
use crate::limits::{Limit, Limits};
use crate::load::{Engine, LoadedRule, TICK};
use crate::{Stop, config};
use eksamine_facts::{Availability, Document, Fields, View};
use std::collections::BTreeMap;
use wasmtime::{Store, Trap};

/// What came of a run.
pub(crate) struct Run {
    /// The rule's own words, or why it was stopped.
    pub(crate) answer: Result<Verdict, Stop>,
    /// Kinds that it looked at.
    pub(crate) looked: Vec<String>,
    /// Those of which it asked how much there is.
    pub(crate) asked: Vec<String>,
}

/// What a rule is told besides its facts.
pub(crate) struct Told<'t> {
    pub(crate) params: String,
    pub(crate) as_of: &'t str,
}

pub(crate) fn evaluate(engine: &Engine, rule: &LoadedRule, document: &Document, told: &Told<'_>) -> Run {
    let kinds = kinds(rule, document);
    let bytes = kinds.values().map(Kind::bytes).sum();
    let limits = Limits::of(&rule.meta, bytes);
    let mut host = Host::new(&limits, kinds);
    host.params.clone_from(&told.params);
    host.scope = document.scope_text().to_owned();
    host.collected_at.clone_from(&document.collected_at);
    told.as_of.clone_into(&mut host.as_of);
    let mut store = Store::new(&engine.wasmtime, host);
    let answer = call(rule, &mut store, &limits);
    let host = store.into_data();
    let answer = match answer {
        Ok(Ok(verdict)) => Ok(verdict),
        Ok(Err(reason)) => Err(Stop::GaveUp(reason)),
        Err(error) => Err(why(&error, &limits, &host.log)),
    };
    Run { answer, looked: host.looked, asked: host.asked }
}

fn call(rule: &LoadedRule, store: &mut Store<Host>, limits: &Limits) -> wasmtime::Result<Result<Verdict, String>> {
    store.limiter(|host| &mut host.meter);
    store.set_fuel(limits.fuel)?;
    let ticks = u64::try_from(u128::from(limits.deadline) * 1_000 / TICK.as_millis()).unwrap_or(u64::MAX);
    store.set_epoch_deadline(ticks);
    store.set_hostcall_fuel(limits.crossing);
    store.set_max_component_handles(256);
    let instance = rule.pre.instantiate(&mut *store)?;
    instance.eksamine_rule_check().call_evaluate(store)
}

/// What the rule may see of each kind it declares.
fn kinds(rule: &LoadedRule, document: &Document) -> BTreeMap<String, Kind> {
    let of = |need: &eksamine_pack::FactNeed| {
        let missing = Kind {
            availability: Availability::NotCollected,
            reason: Some("the document does not hold this kind".into()),
            count: 0,
            gaps: Vec::new(),
            view: View::empty(),
        };
        let (Some(kind), Ok(fields)) = (document.kind(&need.kind), Fields::new(&need.fields)) else {
            return missing;
        };
        Kind {
            availability: kind.status,
            reason: kind.reason.clone(),
            count: kind.count(),
            gaps: kind.gaps.clone(),
            view: kind.view(&fields),
        }
    };
    rule.meta.facts.iter().map(|need| (need.kind.clone(), of(need))).collect()
}

fn why(error: &wasmtime::Error, limits: &Limits, log: &str) -> Stop {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.clone();
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => return Limit::Fuel(limits.fuel).into(),
        Some(Trap::Interrupt) => return Limit::Deadline(limits.deadline).into(),
        Some(Trap::StackOverflow) => return Limit::Stack(config::STACK).into(),
        _ => {}
    }
    let text = format!("{:#}", error.root_cause());
    // wasmtime has no type for this one.
    if text.contains("allocated for hostcalls") {
        return Limit::Crossing(limits.crossing).into();
    }
    // A panic's own words stand in the log; without them the trap's are all there is.
    let panic = log.lines().rev().find_map(|line| line.strip_prefix("error: "));
    Stop::Trap(panic.map_or(text, str::to_owned))
}
