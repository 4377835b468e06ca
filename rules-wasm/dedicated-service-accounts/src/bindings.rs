//! Row 1: bindings that give rights to a default service account.

use crate::words::list;
use eksamine_facts::Known;
use eksamine_facts::core::ObjectMeta;
use eksamine_facts::derive::{Value, value_of};
use eksamine_facts::rbac::{ClusterRoleBinding, RbacSubject, RoleBinding, RoleRef};
use eksamine_facts::{List, Text};
use eksamine_rule::prelude::*;

const GROUP: &str = "rbac.authorization.k8s.io";
/// Every service account is in this group, and those of a namespace in the one that its name follows.
const EVERY_ACCOUNT: &str = "system:serviceaccounts";
/// The name of a service account as a user: `system:serviceaccount:NAMESPACE:NAME`.
const AS_USER: &str = "system:serviceaccount:";
/// Kubernetes' mark of what it makes by itself.
const BOOTSTRAP: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");

/// A binding of either kind.
struct Binding<'b> {
    kind: &'static str,
    namespaced: bool,
    metadata: &'b Known<ObjectMeta>,
    role: &'b Known<RoleRef>,
    subjects: &'b Known<List<RbacSubject>>,
    place: String,
}

/// One finding for each binding that does, or may.
pub(crate) fn judge(facts: &Facts<'_>, tally: &mut Tally) {
    for item in facts.items::<ClusterRoleBinding>() {
        let place = item.place();
        match item.known().peek() {
            None => tally.judge(place, || item.get().map(|_| nothing())),
            Some(b) => Binding {
                kind: "ClusterRoleBinding",
                namespaced: false,
                metadata: &b.metadata,
                role: &b.role_ref,
                subjects: &b.subjects,
                place,
            }
            .judge(tally),
        }
    }
    for item in facts.items::<RoleBinding>() {
        let place = item.place();
        match item.known().peek() {
            None => tally.judge(place, || item.get().map(|_| nothing())),
            Some(b) => Binding {
                kind: "RoleBinding",
                namespaced: true,
                metadata: &b.metadata,
                role: &b.role_ref,
                subjects: &b.subjects,
                place,
            }
            .judge(tally),
        }
    }
}

fn nothing() -> Outcome {
    not_applicable("it gives nothing to a default service account")
}

impl Binding<'_> {
    fn judge(&self, tally: &mut Tally) {
        let (named, doubt) = self.named();
        if named.is_empty() && doubt.peek().is_some() {
            return;
        }
        let bootstrap = Known::derived(|| self.is_bootstrap());
        if bootstrap.peek() == Some(&true) {
            return;
        }
        tally.judge(self.subject(), || {
            if named.is_empty() {
                doubt.get()?;
            }
            bootstrap.get()?;
            let whom = list(named.iter().map(|(text, _)| text.clone()));
            let outcome = fail(format!("{} gives {} to {whom}", self.title(), self.role()));
            let outcome = named.into_iter().fold(outcome, |outcome, (_, place)| outcome.at(place));
            Ok(outcome.at(format!("{}/roleRef/name", self.place)))
        });
    }

    /// Those of its subjects that are default service accounts or groups of them, with their places, and whether that is
    /// all.
    fn named(&self) -> (Vec<(String, String)>, Known<()>) {
        let subjects = Known::derived(|| Ok(self.subjects.declared()?.cloned()));
        let Some(subjects) = subjects.peek() else {
            return (Vec::new(), Known::derived(|| subjects.get().map(drop)));
        };
        let (mut named, mut doubts) = (Vec::new(), Vec::new());
        for (index, subject) in subjects.iter().flat_map(|list| list.iter()).enumerate() {
            let text = Known::derived(|| self.default_account(subject.get()?));
            match text.peek() {
                Some(None) => {}
                Some(Some(text)) => named.push((text.clone(), format!("{}/subjects/{index}/name", self.place))),
                None => doubts.push(text),
            }
        }
        let rest = Known::derived(|| doubts.iter().try_for_each(|doubt| doubt.get().map(drop)));
        (named, rest)
    }

    fn default_account(&self, subject: &RbacSubject) -> Result<Option<String>, Unknown> {
        let name = subject.name.get()?;
        Ok(match subject.kind.get()?.as_str() {
            "ServiceAccount" if *name == "default" => {
                let own = self.metadata.peek().and_then(|m| m.namespace.peek());
                let namespace = subject.namespace.peek().or(own);
                Some(format!("the service account default of {}", namespace.map_or("?", Text::as_str)))
            }
            "User" => name
                .strip_prefix(AS_USER)
                .and_then(|rest| rest.strip_suffix(":default"))
                .map(|namespace| format!("the service account default of {namespace}")),
            "Group" if *name == EVERY_ACCOUNT => Some("every service account of the cluster".to_owned()),
            "Group" => name
                .strip_prefix(EVERY_ACCOUNT)
                .and_then(|rest| rest.strip_prefix(':'))
                .map(|namespace| format!("every service account of {namespace}")),
            "ServiceAccount" => None,
            other => return Err(Unknown::because(format!("{other} is no kind of subject"))),
        })
    }

    fn is_bootstrap(&self) -> Result<bool, Unknown> {
        let (key, word) = BOOTSTRAP;
        match value_of(&self.metadata.get()?.labels, key) {
            Value::Missing => Ok(false),
            Value::Is(value) => Ok(value == word),
            Value::Unclear(why) => Err(Unknown::because(why.as_str())),
        }
    }

    fn subject(&self) -> Subject {
        let Some(metadata) = self.metadata.peek() else { return Subject::of(self.place.clone()) };
        let namespace = self.namespaced.then_some(&metadata.namespace);
        Subject::kubernetes((GROUP, "v1", self.kind), namespace, &metadata.name, self.place.clone())
    }

    /// For messages: what is not known there decides nothing.
    fn title(&self) -> String {
        let text = |field: fn(&ObjectMeta) -> &Known<Text>| {
            self.metadata.peek().and_then(|m| field(m).peek()).map_or("?", Text::as_str)
        };
        let name = text(|m| &m.name);
        if self.namespaced {
            format!("{} {}/{name}", self.kind, text(|m| &m.namespace))
        } else {
            format!("{} {name}", self.kind)
        }
    }

    fn role(&self) -> String {
        let names = self.role.peek().and_then(|role| Some(format!("{} {}", role.kind.peek()?, role.name.peek()?)));
        names.unwrap_or_else(|| "a role whose name is not known".to_owned())
    }
}
