//! Progress as data: who prints it, and how, is not ours to know.

use eksamine_facts::Availability;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Where facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// AWS.
    Aws,
    /// The API server.
    Kubernetes,
}

impl Source {
    /// For people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Kubernetes => "Kubernetes",
        }
    }
}

/// A step forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// Whose.
    pub source: Source,
    /// The kind that it is about.
    pub kind: &'a str,
    /// How the kind ended; `None` while it is being read.
    pub status: Option<Availability>,
    /// Items of the kind so far.
    pub items: usize,
    /// Kinds of this source that are done.
    pub done: usize,
    /// Kinds of this source in all.
    pub of: usize,
    /// Since the gathering began.
    pub elapsed: Duration,
}

/// Told of every step, from any thread, and must not keep it waiting.
pub trait Progress: Sync {
    /// One step.
    fn step(&self, step: &Step<'_>);
}

impl<F: Fn(&Step<'_>) + Sync> Progress for F {
    fn step(&self, step: &Step<'_>) {
        self(step);
    }
}

/// Counts one source's kinds.
pub(crate) struct Meter<'a> {
    source: Source,
    progress: &'a dyn Progress,
    done: AtomicUsize,
    of: usize,
    start: Instant,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(source: Source, of: usize, progress: &'a dyn Progress) -> Self {
        Self { source, progress, done: AtomicUsize::new(0), of, start: Instant::now() }
    }

    pub(crate) fn reading(&self, kind: &str, items: usize) {
        self.tell(kind, None, items, self.done.load(Ordering::Relaxed));
    }

    pub(crate) fn done(&self, kind: &str, status: Availability, items: usize) {
        self.tell(kind, Some(status), items, self.done.fetch_add(1, Ordering::Relaxed) + 1);
    }

    fn tell(&self, kind: &str, status: Option<Availability>, items: usize, done: usize) {
        let Self { source, of, .. } = *self;
        self.progress.step(&Step { source, kind, status, items, done, of, elapsed: self.start.elapsed() });
    }
}
