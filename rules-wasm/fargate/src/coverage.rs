//! Where no untrusted pod is there: rows 4 and 5, whether a Fargate profile would take one.

use crate::definition::{Names, labels_of_all};
use crate::nouns::Pod;
use crate::profiles::show;
use crate::world::{World, of};
use eksamine_facts::Noun;
use eksamine_facts::core::Namespace;
use eksamine_facts::derive::fargate::{ailment, takes_all};
use eksamine_facts::derive::{all, any, both};
use eksamine_facts::eks::FargateProfile;
use eksamine_rule::prelude::*;

/// Profiles shown.
const SHOWN: usize = 5;

pub(crate) fn judge(world: &World<'_>) -> Result<Outcome, Unknown> {
    if world.facts.availability::<Pod>() == Availability::Absent {
        return Err(Unknown::because(format!("{} is absent, and every cluster serves it", Pod::KIND)));
    }
    world.facts.complete::<Pod>()?;
    let pods = format!("/facts/{}/status", Pod::KIND);
    if !world.accepted.fargate {
        let text = format!(
            "0 pods are untrusted, and Fargate is not accepted ({} is): what would isolate one?",
            world.accepted
        );
        return Ok(manual(text).at(pods));
    }
    let (mut open, mut taken) = (Vec::new(), Vec::new());
    for part in parts(world) {
        if *part.taken.get()? { &mut taken } else { &mut open }.push(part.text);
    }
    let outcome = if open.is_empty() {
        let every = taken.join(" and every pod ");
        pass(format!("0 pods are untrusted; Fargate profiles that work would take every pod {every}"))
    } else {
        manual(format!(
            "0 pods are untrusted; no selectors of Fargate profiles that work are seen to take every pod {}: what would \
             isolate one?",
            open.join(", nor every pod ")
        ))
    };
    let profiles = format!("/facts/{}/status", FargateProfile::KIND);
    Ok(show(world, outcome.at(pods).at(profiles), SHOWN))
}

/// A part of the definition.
struct Part {
    /// What it says of a pod.
    text: String,
    /// Whether profiles that work take every pod that it makes untrusted; of namespaces that no selector is seen to cover
    /// for good, those that are there decide.
    taken: Known<bool>,
}

fn parts(world: &World<'_>) -> Vec<Part> {
    let definition = world.definition;
    let mut parts = Vec::new();
    if let Some(names) = &definition.names {
        parts.push(by_name(world, names));
    }
    if let Some((_, label)) = &definition.namespaces {
        let text = format!("of a namespace with {label}");
        let everything = taken(world, "*", &[]);
        parts.push(of_namespaces(world, text, Some(everything), |n| world.has_untrusted_labels(n)));
    }
    if let Some((selector, label)) = &definition.pods {
        parts.push(Part { text: format!("with {label}"), taken: taken(world, "*", &labels_of_all(selector)) });
    }
    parts
}

/// The expression may be one that wildcards can say.
fn by_name(world: &World<'_>, names: &Names) -> Part {
    let text = format!("of a namespace that matches {}", names.text);
    let wildcards = names.wildcards();
    let for_good = wildcards.map(|all_of| all(all_of.iter().map(|pattern| taken(world, pattern, &[]))));
    let matches = |n: &Item<Namespace>| Known::derived(|| Ok(names.cover(n.get()?.metadata.get()?.name.get()?)));
    of_namespaces(world, text, for_good, matches)
}

/// What is taken for good holds for namespaces that are not there yet as well; else those that are there decide, which
/// the text says where all of them are taken.
fn of_namespaces(
    world: &World<'_>,
    text: String,
    for_good: Option<Known<bool>>,
    is_untrusted: impl Fn(&Item<Namespace>) -> Known<bool>,
) -> Part {
    let for_good = for_good.unwrap_or(Known::value(false));
    if for_good.peek() == Some(&true) {
        return Part { text, taken: for_good };
    }
    let taken = any([for_good, by_namespaces(world, is_untrusted)]);
    let those_there = if taken.peek() == Some(&true) { ", of those that are there" } else { "" };
    Part { text: format!("{text}{those_there}"), taken }
}

/// Whether one profile that works takes all of these.
fn taken(world: &World<'_>, namespaces: &str, labels: &[(String, String)]) -> Known<bool> {
    let seen = any(world.profiles().iter().map(|item| {
        let name = item.known().peek().and_then(|p| p.name.peek()).map_or("without a readable name", |n| n.as_str());
        let works = Known::derived(|| Ok(of("the Fargate profile", name, item.get().and_then(ailment))?.is_none()));
        let takes = Known::derived(|| {
            let profile = of("the Fargate profile", name, item.get())?;
            of("the Fargate profile", name, takes_all(profile, namespaces, labels).get().copied())
        });
        both(works, takes)
    }));
    // One that was not read may.
    match seen.peek() {
        Some(false) => Known::derived(|| world.facts.complete::<FargateProfile>().map(|()| false)),
        _ => seen,
    }
}

/// For the namespaces that are there, if any is.
fn by_namespaces(world: &World<'_>, is_untrusted: impl Fn(&Item<Namespace>) -> Known<bool>) -> Known<bool> {
    Known::derived(|| {
        let mut each = Vec::new();
        for item in world.facts.items::<Namespace>() {
            if *is_untrusted(&item).get()? {
                each.push(taken(world, item.get()?.metadata.get()?.name.get()?, &[]));
            }
        }
        world.facts.complete::<Namespace>()?;
        Ok(!each.is_empty() && *all(each).get()?)
    })
}
