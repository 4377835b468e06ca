//! Fargate profiles in findings, and what is wrong with them.

use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::derive::fargate::ailment;
use eksamine_facts::eks::FargateProfile;
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// What is wrong with a profile, if that is known.
fn known_ailment(item: &Item<FargateProfile>) -> Option<String> {
    Known::derived(|| ailment(item.get()?)).peek().cloned().flatten()
}

/// Adds the selectors of the first profiles, and what is wrong with one.
pub(crate) fn show(world: &World<'_>, outcome: Outcome, at_most: usize) -> Outcome {
    world.profiles().iter().take(at_most).fold(outcome, |outcome, item| {
        let outcome = outcome.at(item.at("/selectors"));
        match known_ailment(item) {
            Some(ailment) => outcome.noting(item.at("/status"), format!("it does not work: {ailment}")),
            None => outcome,
        }
    })
}

/// Row 6: a profile that does not work and that no untrusted pod depends on is worth a remark.
pub(crate) fn note_idle(world: &World<'_>, tally: &mut Tally, depended_on: &BTreeSet<&Text>) {
    for item in world.profiles() {
        let name = item.known().peek().and_then(|profile| profile.name.peek());
        let (Some(name), Some(ailment)) = (name, known_ailment(item)) else { continue };
        if !depended_on.contains(name) {
            let text = format!("the Fargate profile {name} does not work ({ailment}); no untrusted pod depends on it");
            let outcome = not_applicable(text).at(item.at("/status")).at(item.at("/health/issues"));
            tally.judge(item.subject(|profile| &profile.arn), || Ok(outcome));
        }
    }
}
