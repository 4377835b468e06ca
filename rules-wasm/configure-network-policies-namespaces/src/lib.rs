//! Fails every namespace whose pods no network policy isolates.

mod remarks;
mod say;
mod standing;
mod world;

use crate::standing::{Coverage, Standing, standing};
use crate::world::World;
use eksamine_facts::core::Namespace;
use eksamine_rule::exempt::{Exempt, RegexMode};
use eksamine_rule::prelude::*;
use eksamine_rule::words::some;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    exempt_namespaces_regex: String,
    regex_mode: RegexMode,
    coverage: Coverage,
    skip_empty_namespaces: bool,
    count_cluster_policies: bool,
}

/// Exempt namespaces named in the summary of a cluster that has no other.
const NAMED: usize = 50;

/// One finding for each namespace.
///
/// # Errors
/// An expression that does not compile.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    tally.counts("namespaces");
    let exempt = Exempt::new(&params.exempt_namespaces_regex, params.regex_mode)?;
    let mut namespaces: Vec<Item<Namespace>> = facts.items().collect();
    namespaces.sort_by_key(name);
    let mut world = World::of_core_policies(facts, params.count_cluster_policies);
    let settled = |item| {
        let standing = Known::derived(|| standing(item, &world.cover(item), params, &exempt));
        match standing.peek() {
            // Another engine's policy can open a pod that Kubernetes' own isolate.
            Some(Standing::Covered(coverage)) => *coverage != Coverage::AllPodsIngress,
            Some(Standing::Exempt(..)) => true,
            _ => false,
        }
    };
    // Policies of other engines are looked at only when that can change something: one that is served and may not be
    // read leaves what does not need it as it is.
    if !namespaces.iter().all(settled) {
        world.add_other_engines(facts);
    }
    for item in &namespaces {
        let subject = match item.known().peek().and_then(|n| n.metadata.peek()) {
            Some(metadata) => Subject::kubernetes(("", "v1", "Namespace"), None, &metadata.name, item.place()),
            None => Subject::of(item.place()),
        };
        let cover = world.cover(item);
        tally.judge_at(subject, item.at("/metadata/name"), || {
            Ok(say::outcome(item, &cover, &world, &standing(item, &cover, params, &exempt)?))
        });
    }
    conclude_without_any(facts, &namespaces, &mut tally);
    Ok(tally.finish("the facts hold no namespace"))
}

/// Where every namespace is exempt that is as demanded, and said; a cluster without namespaces does not exist.
fn conclude_without_any(facts: &Facts<'_>, namespaces: &[Item<Namespace>], tally: &mut Tally) {
    if tally.count(Status::NotApplicable) < namespaces.len() {
        return;
    }
    let scope = Known::derived(|| facts.scope());
    let cluster = scope.peek().and_then(|s| s.cluster_arn.clone()).unwrap_or_else(|| "/scope".to_owned());
    tally.judge_at(cluster, "/facts/k8s.namespaces.v1/status", || {
        facts.complete::<Namespace>()?;
        if namespaces.is_empty() {
            return Err(Unknown::because("the facts hold no namespace, and no cluster is without"));
        }
        let names: Vec<String> = namespaces.iter().filter_map(name).collect();
        Ok(pass(format!("no namespace is left to judge; exempt: {}", some(&names, NAMED))))
    });
}

fn name(item: &Item<Namespace>) -> Option<String> {
    item.known().peek()?.metadata.peek()?.name.peek().map(ToString::to_string)
}
