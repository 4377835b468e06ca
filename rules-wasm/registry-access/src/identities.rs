//! Which users and roles of the account may write, by everything that is attached to them and to the repositories.

use crate::actions::Writes;
use crate::nouns::{Attachment, GroupDetail, Identity, Inline, ManagedPolicy, RoleDetail, UserDetail, listed};
use crate::repositories::Repositories;
use eksamine_facts::List;
use eksamine_facts::derive::iam::{
    Access, Attached, Caller, Document, Grant, Policies, Policy, Request, Resources, account_of,
};
use eksamine_facts::derive::index::Index;
use eksamine_facts::{Availability, Noun, Text};
use eksamine_rule::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Roles that only AWS's own services can take on.
const OF_SERVICES: &str = ":role/aws-service-role/";

/// An identity that may write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writer {
    pub(crate) arn: String,
    /// `user` or `role`
    pub(crate) word: &'static str,
    /// `ecr:PutImage`
    pub(crate) action: String,
    /// What grants it.
    pub(crate) by: String,
    /// Condition keys that it hangs on; empty: it may in any case.
    pub(crate) hangs_on: String,
    /// Where the identity stands.
    pub(crate) place: String,
}

/// What was found out about one identity.
pub(crate) struct Looked {
    pub(crate) subject: Subject,
    pub(crate) place: String,
    /// `None`: it may not write.
    pub(crate) writer: Known<Option<Writer>>,
}

/// The identities of the account.
pub(crate) struct Identities<'f, 's> {
    facts: &'f Facts<'s>,
    groups: Index<Item<GroupDetail>>,
    managed: Index<Item<ManagedPolicy>>,
    /// Documents of managed policies, read once.
    documents: RefCell<BTreeMap<String, Known<Document>>>,
}

impl<'f, 's> Identities<'f, 's> {
    /// Whether all of them could be read.
    pub(crate) fn are_complete(facts: &Facts<'_>) -> bool {
        availabilities(facts).iter().all(|one| *one == Availability::Complete)
    }

    /// Whether the gathering did not go for some of them.
    pub(crate) fn any_not_collected(facts: &Facts<'_>) -> bool {
        availabilities(facts).contains(&Availability::NotCollected)
    }

    pub(crate) fn read(facts: &'f Facts<'s>) -> Self {
        let by = |id: &Known<Text>| Known::derived(|| id.get().cloned());
        let groups = facts.items::<GroupDetail>().map(|item| {
            let id = item.known().peek().map_or_else(Known::default, |group| by(&group.name));
            (id, item)
        });
        let managed = facts.items::<ManagedPolicy>().map(|item| {
            let id = item.known().peek().map_or_else(Known::default, |policy| by(&policy.arn));
            (id, item)
        });
        Self { facts, groups: Index::new(groups), managed: Index::new(managed), documents: RefCell::default() }
    }

    /// Every user and every role that people or pipelines can be.
    pub(crate) fn look(&self, repositories: &Repositories<'_, '_>, writes: &Writes) -> Vec<Looked> {
        let mut looked = Vec::new();
        self.add::<UserDetail>(repositories, writes, &mut looked);
        self.add::<RoleDetail>(repositories, writes, &mut looked);
        looked
    }

    fn add<I: Identity>(&self, repositories: &Repositories<'_, '_>, writes: &Writes, looked: &mut Vec<Looked>) {
        for item in self.facts.items::<I>() {
            let of_service =
                item.known().peek().and_then(|one| one.arn().peek()).is_some_and(|arn| arn.contains(OF_SERVICES));
            if of_service {
                continue;
            }
            let subject = item.subject(|one| one.arn());
            let writer = Known::derived(|| self.writer(&item, repositories, writes));
            looked.push(Looked { subject, place: item.at("/Arn"), writer });
        }
    }

    fn writer<I: Identity>(
        &self,
        item: &Item<I>,
        repositories: &Repositories<'_, '_>,
        writes: &Writes,
    ) -> Result<Option<Writer>, Unknown> {
        let identity = item.get()?;
        let arn = identity.arn().get()?;
        if account_of(arn) != Some(repositories.account.get()?) {
            return Err(Unknown::because("it is of another account than the cluster"));
        }
        let mut policies = Vec::new();
        self.own(identity.policies()?, identity.attached(), "", &mut policies)?;
        for name in identity.groups()?.into_iter().flat_map(|groups| groups.iter()) {
            let name = name.get()?;
            let Some(group) = self.groups.find(name)? else {
                return Err(Unknown::because(format!("the facts hold no group {name}")));
            };
            let group = group.get()?;
            self.own(listed(&group.policies)?, &group.attached, &format!(" of group {name}"), &mut policies)?;
        }
        let boundary = match identity.boundary().declared()? {
            Some(boundary) => Some(self.managed(boundary.arn.get()?, "")?),
            None => None,
        };
        let unnamed = Resources::unnamed();
        let of_registry = writes.registry.iter().map(|action| (action, &unnamed, None, None));
        let sets = repositories.by_policy()?;
        let of_repositories = sets.iter().flat_map(|set| {
            let asked = writes.repository.iter();
            asked.map(|action| (action, &set.resources, set.policy.as_ref(), set.registry.as_ref()))
        });
        let mut conditional = None;
        for (action, resources, resource, registry) in of_repositories.chain(of_registry) {
            let request = Request { caller: Caller::Principal(arn.as_str()), action, resources };
            let policies = Policies {
                identity: &policies,
                boundary: boundary.as_ref(),
                resource,
                registry,
                ..Policies::default()
            };
            let access = policies.decide(&request)?;
            let (Access::Allowed(grant) | Access::Conditional(grant)) = &access else { continue };
            let hangs_on = match access {
                Access::Allowed(_) => by_registry(grant, registry).map(str::to_owned).unwrap_or_default(),
                _ => keys(grant),
            };
            let (arn, place) = (arn.to_string(), item.at("/Arn"));
            let writer = Writer { arn, word: I::WORD, action: action.clone(), by: grant.to_string(), hangs_on, place };
            if writer.hangs_on.is_empty() {
                return Ok(Some(writer));
            }
            conditional = conditional.or(Some(writer));
        }
        Ok(conditional)
    }

    fn own(
        &self,
        inline: Option<&List<Inline>>,
        attached: &Known<List<Attachment>>,
        of: &str,
        into: &mut Vec<Policy>,
    ) -> Result<(), Unknown> {
        for policy in inline.into_iter().flat_map(|list| list.iter()) {
            let policy = policy.get()?;
            let name = format!("the inline policy {}{of}", policy.name.get()?);
            let document = parse(policy.document.get()?, &name)?;
            into.push(Policy { name, document });
        }
        for attachment in listed(attached)?.into_iter().flat_map(|list| list.iter()) {
            into.push(self.managed(attachment.get()?.arn.get()?, of)?);
        }
        Ok(())
    }

    fn managed(&self, arn: &str, of: &str) -> Result<Policy, Unknown> {
        let mut documents = self.documents.borrow_mut();
        let document = documents.entry(arn.to_owned()).or_insert_with(|| Known::derived(|| self.document(arn)));
        Ok(Policy { name: format!("{arn}{of}"), document: document.get()?.clone() })
    }

    /// The version that counts.
    fn document(&self, arn: &str) -> Result<Document, Unknown> {
        let Some(policy) = self.managed.find(arn)? else {
            return Err(Unknown::because(format!("the facts hold no policy {arn}")));
        };
        for version in policy.get()?.versions.get()?.iter() {
            let version = version.get()?;
            if *version.is_default.get()? {
                return parse(version.document.get()?, arn);
            }
        }
        Err(Unknown::because(format!("no version of {arn} is the default")))
    }
}

/// Condition keys that a grant hangs on.
fn keys(grant: &Grant<'_>) -> String {
    let keys = grant.hangs_on().join(", ");
    if keys.is_empty() { "which of its sessions it is".to_owned() } else { keys }
}

/// What a grant by the policy of the registry hangs on: under the scope V1 that grants replication and the like only (ECR
/// user guide, Private registry permissions).
fn by_registry(grant: &Grant<'_>, registry: Option<&Policy>) -> Option<&'static str> {
    let is_its = registry.is_some_and(|registry| grant.by.iter().any(|place| place.policy == registry));
    is_its.then_some("the scope of the registry's policy")
}

fn parse(text: &str, name: &str) -> Result<Document, Unknown> {
    Document::parse(text, Attached::ToIdentity).map_err(|why| Unknown::because(format!("{name}: {why}")))
}

fn availabilities(facts: &Facts<'_>) -> [Availability; 4] {
    [
        facts.availability::<UserDetail>(),
        facts.availability::<GroupDetail>(),
        facts.availability::<RoleDetail>(),
        facts.availability::<ManagedPolicy>(),
    ]
}

/// Kinds that say whether the identities could be read.
pub(crate) fn complete(facts: &Facts<'_>) -> Result<(), Unknown> {
    facts.complete::<UserDetail>()?;
    facts.complete::<GroupDetail>()?;
    facts.complete::<RoleDetail>()?;
    facts.complete::<ManagedPolicy>()
}

/// What a finding about them points at.
pub(crate) fn place() -> String {
    format!("/facts/{}/status", UserDetail::KIND)
}
