//! How many kubelets were asked, and what the others were judged by.

use crate::tally::{Status, Verdict};
use eksamine_facts::derive::kubelet::Managed;
use std::cell::Cell;
use std::fmt;

/// Counts of nodes.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    nodes: usize,
    read: Cell<usize>,
    alike: Cell<usize>,
    fargate: Cell<usize>,
    auto_mode: Cell<usize>,
    inferred: Cell<usize>,
}

impl Coverage {
    pub(super) fn of(nodes: usize) -> Self {
        Self { nodes, ..Self::default() }
    }

    pub(super) fn count_read(&self) {
        count(&self.read);
    }

    pub(super) fn count_alike(&self) {
        count(&self.alike);
    }

    pub(super) fn count_inferred(&self) {
        count(&self.inferred);
    }

    pub(super) fn count_managed(&self, by: Managed) {
        count(match by {
            Managed::Fargate => &self.fargate,
            Managed::AutoMode => &self.auto_mode,
        });
    }

    /// Says in the summary how much of the cluster was read, unless that is all of it and something is wrong.
    pub(super) fn conclude(&self, mut verdict: Verdict, good: &str) -> Verdict {
        match verdict.status {
            Status::Pass => verdict.summary = format!("{good}: {self}"),
            Status::Fail | Status::Unknown if self.read.get() < self.nodes => {
                verdict.summary = format!("{} ({self})", verdict.summary);
            }
            _ => {}
        }
        verdict
    }
}

fn count(of: &Cell<usize>) {
    of.set(of.get() + 1);
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.read.get(), self.nodes) {
            (1, 1) => f.write_str("the one node was read")?,
            (read, all) if read == all => write!(f, "all {all} nodes were read")?,
            (read, all) => write!(f, "{read} of {all} nodes were read")?,
        }
        let others = [
            (&self.alike, "judged by nodes that were made alike"),
            (&self.auto_mode, "run by EKS Auto Mode"),
            (&self.fargate, "run by Fargate"),
            (&self.inferred, "inferred from the image"),
        ];
        for (number, how) in others.iter().filter(|(number, _)| number.get() > 0) {
            write!(f, ", {} {how}", number.get())?;
        }
        Ok(())
    }
}
