//! Users and groups that RBAC bindings name.

use crate::words::list;
use crate::world::World;
use eksamine_facts::core::ObjectMeta;
use eksamine_facts::derive::identity::{Who, is_reserved};
use eksamine_facts::rbac::{ClusterRoleBinding, RbacSubject, RoleBinding, RoleRef};
use eksamine_facts::{List, Text};
use eksamine_rule::prelude::*;
use regex_lite::Regex;

const GROUP: &str = "rbac.authorization.k8s.io";

/// Names that somebody accepted: they are of no person.
pub(crate) struct Accepted(Option<Regex>);

impl Accepted {
    pub(crate) fn new(expression: Option<&str>) -> Result<Self, String> {
        let Some(expression) = expression.filter(|text| !text.is_empty()) else { return Ok(Self(None)) };
        let compile = |text: &str| {
            Regex::new(text).map_err(|e| format!("known_subject_regex {expression:?} is no regular expression: {e}"))
        };
        // By itself first: inside of the anchors `a)|(b` would be one.
        compile(expression)?;
        compile(&format!("^(?:{expression})$")).map(|regex| Self(Some(regex)))
    }

    fn covers(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(name))
    }
}

/// A user or group that a binding names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) who: Who,
    pub(crate) name: String,
    pub(crate) place: String,
}

/// A binding.
pub(crate) struct Binding {
    subject: Subject,
    /// `ClusterRoleBinding ops`, `RoleBinding shop/ops`.
    pub(crate) title: String,
    /// `ClusterRole cluster-admin`.
    role: Known<String>,
    role_place: String,
    /// Without names that are reserved or accepted.
    pub(crate) named: Known<Vec<Named>>,
}

impl Binding {
    pub(crate) fn of_cluster(item: &Item<ClusterRoleBinding>, accepted: &Accepted) -> Self {
        let binding = item.known().peek();
        let subject = named_by(binding.map(|b| &b.metadata), "ClusterRoleBinding", None, item.place());
        let title = format!("ClusterRoleBinding {}", text(binding.map(|b| &b.metadata), |m| &m.name));
        let role = Known::derived(|| role(&item.get()?.role_ref));
        let named = Known::derived(|| named(&item.get()?.subjects, &item.place(), accepted));
        Self { subject, title, role, role_place: item.at("/roleRef/name"), named }
    }

    pub(crate) fn of_namespace(item: &Item<RoleBinding>, accepted: &Accepted) -> Self {
        let metadata = item.known().peek().map(|b| &b.metadata);
        let namespace = metadata.and_then(|m| m.peek()).map(|m| &m.namespace);
        let subject = named_by(metadata, "RoleBinding", namespace, item.place());
        let title = format!("RoleBinding {}/{}", text(metadata, |m| &m.namespace), text(metadata, |m| &m.name));
        let role = Known::derived(|| role(&item.get()?.role_ref));
        let named = Known::derived(|| named(&item.get()?.subjects, &item.place(), accepted));
        Self { subject, title, role, role_place: item.at("/roleRef/name"), named }
    }

    /// Whether it names anybody, or may.
    pub(crate) fn says_something(&self) -> bool {
        self.named.peek().is_none_or(|named| !named.is_empty())
    }
}

fn named_by(
    metadata: Option<&Known<ObjectMeta>>,
    kind: &str,
    namespace: Option<&Known<Text>>,
    place: String,
) -> Subject {
    match metadata.and_then(Known::peek) {
        Some(metadata) => Subject::kubernetes((GROUP, "v1", kind), namespace, &metadata.name, place),
        None => Subject::of(place),
    }
}

/// For titles: what is not known there decides nothing.
fn text(metadata: Option<&Known<ObjectMeta>>, field: impl FnOnce(&ObjectMeta) -> &Known<Text>) -> String {
    metadata.and_then(Known::peek).and_then(|m| field(m).peek()).map_or_else(|| "?".to_owned(), ToString::to_string)
}

fn role(role: &Known<RoleRef>) -> Result<String, Unknown> {
    let role = role.get()?;
    Ok(format!("{} {}", role.kind.get()?, role.name.get()?))
}

fn named(subjects: &Known<List<RbacSubject>>, place: &str, accepted: &Accepted) -> Result<Vec<Named>, Unknown> {
    let mut all = Vec::new();
    for (index, subject) in subjects.declared()?.into_iter().flat_map(|list| list.iter()).enumerate() {
        let subject = subject.get()?;
        let who = match subject.kind.get()?.as_str() {
            "User" => Who::User,
            "Group" => Who::Group,
            "ServiceAccount" => continue,
            other => return Err(Unknown::because(format!("{other} is no kind of subject"))),
        };
        let name = subject.name.get()?;
        if !is_reserved(name) && !accepted.covers(name) {
            all.push(Named { who, name: name.to_string(), place: format!("{place}/subjects/{index}/name") });
        }
    }
    Ok(all)
}

/// One finding for each binding that names somebody whom nothing accounts for, or may do so.
pub(crate) fn judge(world: &World, tally: &mut Tally) {
    for binding in &world.bindings {
        let orphans = Known::derived(|| orphans(binding, world));
        if orphans.peek().is_some_and(Vec::is_empty) {
            continue;
        }
        tally.judge(binding.subject.clone(), || outcome(binding, orphans.get()?));
    }
}

fn orphans(binding: &Binding, world: &World) -> Result<Vec<Named>, Unknown> {
    let mut orphans = Vec::new();
    for named in binding.named.get()? {
        if !world.makes(named)? {
            orphans.push(named.clone());
        }
    }
    Ok(orphans)
}

fn outcome(binding: &Binding, orphans: &[Named]) -> Result<Outcome, Unknown> {
    let names = list(orphans.iter().map(|n| format!("{} {}", n.who.word(), n.name)));
    let text = format!(
        "{} gives {} to {names}, whom no access entry, no map of aws-auth and no OIDC provider makes: left over, or let in \
         by something that is not seen here",
        binding.title,
        binding.role.get()?
    );
    let outcome = orphans.iter().fold(manual(text), |outcome, named| outcome.at(named.place.clone()));
    Ok(outcome.at(binding.role_place.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_names_are_matched_whole() {
        let covers = |expression, name| Accepted::new(expression).is_ok_and(|a| a.covers(name));
        assert!(covers(Some("ci-.*|bot"), "ci-x") && !covers(Some("bot"), "robot"));
        assert!(!covers(None, "bot") && !covers(Some(""), ""));
        assert!(Accepted::new(Some("a)|(b")).is_err() && Accepted::new(Some("(")).is_err());
    }
}
