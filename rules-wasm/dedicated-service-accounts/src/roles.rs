//! Row 5: which service accounts get which IAM role.

use crate::Params;
use crate::associations;
use crate::words::list;
use crate::world::{World, account};
use eksamine_facts::Text;
use eksamine_facts::core::ServiceAccount;
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The annotation of a service account that names its role.
const ANNOTATION: &str = "eks.amazonaws.com/role-arn";
/// Places shown of a role.
const SHOWN: usize = 10;

/// The roles that service accounts get, as far as that is known: what is not, has a finding of its own.
#[derive(Default)]
pub(crate) struct Roles {
    /// By role and service account, where that stands.
    by_role: BTreeMap<Text, BTreeMap<String, BTreeSet<String>>>,
    accounts: BTreeSet<(Text, Text)>,
    pub(crate) by_annotation: BTreeSet<String>,
    pub(crate) by_association: BTreeSet<String>,
}

/// The namespace and the role of a service account by annotation; `None` when it has none.
pub(crate) fn annotated(item: &Item<ServiceAccount>) -> Known<Option<(Text, Text)>> {
    Known::derived(|| {
        let metadata = item.get()?.metadata.get()?;
        let Some(annotations) = metadata.annotations.declared()? else { return Ok(None) };
        let role = annotations.entry(ANNOTATION);
        let role = role.declared().map_err(|why| Unknown::because(format!("the annotation {ANNOTATION}: {why}")))?;
        role.map(|role| Ok((metadata.namespace.get()?.clone(), (*role).clone()))).transpose()
    })
}

impl Roles {
    pub(crate) fn read(world: &World<'_>) -> Self {
        let mut roles = Self::default();
        for item in &world.accounts {
            let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
            if let (Some(Some((namespace, role))), Some(name)) = (annotated(item).peek(), name.peek()) {
                roles.by_annotation.insert(account(namespace, name));
                roles.add(namespace, name, role, item.at("/metadata/annotations/eks.amazonaws.com~1role-arn"));
            }
        }
        for item in &world.associations {
            if let Some((namespace, name, role, place)) = Known::derived(|| associations::read(item)).peek() {
                roles.by_association.insert(account(namespace, name));
                roles.add(namespace, name, role, place.clone());
            }
        }
        roles
    }

    fn add(&mut self, namespace: &Text, name: &Text, role: &Text, place: String) {
        self.accounts.insert((namespace.clone(), name.clone()));
        let of_role = self.by_role.entry(role.clone()).or_default();
        of_role.entry(account(namespace, name)).or_default().insert(place);
    }

    /// Whether a service account gets a role, whether or not its pods have it yet.
    pub(crate) fn has(&self, namespace: &Text, name: &Text) -> bool {
        self.accounts.contains(&(namespace.clone(), name.clone()))
    }

    /// How many service accounts get one.
    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Where it stands which service account gets which role, with the account.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&String, &String)> {
        self.by_role.values().flatten().flat_map(|(account, places)| places.iter().map(move |place| (account, place)))
    }

    pub(crate) fn judge(&self, params: &Params, tally: &mut Tally) {
        for (role, accounts) in self.by_role.iter().filter(|(_, accounts)| accounts.len() > 1) {
            let text =
                format!("{} service accounts get this IAM role: {}", accounts.len(), list(accounts.keys().cloned()));
            let outcome = match (params.allow_shared_roles, params.strict) {
                (true, _) => pass(format!("{text}; allow_shared_roles permits that")),
                (false, true) => fail(text),
                (false, false) => manual(format!("{text}. Do they have to share it?")),
            };
            let places = accounts.values().flatten().take(SHOWN);
            let outcome = places.fold(outcome, |outcome, place| outcome.at(place.as_str()));
            tally.judge(role.to_string(), || Ok(outcome));
        }
    }
}
