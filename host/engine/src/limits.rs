//! What a rule may use. Counted limits decide first, so that a rule ends the same way on every machine; the deadline
//! is the backstop for what cannot be counted.

use eksamine_pack::RuleMeta;
use wasmtime::ResourceLimiter;

/// A limit that a rule ran into, with its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Instructions.
    #[error("out of fuel: the limit is {0} units for these facts")]
    Fuel(u64),
    /// Wall clock.
    #[error("out of time: the limit is {0} s")]
    Deadline(u64),
    /// Linear memory, all memories together.
    #[error("out of memory: the limit is {0} bytes over all memories")]
    Memory(usize),
    /// Table elements, all tables together.
    #[error("out of table space: the limit is {0} elements over all tables")]
    Table(usize),
    /// Native stack.
    #[error("out of stack: the limit is {0} bytes")]
    Stack(usize),
    /// One crossing of the boundary.
    #[error("too much data at once: the limit is {0} bytes for an answer or a call")]
    Crossing(usize),
    /// Facts, parameters and scope served, repetitions included.
    #[error("it read its facts too often: the limit is {0} bytes served")]
    Served(u64),
    /// Calls into the host.
    #[error("too many calls: the limit is {0}")]
    Calls(u64),
    /// Log text.
    #[error("too much log: the limit is {0} bytes")]
    Log(usize),
}

impl Limit {
    /// The word in `cause.kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Fuel(_) => "fuel",
            Self::Deadline(_) => "deadline",
            Self::Memory(_) => "memory",
            Self::Table(_) => "table",
            Self::Stack(_) => "stack",
            Self::Crossing(_) => "crossing",
            Self::Served(_) => "served",
            Self::Calls(_) => "calls",
            Self::Log(_) => "log",
        }
    }
}

/// The limits of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Fuel: one unit is about one instruction.
    pub fuel: u64,
    /// Seconds of wall clock.
    pub deadline: u64,
    /// Bytes over all memories.
    pub memory: usize,
    /// Elements over all tables.
    pub table: usize,
    /// Bytes in one crossing of the boundary.
    pub crossing: usize,
    /// Bytes of facts served.
    pub served: u64,
    /// Calls into the host.
    pub calls: u64,
    /// Bytes of log.
    pub log: usize,
}

/// A few tenths of a second of instructions before any fact is read.
const FUEL_BASE: u64 = 1_000_000_000;
/// Parsing costs 20 to 50 units a byte, judging about as much; the rest is room for joins.
const FUEL_PER_BYTE: u64 = 2_000;

impl Limits {
    /// For a rule whose view is `view` bytes long. Limits grow with the work there is; a rule can only lower them.
    #[must_use]
    pub fn of(meta: &RuleMeta, view: u64) -> Self {
        let lower = |own: Option<u64>, ours: u64| own.map_or(ours, |own| own.min(ours));
        let memory = lower(meta.limits.memory, 64 << 20);
        Self {
            fuel: lower(meta.limits.fuel, FUEL_BASE).saturating_add(FUEL_PER_BYTE.saturating_mul(view)),
            deadline: lower(meta.limits.deadline, 30),
            memory: usize::try_from(memory).unwrap_or(usize::MAX),
            table: 100_000,
            crossing: 8 << 20,
            served: view.saturating_mul(4).saturating_add(1 << 20),
            calls: 1_000_000,
            log: 64 << 10,
        }
    }
}

/// Sums memory and tables over the whole store: wasmtime's own limits are per memory, so twenty memories pass them.
#[derive(Debug)]
pub(crate) struct Meter {
    memory: usize,
    memory_limit: usize,
    table: usize,
    table_limit: usize,
}

impl Meter {
    pub(crate) const fn new(limits: &Limits) -> Self {
        Self { memory: 0, memory_limit: limits.memory, table: 0, table_limit: limits.table }
    }
}

/// Adds what grows; the error ends the rule at once, since a guest that sees a failed growth may go on for ever.
fn grow(used: &mut usize, from: usize, to: usize, limit: usize, error: Limit) -> wasmtime::Result<bool> {
    let more = used.saturating_add(to.saturating_sub(from));
    if more > limit {
        return Err(wasmtime::Error::new(crate::Stop::Limit(error)));
    }
    *used = more;
    Ok(true)
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, from: usize, to: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        grow(&mut self.memory, from, to, self.memory_limit, Limit::Memory(self.memory_limit))
    }

    fn table_growing(&mut self, from: usize, to: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        grow(&mut self.table, from, to, self.table_limit, Limit::Table(self.table_limit))
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        64
    }
}
