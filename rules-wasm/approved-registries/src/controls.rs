//! Admission controls that could keep images of other registries out. Evidence only: what they forbid is not judged.

use eksamine_facts::Noun;
use eksamine_facts::admission::{
    GatekeeperAllowedRepos, KubewardenClusterPolicy, KyvernoClusterPolicy, KyvernoImageValidatingPolicy,
    KyvernoValidatingPolicy, PolicyBinding, PolicySpec, ValidatingAdmissionPolicy, ValidatingWebhookConfiguration,
};
use eksamine_facts::core::ObjectMeta;
use eksamine_rule::prelude::*;

/// Named of each sort.
const NAMED: usize = 5;

/// What has a name that is worth showing.
trait Named: Noun {
    fn metadata(&self) -> &Known<ObjectMeta>;
}

macro_rules! named {
    ($($name:ident),*) => {
        $(impl Named for $name {
            fn metadata(&self) -> &Known<ObjectMeta> {
                &self.metadata
            }
        })*
    };
}

named!(
    GatekeeperAllowedRepos,
    KubewardenClusterPolicy,
    KyvernoClusterPolicy,
    KyvernoImageValidatingPolicy,
    KyvernoValidatingPolicy,
    ValidatingAdmissionPolicy,
    ValidatingWebhookConfiguration
);

/// The controls that were found; that there is none, where all could be read; and the webhooks, which cannot be told by
/// their names.
pub(crate) fn controls(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = aside(|| policies(facts));
    found.extend(aside(|| all::<KyvernoClusterPolicy>(facts, "Kyverno ClusterPolicy")));
    found.extend(aside(|| all::<KyvernoValidatingPolicy>(facts, "Kyverno ValidatingPolicy")));
    found.extend(aside(|| all::<KyvernoImageValidatingPolicy>(facts, "Kyverno ImageValidatingPolicy")));
    found.extend(aside(|| all::<GatekeeperAllowedRepos>(facts, "Gatekeeper K8sAllowedRepos")));
    found.extend(aside(|| all::<KubewardenClusterPolicy>(facts, "Kubewarden ClusterAdmissionPolicy")));
    if found.is_empty() {
        found.extend(aside(|| none(facts)));
    }
    found.extend(aside(|| all::<ValidatingWebhookConfiguration>(facts, "webhooks, which may look at images or not:")));
    found
}

fn all<T: Named>(facts: &Facts<'_>, word: &str) -> Result<Vec<Evidence>, Unknown> {
    show(facts.items::<T>().collect(), |_| word.to_owned())
}

/// In the order of their names, which is not that of the document for what could not be named.
fn show<T: Named>(items: Vec<Item<T>>, word: impl Fn(&str) -> String) -> Result<Vec<Evidence>, Unknown> {
    let name = |item: &Item<T>| Ok((item.get()?.metadata().get()?.name.get()?.to_string(), item.at("/metadata/name")));
    let mut named = items.iter().map(name).collect::<Result<Vec<_>, Unknown>>()?;
    named.sort();
    let evidence = |(name, at): (String, String)| Evidence::at(at).noting(format!("{} {name}", word(&name)));
    Ok(named.into_iter().take(NAMED).map(evidence).collect())
}

/// Policies whose expressions speak of images, and whether a binding makes them deny.
fn policies(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    let mut about_images = Vec::new();
    for item in facts.items::<ValidatingAdmissionPolicy>() {
        if speaks_of_images(item.get()?.spec.get()?)? {
            about_images.push(item);
        }
    }
    let mut denying: Vec<String> = Vec::new();
    for item in facts.items::<PolicyBinding>() {
        let spec = item.get()?.spec.get()?;
        if spec.validation_actions.get()?.all_known()?.iter().any(|action| **action == *"Deny") {
            denying.push(spec.policy_name.get()?.to_string());
        }
    }
    let all_read = facts.whole::<PolicyBinding>().peek().is_some();
    show(about_images, |name| {
        let word = match (denying.iter().any(|bound| bound == name), all_read) {
            (true, _) => "a binding makes it deny",
            (false, true) => "no binding makes it deny",
            (false, false) => "not all bindings could be read",
        };
        format!("ValidatingAdmissionPolicy, {word}:")
    })
}

fn speaks_of_images(spec: &PolicySpec) -> Result<bool, Unknown> {
    for list in [&spec.validations, &spec.variables] {
        for expression in list.declared()?.into_iter().flat_map(|list| list.iter()) {
            if expression.get()?.expression.get()?.contains("image") {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// None was found, and all of them could be read.
fn none(facts: &Facts<'_>) -> Result<Vec<Evidence>, Unknown> {
    facts.complete::<ValidatingAdmissionPolicy>()?;
    facts.complete::<KyvernoClusterPolicy>()?;
    facts.complete::<KyvernoValidatingPolicy>()?;
    facts.complete::<KyvernoImageValidatingPolicy>()?;
    facts.complete::<GatekeeperAllowedRepos>()?;
    facts.complete::<KubewardenClusterPolicy>()?;
    let at = format!("/facts/{}/status", ValidatingAdmissionPolicy::KIND);
    let note = "no preventive control was found: nothing keeps the next image of another registry out";
    Ok(vec![Evidence::at(at).noting(note)])
}
