//! The repositories that are judged, and the policies that are attached to them.

use crate::{Params, Scope};
use eksamine_facts::derive::iam::{Attached, Document, Policy, Resources};
use eksamine_facts::derive::images::{Images, Registry};
use eksamine_facts::derive::index::Index;
use eksamine_facts::ecr::{RegistryPolicy, Repository, RepositoryPolicy};
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// A repository that is judged.
pub(crate) struct Judged {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) item: Item<Repository>,
}

/// Repositories that the same policies are attached to.
pub(crate) struct Policed {
    pub(crate) resources: Resources,
    pub(crate) policy: Option<Policy>,
    /// Of the registry that they are in.
    pub(crate) registry: Option<Policy>,
}

/// All of them.
pub(crate) struct Repositories<'f, 's> {
    facts: &'f Facts<'s>,
    /// Of the cluster.
    pub(crate) account: Known<String>,
    pub(crate) judged: Vec<Judged>,
    /// Used, and not among the facts: region and name.
    pub(crate) lost: Vec<(String, String)>,
    /// That there are some of another account than the cluster's.
    pub(crate) foreign: bool,
    /// That the name of some is not known.
    pub(crate) nameless: bool,
    policies: Index<Item<RepositoryPolicy>>,
    by_policy: OnceCell<Known<Vec<Policed>>>,
}

impl<'f, 's> Repositories<'f, 's> {
    pub(crate) fn read(facts: &'f Facts<'s>, params: &Params, images: &Images<'_>) -> Self {
        let account = Known::derived(|| {
            let scope = facts.scope()?;
            let account = scope.account_of_cluster().map(str::to_owned);
            account.ok_or_else(|| Unknown::because("the facts do not say which account the cluster is in"))
        });
        let own = account.peek().cloned().unwrap_or_default();
        let all = index(facts, |item: &Repository| {
            Ok((item.region.get()?, item.registry_id.get()?, item.repository_name.get()?))
        });
        let mut judged = Vec::new();
        let mut lost = Vec::new();
        let add = |judged: &mut Vec<Judged>, item: &Item<Repository>| {
            let noun = item.known().peek();
            let text = |field: fn(&Repository) -> &Known<Text>| Some(noun.map(field)?.peek()?.to_string());
            if let (Some(region), Some(name)) = (text(|one| &one.region), text(|one| &one.repository_name)) {
                judged.push(Judged { region, name, item: item.clone() });
            }
        };
        match params.scope_repositories {
            Scope::All => {
                let of_own = |item: &&Item<Repository>| {
                    item.known().peek().and_then(|one| one.registry_id.peek()).is_some_and(|id| id.as_str() == own)
                };
                all.iter().map(|(_, item)| item).filter(of_own).for_each(|item| add(&mut judged, item));
            }
            Scope::InUse => {
                for (region, name) in used(images, &own) {
                    match all.seen(&key(&region, &own, &name)) {
                        Some(item) => add(&mut judged, item),
                        None => lost.push((region, name)),
                    }
                }
            }
        }
        let nameless = Known::derived(|| all.find("").map(|_| ())).peek().is_none();
        let is_foreign = |item: &Item<Repository>| {
            item.known().peek().and_then(|one| one.registry_id.peek()).is_some_and(|id| id.as_str() != own)
        };
        let foreign = params.scope_repositories == Scope::All && all.iter().any(|(_, item)| is_foreign(item));
        let policies = index(facts, |item: &RepositoryPolicy| {
            Ok((item.region.get()?, item.registry_id.get()?, item.repository_name.get()?))
        });
        Self { facts, account, judged, lost, foreign, nameless, policies, by_policy: OnceCell::new() }
    }

    /// The policy of a repository, and where it stands; `None` when it has none.
    pub(crate) fn policy(&self, region: &str, name: &str) -> Result<Option<(Policy, String)>, Unknown> {
        let Some(item) = self.policies.find(&key(region, self.account.get()?, name))? else {
            self.facts.complete::<RepositoryPolicy>()?;
            return Ok(None);
        };
        let of = format!("the policy of repository {name}");
        Ok(Some((parse(item.get()?.policy_text.get()?, of)?, item.at("/policyText"))))
    }

    /// The repositories by the policy that is attached to them: those without one together.
    pub(crate) fn by_policy(&self) -> Result<&[Policed], Unknown> {
        self.by_policy.get_or_init(|| Known::derived(|| self.sets())).get().map(Vec::as_slice)
    }

    fn sets(&self) -> Result<Vec<Policed>, Unknown> {
        let account = self.account.get()?;
        let mut registries = BTreeMap::new();
        for item in self.facts.items::<RegistryPolicy>() {
            let region = item.get()?.region.get()?.to_string();
            registries.insert(region, registry_policy(&item, account)?.0);
        }
        let (mut without, mut sets): (BTreeMap<&str, Vec<&str>>, Vec<Policed>) = Default::default();
        for one in &self.judged {
            let arn = one.item.get()?.repository_arn.get()?.as_str();
            match self.policy(&one.region, &one.name)? {
                None => without.entry(&one.region).or_default().push(arn),
                Some((policy, _)) => sets.push(Policed {
                    resources: Resources::matching(arn),
                    policy: Some(policy),
                    registry: registries.get(&one.region).cloned(),
                }),
            }
        }
        let without = without.into_iter().map(|(region, arns)| Policed {
            resources: Resources::any_of(arns),
            policy: None,
            registry: registries.get(region).cloned(),
        });
        Ok(without.chain(sets).collect())
    }
}

/// The repositories of the account that images come from.
fn used(images: &Images<'_>, own: &str) -> BTreeSet<(String, String)> {
    let of = |reference: &eksamine_facts::derive::images::Reference| match reference.registry() {
        Registry::Ecr { account, region } if account == own => Some((region, reference.repository.clone())),
        _ => None,
    };
    images.iter().filter_map(|(reference, _)| of(reference)).collect()
}

/// Whether an image comes from some private registry, so that it matters which account is the cluster's.
pub(crate) fn any_private(images: &Images<'_>) -> bool {
    images.iter().any(|(reference, _)| matches!(reference.registry(), Registry::Ecr { .. }))
}

/// The policy of a registry.
pub(crate) fn registry_policy(item: &Item<RegistryPolicy>, own: &str) -> Result<(Policy, Resources, String), Unknown> {
    let noun = item.get()?;
    let (region, account) = (noun.region.get()?, noun.registry_id.get()?);
    if *account != *own {
        return Err(Unknown::because(format!("the policy is of the registry of account {account}")));
    }
    let policy = parse(noun.policy_text.get()?, format!("the policy of the registry in {region}"))?;
    Ok((policy, Resources::all(), item.at("/policyText")))
}

fn parse(text: &str, name: String) -> Result<Policy, Unknown> {
    match Document::parse(text, Attached::ToResource) {
        Ok(document) => Ok(Policy { name, document }),
        Err(why) => Err(Unknown::because(format!("{name}: {why}"))),
    }
}

type Names<'t> = (&'t Text, &'t Text, &'t Text);

/// Items by region, account and name.
fn index<T: Noun>(facts: &Facts<'_>, names: for<'t> fn(&'t T) -> Result<Names<'t>, Unknown>) -> Index<Item<T>> {
    Index::new(facts.items::<T>().map(|item| {
        let id = Known::derived(|| {
            let (region, account, name) = names(item.get()?)?;
            Ok(Text::new(key(region, account, name)))
        });
        (id, item)
    }))
}

fn key(region: &str, account: &str, name: &str) -> String {
    format!("{region} {account} {name}")
}
