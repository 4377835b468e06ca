//! What one role may do to registries.

use crate::policies::Read;
use crate::say;
use crate::targets::{Target, Targets};
use crate::world::Held;
use crate::{LowRiskWrites, Params};
use eksamine_facts::derive::ecr_actions::{Action, Class, ECR};
use eksamine_facts::derive::iam::{Access, Caller, Fit, Grant, Policies, Reach, Request, account_of};
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

/// How bad it is that an action is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Fails,
    Asks,
    Noted,
}

/// What is granted by the same statements, for the same reason.
#[derive(Debug, Default, Clone)]
pub(crate) struct Hit {
    /// The statements.
    pub(crate) by: String,
    pub(crate) actions: Vec<String>,
    /// Condition keys and policy variables.
    pub(crate) hangs_on: Vec<String>,
    /// Whether some sessions of the role are meant only.
    pub(crate) of_sessions: bool,
    /// Whether it makes repositories only.
    pub(crate) creates: bool,
    /// Documents that say so, with what to see there.
    pub(crate) evidence: Vec<(String, String)>,
}

/// All that was found of a role.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) hits: BTreeMap<(Weight, String), Hit>,
    /// Actions that pulling takes, and whether each is granted on some repository.
    pub(crate) pulls: BTreeMap<String, bool>,
    /// What the patterns are too many for.
    undecided: Vec<String>,
}

/// # Errors
/// [`Unknown`] when what could not be read may hold a write.
pub(crate) fn outcome(held: &Held, targets: &Targets, actions: &[Action], params: &Params) -> Result<Outcome, Unknown> {
    let read = Read::of(&held.item)?;
    let mut found = Found::default();
    let partition = held.arn.split(':').nth(1).unwrap_or_default();
    for action in actions {
        for target in targets.of(action, partition) {
            let asked = Known::derived(|| found_on(held, &read, action, &target));
            match asked.peek() {
                Some(answer) => found.add(answer, action, params),
                None => found.undecided.push(asked.reason()),
            }
        }
    }
    if !found.hits.keys().any(|(weight, _)| *weight == Weight::Fails)
        && let Some(why) = read.unread.iter().chain(&found.undecided).next()
    {
        return Err(Unknown::because(why.clone()));
    }
    Ok(say::role(held, &found))
}

/// What is granted, told apart from the borrowed policies.
#[derive(Debug, Default, Clone)]
struct Answer {
    granted: bool,
    conditional: bool,
    hit: Hit,
}

fn found_on(held: &Held, read: &Read, action: &Action, target: &Target<'_>) -> Result<Answer, Unknown> {
    target.settled.get()?;
    let resource = target.owned.and_then(|owned| owned.policy.peek());
    let other = target.account.filter(|account| account_of(&held.arn) != Some(*account));
    // Another account's repository has to let it in as well, by a policy that is not read from here.
    let reach = if other.is_some() && resource.is_some() { Reach::AcrossAccounts } else { Reach::SameAccount };
    let policies =
        Policies { identity: &read.identity, boundary: read.boundary.as_ref(), resource, registry: None, reach };
    let caller = Caller::Principal(&held.arn);
    let access = policies.decide(&Request { caller, action: &action.name, resources: &target.resources })?;
    let mut answer = match access {
        Access::Denied(_) => return Ok(Answer::default()),
        Access::Allowed(grant) => answer(&grant, read, target, false),
        Access::Conditional(grant) => answer(&grant, read, target, true),
    };
    if let (Some(account), None) = (other, resource) {
        answer.conditional = true;
        answer.hit.hangs_on.push(format!("the repository's own policy in account {account}"));
    }
    Ok(answer)
}

fn answer(grant: &Grant<'_>, read: &Read, target: &Target<'_>, conditional: bool) -> Answer {
    let mut evidence = Vec::new();
    for place in grant.by.iter().chain(&grant.unless) {
        let note = format!("statement {}", place.statement.name());
        let owned = target.owned.filter(|owned| owned.policy.peek() == Some(place.policy));
        let own = || read.place(place.policy).map(str::to_owned);
        let at = owned.map(|owned| owned.item.at("/policyText")).or_else(own);
        evidence.extend(at.map(|at| (at, note)));
    }
    let hit = Hit {
        by: grant.to_string(),
        hangs_on: if conditional { grant.hangs_on().into_iter().map(str::to_owned).collect() } else { Vec::new() },
        of_sessions: conditional && grant.fit == Fit::Partly,
        evidence,
        ..Hit::default()
    };
    Answer { granted: true, conditional, hit }
}

impl Found {
    fn add(&mut self, answer: &Answer, action: &Action, params: &Params) {
        if action.class == Class::Pull && action.service == ECR {
            *self.pulls.entry(action.name.clone()).or_default() |= answer.granted;
        }
        let Some(weight) = weight(answer, action, params) else { return };
        let hit = Hit { creates: action.class == Class::Create, ..answer.hit.clone() };
        let key = format!("{} {} {} {}", hit.by, hit.hangs_on.join(","), hit.of_sessions, hit.creates);
        let known = self.hits.entry((weight, key)).or_insert(hit);
        if !known.actions.contains(&action.name) {
            known.actions.push(action.name.clone());
        }
    }
}

fn weight(answer: &Answer, action: &Action, params: &Params) -> Option<Weight> {
    if !answer.granted {
        return None;
    }
    let certain = if answer.conditional { Weight::Asks } else { Weight::Fails };
    match action.class {
        Class::Pull => None,
        Class::CacheFill if params.allow_cache_fill => None,
        Class::Create if params.allow_cache_fill => Some(Weight::Asks),
        Class::LowRiskWrite if params.low_risk_writes == LowRiskWrites::Note => Some(Weight::Noted),
        _ => Some(certain),
    }
}
