//! The rows of the decision table, over the engines and the nodes they reach.

use crate::Params;
use crate::say::{Say, failing, unknown_plugin};
use eksamine_facts::derive::engine::{Engine, Ground, Product, Standing};
use eksamine_facts::nodes::NodeClass;
use eksamine_facts::workloads::DaemonSet;
use eksamine_rule::prelude::*;

/// An answer, and whether nodes that were not read could change it.
pub(crate) struct Decision {
    pub(crate) outcome: Outcome,
    pub(crate) is_proven: bool,
}

impl Decision {
    const fn proven(outcome: Outcome) -> Self {
        Self { outcome, is_proven: true }
    }

    const fn open(outcome: Outcome) -> Self {
        Self { outcome, is_proven: false }
    }
}

pub(crate) fn decide(
    facts: &Facts<'_>,
    params: &Params,
    ground: &Ground<'_>,
    engines: &[Engine],
    sets: &[Item<DaemonSet>],
) -> Result<Decision, Unknown> {
    let enforcing: Vec<&Engine> = engines.iter().filter(|e| e.standing.enforces() && !e.reach.is_empty()).collect();
    let covers = |lot: &usize| enforcing.iter().filter(|e| e.reach.contains(lot)).count();
    let open: Vec<usize> = (0..ground.lots.len()).filter(|lot| covers(lot) == 0).collect();
    let say = Say { ground, enforcing: &enforcing, open: &open };
    if !open.is_empty() && (enforcing.is_empty() || params.require_all_node_classes) {
        return Ok(uncovered(&say, engines, sets));
    }
    if params.require_strict_mode
        && let Some(outcome) = not_strict(facts, &say)?
    {
        return Ok(Decision::proven(outcome));
    }
    let shared: Vec<usize> = (0..ground.lots.len()).filter(|lot| covers(lot) > 1).collect();
    if !shared.is_empty() {
        return Ok(Decision::open(say.twice(&shared)));
    }
    let incomplete = enforcing.iter().any(|e| matches!(e.standing, Standing::Incomplete(_)));
    Ok(Decision::open(if incomplete { say.incomplete() } else { say.covered() }))
}

/// Rows 2 to 6 and 8, where some nodes have no engine.
fn uncovered(say: &Say<'_>, engines: &[Engine], sets: &[Item<DaemonSet>]) -> Decision {
    let reaching: Vec<&Engine> = engines.iter().filter(|e| e.reach.iter().any(|lot| say.open.contains(lot))).collect();
    let to_blame: Vec<&Engine> = reaching.iter().copied().filter(|e| is_to_blame(e, say)).collect();
    if !to_blame.is_empty() {
        return Decision::proven(failing(say, &to_blame));
    }
    let unclear: Vec<&Engine> =
        reaching.iter().copied().filter(|e| matches!(e.standing, Standing::Unclear(_))).collect();
    Decision::open(if !unclear.is_empty() {
        say.unclear(&unclear)
    } else if engines.iter().any(|e| e.standing.enforces()) {
        say.in_part()
    } else {
        unknown_plugin(say, sets)
    })
}

/// Whether an engine that reaches a node without one makes the cluster fail.
fn is_to_blame(engine: &Engine, say: &Say<'_>) -> bool {
    match engine.standing {
        Standing::Half(_) | Standing::Idle(_) => true,
        // The VPC CNI is on every node anyway: where another engine enforces on others, a human has to look (row 6).
        Standing::Off(_) => engine.product != Product::VpcCni || say.enforcing.is_empty(),
        Standing::Enforcing | Standing::Incomplete(_) | Standing::Unclear(_) => false,
    }
}

/// The engine whose new pods are open for a while.
fn not_strict(facts: &Facts<'_>, say: &Say<'_>) -> Result<Option<Outcome>, Unknown> {
    for engine in say.enforcing {
        if let Some(mode) = &engine.mode {
            let mode = mode.get()?;
            if mode.value.as_deref() != Some("strict") {
                let value = mode.value.as_deref().unwrap_or("not set, which is standard");
                let text = format!(
                    "{} is in standard mode (NETWORK_POLICY_ENFORCING_MODE is {value}), and strict mode is demanded",
                    engine.name
                );
                return Ok(Some(fail(text).at(mode.place.clone())));
            }
        }
        if engine.product == Product::AutoMode
            && let Some(outcome) = allows_by_default(facts)?
        {
            return Ok(Some(outcome));
        }
    }
    Ok(None)
}

/// Node classes of Auto Mode whose pods are open until their policies are set up.
fn allows_by_default(facts: &Facts<'_>) -> Result<Option<Outcome>, Unknown> {
    let (mut classes, mut open) = (0_usize, Vec::new());
    for item in facts.items::<NodeClass>() {
        classes += 1;
        let class = item.get()?;
        let policy = match class.spec.in_view()? {
            Some(spec) => spec.network_policy.declared()?,
            None => None,
        };
        if policy.is_none_or(|policy| *policy != *"DefaultDeny") {
            let says = policy.map_or("nothing", |policy| policy.as_str());
            let name = class.metadata.get()?.name.get()?;
            open.push((format!("{name} says {says}"), item.at("/spec/networkPolicy")));
        }
    }
    if open.is_empty() {
        facts.complete::<NodeClass>()?;
        return if classes == 0 {
            Err(Unknown::because("the facts hold no node class of Auto Mode"))
        } else {
            Ok(None)
        };
    }
    open.sort();
    let named: Vec<&str> = open.iter().map(|(text, _)| text.as_str()).collect();
    let text = format!(
        "strict mode is demanded, which for Auto Mode is networkPolicy: DefaultDeny; of the node classes {}",
        named.join(", ")
    );
    Ok(Some(open.iter().fold(fail(text), |outcome, (_, place)| outcome.at(place.clone()))))
}
