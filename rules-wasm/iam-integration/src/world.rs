//! Everything that lets somebody in, and everybody whom bindings name.

use crate::bindings::{Accepted, Binding, Named};
use crate::cluster::Mode;
use crate::maps::{Contents, Map};
use crate::providers;
use eksamine_facts::core::ConfigMap;
use eksamine_facts::derive::identity::Source;
use eksamine_facts::eks::{AccessEntry, IdentityProviderConfig};
use eksamine_facts::rbac::{ClusterRoleBinding, RoleBinding};
use eksamine_rule::prelude::*;

/// The facts about one cluster.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) entries: Vec<Item<AccessEntry>>,
    pub(crate) maps: Vec<Map>,
    pub(crate) providers: Vec<Item<IdentityProviderConfig>>,
    /// Those that name users or groups of nobody's reserve, in the order of their names.
    pub(crate) bindings: Vec<Binding>,
    sources: Vec<Known<Source>>,
    /// That there are no further sources.
    whole: Vec<Known<()>>,
}

impl World {
    /// Looks at what the mode makes matter: a kind that EKS does not read must not be missed.
    pub(crate) fn look(facts: &Facts<'_>, mode: &Known<Mode>, accepted: &Accepted) -> Self {
        let mut world = Self::default();
        if matches!(mode.peek(), Some(Mode::Registered(_))) {
            return world;
        }
        if mode.peek().is_some_and(|m| m.reads_entries()) {
            world.add_entries(facts);
        }
        if mode.peek().is_some_and(|m| m.reads_aws_auth()) {
            world.add_aws_auth(facts);
        }
        world.whole.push(Known::derived(|| mode.get().map(|_| ())));
        world.add_providers(facts);
        world.bindings.extend(facts.items::<ClusterRoleBinding>().map(|item| Binding::of_cluster(&item, accepted)));
        world.bindings.extend(facts.items::<RoleBinding>().map(|item| Binding::of_namespace(&item, accepted)));
        world.bindings.retain(Binding::says_something);
        world.bindings.sort_by(|a, b| a.title.cmp(&b.title));
        world
    }

    fn add_entries(&mut self, facts: &Facts<'_>) {
        self.entries.extend(facts.items());
        self.sources.extend(self.entries.iter().map(|e| Known::derived(|| Source::entry(e.get()?))));
        self.whole.push(Known::derived(|| whole_entries(facts)));
    }

    fn add_aws_auth(&mut self, facts: &Facts<'_>) {
        for item in facts.items::<ConfigMap>() {
            let is_it = Known::derived(|| is_aws_auth(&item));
            match is_it.peek() {
                Some(true) => self.maps.extend(Map::all(&item)),
                Some(false) => {}
                None => self.whole.push(Known::derived(|| is_it.get().map(|_| ()))),
            }
        }
        for map in &self.maps {
            match map.contents.peek() {
                Some(Ok(Contents::Mappings(mappings))) => {
                    self.sources.extend(mappings.all.iter().map(|m| Known::value(Source::mapping(m))));
                }
                Some(Ok(Contents::Accounts(accounts))) => {
                    self.sources.extend(accounts.iter().map(|account| Known::value(Source::account(account))));
                }
                Some(Err(_)) | None => self.sources.push(Known::derived(|| Err(map.unreadable()))),
            }
        }
        self.whole.push(facts.whole::<ConfigMap>());
    }

    fn add_providers(&mut self, facts: &Facts<'_>) {
        self.providers.extend(facts.items());
        self.sources.extend(self.providers.iter().map(|p| Known::derived(|| providers::source(p))));
        self.whole.push(facts.whole::<IdentityProviderConfig>());
    }

    /// Whether something makes somebody this user, or a member of this group.
    pub(crate) fn makes(&self, named: &Named) -> Result<bool, Unknown> {
        if self.sources.iter().filter_map(Known::peek).any(|source| source.makes(named.who, &named.name)) {
            return Ok(true);
        }
        self.complete()?;
        Ok(false)
    }

    /// That every source is known.
    pub(crate) fn complete(&self) -> Result<(), Unknown> {
        for source in &self.sources {
            source.get()?;
        }
        for kind in &self.whole {
            kind.get()?;
        }
        Ok(())
    }
}

/// EKS reads that of kube-system, and no other.
fn is_aws_auth(item: &Item<ConfigMap>) -> Result<bool, Unknown> {
    let metadata = item.get()?.metadata.get()?;
    Ok(*metadata.name.get()? == *"aws-auth" && *metadata.namespace.get()? == *"kube-system")
}

/// EKS refuses to list access entries of a cluster that uses aws-auth alone; of any other cluster that says nothing.
fn whole_entries(facts: &Facts<'_>) -> Result<(), Unknown> {
    facts.complete::<AccessEntry>()?;
    match facts.availability::<AccessEntry>() {
        Availability::Absent => Err(Unknown::because("aws.eks.accessentries is absent, in a mode that has them")),
        _ => Ok(()),
    }
}
