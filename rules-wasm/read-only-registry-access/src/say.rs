//! The sentences about a role.

use crate::decide::{Found, Hit, Weight};
use crate::world::Held;
use eksamine_facts::derive::roles::User;
use eksamine_rule::prelude::*;
use eksamine_rule::words::some;
use std::collections::BTreeSet;

/// Named one by one up to here.
const NAMED: usize = 3;
/// Places of evidence.
pub(crate) const SHOWN: usize = 5;

fn list(items: &[String]) -> String {
    some(items, NAMED)
}

pub(crate) fn role(held: &Held, found: &Found) -> Outcome {
    let of = |weight: Weight| -> Vec<&Hit> {
        found.hits.iter().filter(|((own, _), _)| *own == weight).map(|(_, hit)| hit).collect()
    };
    let (fails, asks, noted) = (of(Weight::Fails), of(Weight::Asks), of(Weight::Noted));
    let by = users(&held.users);
    let name = held.arn.rsplit('/').next().unwrap_or_default();
    if !fails.is_empty() {
        let text = format!("role {name} of {by} may write to ECR: {}", list(&texts(&fails)));
        return shown(fail(text), &fails);
    }
    if !asks.is_empty() {
        let creates = asks.iter().all(|hit| hit.creates);
        let why = if creates { "may create repositories" } else { "may write to ECR under conditions" };
        return shown(manual(format!("role {name} of {by} {why}: {}", list(&texts(&asks)))), &asks);
    }
    let text = format!("role {name} of {by} may not write to ECR; {}{}", pulls(found), also(&noted));
    let places = held.users.iter().take(SHOWN);
    let outcome = places.fold(pass(text), |outcome, user| outcome.at(user.place.clone()));
    noted.iter().flat_map(|hit| &hit.evidence).take(SHOWN).fold(outcome, |outcome, (at, note)| outcome.noting(at, note))
}

/// Who runs with a role.
pub(crate) fn users(users: &BTreeSet<User>) -> String {
    let names: BTreeSet<&String> = users.iter().map(|user| &user.what).collect();
    list(&names.into_iter().cloned().collect::<Vec<_>>())
}

fn texts(hits: &[&Hit]) -> Vec<String> {
    hits.iter().map(|hit| text(hit)).collect()
}

fn text(hit: &Hit) -> String {
    let mut text = format!("{} by {}", list(&hit.actions), hit.by);
    if !hit.hangs_on.is_empty() {
        text = format!("{text}, depending on {}", list(&hit.hangs_on));
    }
    if hit.of_sessions {
        text = format!("{text}, for some of its sessions");
    }
    text
}

fn pulls(found: &Found) -> String {
    let lacking: Vec<String> = found.pulls.iter().filter(|(_, is)| !**is).map(|(name, _)| name.clone()).collect();
    match lacking.len() {
        0 => "it may pull".to_owned(),
        all if all == found.pulls.len() => "nor may it pull".to_owned(),
        _ => format!("to pull it lacks {}", list(&lacking)),
    }
}

fn also(noted: &[&Hit]) -> String {
    if noted.is_empty() {
        return String::new();
    }
    format!("; writes of low risk are granted: {}", list(&texts(noted)))
}

fn shown(outcome: Outcome, hits: &[&Hit]) -> Outcome {
    let mut told = BTreeSet::new();
    let places = hits.iter().flat_map(|hit| &hit.evidence).filter(|place| told.insert((*place).clone()));
    places.take(SHOWN).fold(outcome, |outcome, (at, note)| outcome.noting(at, note))
}
