//! What a running rule sees of the host: the contract's `context`, `facts` and `log`.

use crate::Stop;
use crate::bindings::eksamine::rule::{context, facts, log, types};
use crate::limits::{Limit, Limits, Meter};
use eksamine_facts::{Availability, Gap, View};
use std::collections::BTreeMap;

/// A declared kind, as one rule sees it.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) availability: Availability,
    pub(crate) reason: Option<String>,
    pub(crate) count: u32,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) view: View,
}

impl Kind {
    /// Bytes of what the kind says of itself.
    fn told(&self) -> u64 {
        let gaps: usize = self.gaps.iter().map(|gap| gap.subject.len() + gap.reason.len()).sum();
        (self.reason.as_ref().map_or(0, String::len) + gaps) as u64
    }

    /// Bytes of all that there is to be served of the kind.
    pub(crate) fn bytes(&self) -> u64 {
        self.told() + self.view.bytes()
    }
}

/// The state of one run.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) params: String,
    pub(crate) scope: String,
    pub(crate) collected_at: String,
    pub(crate) as_of: String,
    pub(crate) kinds: BTreeMap<String, Kind>,
    /// Kinds that the rule has looked at.
    pub(crate) looked: Vec<String>,
    /// Those of which it has asked how much there is.
    pub(crate) asked: Vec<String>,
    /// The last lines of what it logged.
    pub(crate) log: String,
    pub(crate) meter: Meter,
    limits: Limits,
    calls: u64,
    served: u64,
}

impl Host {
    pub(crate) fn new(limits: &Limits, kinds: BTreeMap<String, Kind>) -> Self {
        Self {
            params: String::new(),
            scope: String::new(),
            collected_at: String::new(),
            as_of: String::new(),
            kinds,
            looked: Vec::new(),
            asked: Vec::new(),
            log: String::new(),
            meter: Meter::new(limits),
            limits: limits.clone(),
            calls: 0,
            served: 0,
        }
    }

    fn call(&mut self) -> wasmtime::Result<()> {
        self.calls += 1;
        if self.calls > self.limits.calls { stop(Limit::Calls(self.limits.calls)) } else { Ok(()) }
    }

    /// Counts what crosses the boundary, repetitions included.
    fn serve(&mut self, bytes: u64) -> wasmtime::Result<()> {
        self.served = self.served.saturating_add(bytes);
        if self.served > self.limits.served { stop(Limit::Served(self.limits.served)) } else { Ok(()) }
    }

    fn look(&mut self, name: &str) -> wasmtime::Result<&Kind> {
        self.call()?;
        let Some(kind) = self.kinds.get(name) else {
            return stop(Stop::Undeclared(name.to_owned()));
        };
        if !self.looked.iter().any(|looked| looked == name) {
            self.looked.push(name.to_owned());
        }
        Ok(kind)
    }
}

fn stop<T>(why: impl Into<Stop>) -> wasmtime::Result<T> {
    Err(wasmtime::Error::new(why.into()))
}

impl types::Host for Host {}

impl context::Host for Host {
    fn params(&mut self) -> wasmtime::Result<String> {
        self.call()?;
        self.serve(self.params.len() as u64)?;
        Ok(self.params.clone())
    }

    fn scope(&mut self) -> wasmtime::Result<String> {
        self.call()?;
        self.serve(self.scope.len() as u64)?;
        Ok(self.scope.clone())
    }

    fn collected_at(&mut self) -> wasmtime::Result<String> {
        self.call()?;
        self.serve(self.collected_at.len() as u64)?;
        Ok(self.collected_at.clone())
    }

    fn as_of(&mut self) -> wasmtime::Result<String> {
        self.call()?;
        self.serve(self.as_of.len() as u64)?;
        Ok(self.as_of.clone())
    }
}

impl facts::Host for Host {
    fn about(&mut self, name: String) -> wasmtime::Result<facts::Collection> {
        let kind = self.look(&name)?.clone();
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.serve(kind.told())?;
        let gaps = kind.gaps.into_iter().map(|g| facts::Gap {
            subject: g.subject,
            availability: wire(g.status),
            reason: g.reason,
        });
        Ok(facts::Collection {
            availability: wire(kind.availability),
            reason: kind.reason,
            count: kind.count,
            gaps: gaps.collect(),
        })
    }

    fn read(&mut self, name: String, start: u32) -> wasmtime::Result<facts::Chunk> {
        let (count, items) = self.look(&name)?.view.read(start).or_else(|error| {
            let error = error.within("items").within(&name).within("facts");
            stop(Stop::FactsChanged(error.to_string()))
        })?;
        self.serve(items.len() as u64)?;
        Ok(facts::Chunk { first: start, count, items })
    }
}

impl log::Host for Host {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        self.call()?;
        if self.log.len() + message.len() > self.limits.log {
            return stop(Limit::Log(self.limits.log));
        }
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        // Control characters of a rule never reach a terminal.
        let clean: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.log.push_str(&format!("{level}: {clean}\n"));
        Ok(())
    }
}

const fn wire(availability: Availability) -> facts::Availability {
    match availability {
        Availability::Complete => facts::Availability::Complete,
        Availability::Partial => facts::Availability::Partial,
        Availability::Absent => facts::Availability::Absent,
        Availability::Denied => facts::Availability::Denied,
        Availability::Error => facts::Availability::Error,
        Availability::NotCollected => facts::Availability::NotCollected,
    }
}
