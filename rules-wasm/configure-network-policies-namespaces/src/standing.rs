//! The decision table: where one namespace stands.

use crate::Params;
use eksamine_facts::core::Namespace;
use eksamine_facts::derive::{Cover, Direction, both};
use eksamine_rule::exempt::Exempt;
use eksamine_rule::prelude::*;

/// What is demanded of a namespace, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Coverage {
    /// Any policy is there.
    AnyPolicy,
    /// A policy isolates some pod.
    IsolatingPolicy,
    /// Every pod is isolated for what comes in.
    AllPodsIngress,
    /// A policy denies all that comes in, for every pod.
    DefaultDenyIngress,
    /// The same for what goes out too.
    DefaultDenyBoth,
}

/// Where a namespace stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is not judged: why, and the field that says so.
    Exempt(String, &'static str),
    /// As demanded.
    Covered(Coverage),
    /// A row of the table.
    Lacking(Lack),
}

/// What a namespace lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Any policy (row 1).
    Policy,
    /// A policy that isolates a pod that exists (row 2).
    Isolation,
    /// Isolation of some pods (row 3).
    SomePods,
    /// A default deny for these directions (row 4).
    DefaultDeny(Vec<Direction>),
}

pub(crate) fn standing(
    item: &Item<Namespace>,
    cover: &Cover<'_>,
    params: &Params,
    exempt: &Exempt,
) -> Result<Standing, Unknown> {
    let namespace = item.get()?;
    let name = namespace.metadata.get()?.name.get()?;
    if exempt.covers(name) {
        return Ok(Standing::Exempt("exempt: its name matches exempt_namespaces_regex".into(), "/metadata/name"));
    }
    match namespace.status.get()?.phase.get()?.as_str() {
        "Active" => {}
        "Terminating" => return Ok(Standing::Exempt("exempt: it is being deleted".into(), "/status/phase")),
        other => return Err(Unknown::because(format!("a namespace has no phase {other}"))),
    }
    let only_with_pods = params.skip_empty_namespaces || *name == "default";
    if only_with_pods && cover.has_pods().peek() == Some(&false) {
        return Ok(Standing::Exempt("exempt: it has no pods that a policy could be about".into(), "/metadata/name"));
    }
    let covered = params.coverage.of(cover);
    if covered.peek() == Some(&true) {
        return Ok(Standing::Covered(params.coverage));
    }
    // Whether it is judged at all hangs on that.
    if only_with_pods && let Err(unknown) = cover.has_pods().get() {
        return Err(Unknown::because(format!("whether it has pods, without which it is exempt: {unknown}")));
    }
    covered.get()?;
    Ok(Standing::Lacking(params.coverage.lack(cover)))
}

impl Coverage {
    fn directions(self) -> &'static [Direction] {
        match self {
            Self::DefaultDenyIngress => &[Direction::Ingress],
            Self::DefaultDenyBoth => &[Direction::Ingress, Direction::Egress],
            _ => &[],
        }
    }

    /// Whether a namespace has it.
    fn of(self, cover: &Cover<'_>) -> Known<bool> {
        match self {
            Self::AnyPolicy => cover.has_policy(),
            Self::IsolatingPolicy => cover.is_isolated(),
            Self::AllPodsIngress => both(cover.is_isolated(), cover.all_isolated(Direction::Ingress)),
            Self::DefaultDenyIngress => cover.is_denied(Direction::Ingress),
            Self::DefaultDenyBoth => both(cover.is_denied(Direction::Ingress), cover.is_denied(Direction::Egress)),
        }
    }

    /// Which row a namespace without it falls under.
    fn lack(self, cover: &Cover<'_>) -> Lack {
        let lost = |known: Known<bool>| known.peek() == Some(&false);
        if lost(cover.has_policy()) {
            return Lack::Policy;
        }
        match self.directions() {
            [] if lost(cover.is_isolated()) || self != Self::AllPodsIngress => Lack::Isolation,
            [] => Lack::SomePods,
            directions => Lack::DefaultDeny(directions.iter().copied().filter(|d| lost(cover.is_denied(*d))).collect()),
        }
    }
}
