//! The sandbox without the engine around it, so that its settings can be changed: the same settings file, the same
//! contract, the same chunks.

use crate::served::{Kind, Served};
use anyhow::{Result, anyhow};
use eksamine_facts::Availability;
use std::time::Instant;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, OptLevel, Store};

#[path = "../../host/engine/src/config.rs"]
mod config;

#[allow(missing_docs, clippy::all, unreachable_pub, reason = "generated code")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "rule",
        imports: { default: trappable },
    });
}

use bindings::eksamine::rule::{context, facts, log, types};

/// How the engine's settings are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// Every instruction costs fuel.
    pub fuel: bool,
    /// Loops and functions look at the clock.
    pub epoch: bool,
}

impl Counting {
    /// As the engine is set.
    pub const ENGINE: Self = Self { fuel: true, epoch: true };
}

/// A rule in a sandbox.
pub struct Sandbox {
    engine: Engine,
    rule: bindings::RulePre<Served>,
    counting: Counting,
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// How many findings.
    pub findings: usize,
    /// The summary.
    pub summary: String,
    /// Fuel that was burnt, where it is counted.
    pub fuel: u64,
}

/// How long it took to make each part.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// wasmtime's engine with the linker.
    pub engine: f64,
    /// A component from native code.
    pub load: f64,
}

fn settings(counting: Counting) -> Config {
    let mut config = config::config(OptLevel::Speed);
    config.consume_fuel(counting.fuel).epoch_interruption(counting.epoch);
    config
}

impl Sandbox {
    /// Compiles a component as the build script does, but for this very machine.
    ///
    /// # Errors
    /// wasmtime's.
    pub fn new(wasm: &[u8], counting: Counting) -> Result<Self> {
        let engine = Engine::new(&settings(counting)).map_err(plain)?;
        let component = Component::new(&engine, wasm).map_err(plain)?;
        let rule = link(&engine, &component)?;
        Ok(Self { engine, rule, counting })
    }

    /// Makes an instance and nothing else.
    ///
    /// # Errors
    /// wasmtime's.
    pub fn instantiate(&self, served: &Served) -> Result<()> {
        let mut store = self.store(served)?;
        self.rule.instantiate(&mut store).map_err(plain).map(drop)
    }

    /// One run in a fresh store.
    ///
    /// # Errors
    /// wasmtime's, or the rule's own word that it could not do its work.
    pub fn judge(&self, served: &Served) -> Result<Answer> {
        let mut store = self.store(served)?;
        let instance = self.rule.instantiate(&mut store).map_err(plain)?;
        let said = instance.eksamine_rule_check().call_evaluate(&mut store).map_err(plain)?;
        let verdict = said.map_err(anyhow::Error::msg)?;
        let fuel = if self.counting.fuel { u64::MAX - store.get_fuel().map_err(plain)? } else { 0 };
        Ok(Answer { findings: verdict.findings.len(), summary: verdict.summary, fuel })
    }

    fn store(&self, served: &Served) -> Result<Store<Served>> {
        let mut store = Store::new(&self.engine, served.clone());
        if self.counting.fuel {
            store.set_fuel(u64::MAX).map_err(plain)?;
        }
        if self.counting.epoch {
            // The clock of this engine never runs; what looking at it costs is the same.
            store.set_epoch_deadline(u64::MAX / 2);
        }
        Ok(store)
    }
}

/// Starts an engine and loads a component from a copy of native code.
///
/// # Errors
/// wasmtime's.
#[expect(unsafe_code, reason = "native code that this very process has compiled")]
pub fn start(native: &[u8]) -> Result<Start> {
    let begun = Instant::now();
    let engine = Engine::new(&settings(Counting::ENGINE)).map_err(plain)?;
    let after_engine = begun.elapsed();
    // SAFETY: `native` comes from `precompiled` below, which is `Engine::precompile_component` of this wasmtime.
    let component = unsafe { Component::deserialize(&engine, native) }.map_err(plain)?;
    link(&engine, &component)?;
    let load = begun.elapsed() - after_engine;
    Ok(Start { engine: after_engine.as_secs_f64(), load: load.as_secs_f64() })
}

/// Native code of a component.
///
/// # Errors
/// wasmtime's.
pub fn precompiled(wasm: &[u8]) -> Result<Vec<u8>> {
    let engine = Engine::new(&settings(Counting::ENGINE)).map_err(plain)?;
    engine.precompile_component(wasm).map_err(plain)
}

fn link(engine: &Engine, component: &Component) -> Result<bindings::RulePre<Served>> {
    let mut linker = Linker::new(engine);
    bindings::Rule::add_to_linker::<Served, HasSelf<Served>>(&mut linker, |served| served).map_err(plain)?;
    bindings::RulePre::new(linker.instantiate_pre(component).map_err(plain)?).map_err(plain)
}

/// wasmtime's error is no `std::error::Error`.
fn plain(error: wasmtime::Error) -> anyhow::Error {
    anyhow!("{error:?}")
}

impl types::Host for Served {}

impl context::Host for Served {
    fn params(&mut self) -> wasmtime::Result<String> {
        Ok(self.params.clone())
    }
    fn scope(&mut self) -> wasmtime::Result<String> {
        Ok(self.scope.clone())
    }
    fn collected_at(&mut self) -> wasmtime::Result<String> {
        Ok(self.collected_at.clone())
    }
    fn as_of(&mut self) -> wasmtime::Result<String> {
        Ok(self.as_of.clone())
    }
}

impl Served {
    fn kind(&self, name: &str) -> wasmtime::Result<&Kind> {
        self.kinds.get(name).ok_or_else(|| wasmtime::Error::msg(format!("{name} was not declared")))
    }
}

impl facts::Host for Served {
    fn about(&mut self, kind: String) -> wasmtime::Result<facts::Collection> {
        let kind = self.kind(&kind)?;
        let gaps = kind.gaps.iter().map(|gap| facts::Gap {
            subject: gap.subject.clone(),
            availability: wire(gap.status),
            reason: gap.reason.clone(),
        });
        let (gaps, reason) = (gaps.collect(), kind.reason.clone());
        Ok(facts::Collection { availability: wire(kind.status), reason, count: kind.count, gaps })
    }

    fn read(&mut self, kind: String, start: u32) -> wasmtime::Result<facts::Chunk> {
        let (count, items) = self.kind(&kind)?.view.read(start).map_err(wasmtime::Error::new)?;
        Ok(facts::Chunk { first: start, count, items })
    }
}

impl log::Host for Served {
    fn write(&mut self, _: log::Level, _: String) -> wasmtime::Result<()> {
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
