//! What a running rule sees of the host: the contract's `context`, `facts` and `log`.

use crate::Stop;
use crate::bindings::eksamine::rule::{context, facts, log, types};
use crate::limits::{Limit, Limits, Meter};
use eksamine_facts::{Availability, Chunk, Cursor, Gap};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A declared kind, as one rule sees it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) availability: Availability,
    pub(crate) reason: Option<String>,
    pub(crate) count: u32,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) chunks: Arc<[Chunk]>,
}

impl View {
    /// Bytes of what the kind says of itself.
    fn told(&self) -> u64 {
        let gaps: usize = self.gaps.iter().map(|gap| gap.subject.len() + gap.reason.len()).sum();
        (self.reason.as_ref().map_or(0, String::len) + gaps) as u64
    }

    /// Bytes of all that there is to be served of the kind.
    pub(crate) fn bytes(&self) -> u64 {
        self.told() + self.chunks.iter().map(|chunk| chunk.items.len() as u64).sum::<u64>()
    }
}

/// The state of one run.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) params: String,
    pub(crate) scope: String,
    pub(crate) collected_at: String,
    pub(crate) as_of: String,
    pub(crate) views: BTreeMap<String, View>,
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
    pub(crate) fn new(limits: &Limits, views: BTreeMap<String, View>) -> Self {
        Self {
            params: String::new(),
            scope: String::new(),
            collected_at: String::new(),
            as_of: String::new(),
            views,
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

    fn look(&mut self, kind: &str) -> wasmtime::Result<View> {
        self.call()?;
        let Some(view) = self.views.get(kind) else {
            return stop(Stop::Undeclared(kind.to_owned()));
        };
        if !self.looked.iter().any(|k| k == kind) {
            self.looked.push(kind.to_owned());
        }
        Ok(view.clone())
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
    fn about(&mut self, kind: String) -> wasmtime::Result<facts::Collection> {
        let view = self.look(&kind)?;
        if !self.asked.contains(&kind) {
            self.asked.push(kind);
        }
        self.serve(view.told())?;
        let gaps = view.gaps.into_iter().map(|g| facts::Gap {
            subject: g.subject,
            availability: wire(g.status),
            reason: g.reason,
        });
        Ok(facts::Collection {
            availability: wire(view.availability),
            reason: view.reason,
            count: view.count,
            gaps: gaps.collect(),
        })
    }

    fn read(&mut self, kind: String, start: u32) -> wasmtime::Result<facts::Chunk> {
        let view = self.look(&kind)?;
        let found = view.chunks.partition_point(|c| c.first <= start).checked_sub(1).map(|i| &view.chunks[i]);
        let (count, items) = match found {
            Some(chunk) if start == chunk.first => (chunk.count, chunk.items.clone()),
            Some(chunk) if start < chunk.first + chunk.count => rest_of(chunk, start - chunk.first),
            _ => (0, "[]".to_owned()),
        };
        self.serve(items.len() as u64)?;
        Ok(facts::Chunk { first: start, count, items })
    }
}

/// The items of a chunk from the `skip`th on, for a rule that starts in the middle of one.
fn rest_of(chunk: &Chunk, skip: u32) -> (u32, String) {
    let mut cursor = Cursor::new(&chunk.items);
    let mut from = None;
    // The host wrote this text, so the walk cannot fail; if it did, there would be nothing to serve.
    let walked = cursor.array(|cursor, index| {
        let start = cursor.offset();
        if index == skip as usize {
            from = Some(start);
        }
        cursor.value().map(drop)
    });
    match (walked, from) {
        (Ok(()), Some(from)) => (chunk.count - skip, format!("[{}", &chunk.items[from..])),
        _ => (0, "[]".to_owned()),
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
