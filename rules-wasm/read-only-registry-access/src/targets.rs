//! What writes are looked for on: every repository that there may be, or those that the cluster uses.

use crate::ResourceScope;
use eksamine_facts::derive::ecr_actions::{Action, Class, ECR};
use eksamine_facts::derive::iam::{Attached, Document, Effect, Policy, Resources};
use eksamine_facts::derive::images::{Doubt, Images, Registry};
use eksamine_facts::ecr::RepositoryPolicy;
use eksamine_rule::inventory;
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// A repository's policy.
pub(crate) struct Owned {
    pub(crate) item: Item<RepositoryPolicy>,
    pub(crate) policy: Known<Policy>,
    pub(crate) repository: Known<Repository>,
}

/// A repository of a private registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Repository {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) name: String,
}

/// One question's subject.
pub(crate) struct Target<'t> {
    pub(crate) resources: Resources,
    /// The repository's own policy, where there is one.
    pub(crate) owned: Option<&'t Owned>,
    /// Whose it is, where it is one repository.
    pub(crate) account: Option<&'t str>,
    /// Whether it is known that it has no other policy.
    pub(crate) settled: Known<()>,
}

/// Everything that writes are looked for on.
pub(crate) struct Targets {
    pub(crate) owned: Vec<Owned>,
    /// The repositories in use; `None` when it is asked about any.
    in_use: Option<BTreeSet<Repository>>,
    public_in_use: bool,
    pub(crate) doubts: Vec<Doubt>,
    /// Whether every policy was read that there is.
    whole: Known<()>,
}

impl Repository {
    fn resources(&self, partition: &str) -> Resources {
        let Self { account, region, name } = self;
        Resources::matching(&format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"))
    }
}

impl Targets {
    pub(crate) fn read(facts: &Facts<'_>, scope: ResourceScope) -> Self {
        let owned: Vec<Owned> = facts.items::<RepositoryPolicy>().map(Owned::new).collect();
        let whole = Known::derived(|| {
            facts.complete::<RepositoryPolicy>()?;
            owned.iter().try_for_each(|owned| owned.repository.get().map(drop))
        });
        let mut targets = Self { owned, in_use: None, public_in_use: true, doubts: Vec::new(), whole };
        if scope == ResourceScope::InUse {
            targets.look_at_images(facts);
        }
        targets
    }

    fn look_at_images(&mut self, facts: &Facts<'_>) {
        let none_is_exempt = |_: &str| false;
        let mut images = Images::new(&none_is_exempt);
        inventory::read(facts, &mut images);
        let mut in_use = BTreeSet::new();
        self.public_in_use = false;
        for (reference, _) in images.iter() {
            match reference.registry() {
                Registry::Ecr { account, region } => {
                    in_use.insert(Repository { account, region, name: reference.repository.clone() });
                }
                Registry::EcrPublic => self.public_in_use = true,
                _ => {}
            }
        }
        self.doubts = images.doubts().cloned().collect();
        self.in_use = Some(in_use);
    }

    /// What to ask about an action.
    pub(crate) fn of(&self, action: &Action, partition: &str) -> Vec<Target<'_>> {
        let one = |resources| vec![Target { resources, owned: None, account: None, settled: Known::value(()) }];
        let all = |pattern: &str| one(Resources::matching(&format!("arn:{partition}:{pattern}")));
        match (action.service == ECR, action.class, &self.in_use) {
            _ if action.name.ends_with(":GetAuthorizationToken") => one(Resources::unnamed()),
            (true, Class::RegistryWrite, _) => one(Resources::unnamed()),
            (false, Class::RegistryWrite, _) => all("ecr-public::*:registry/?*"),
            (false, ..) if !self.public_in_use => Vec::new(),
            (false, ..) => all("ecr-public::*:repository/?*"),
            (true, _, None) => {
                let mut targets = all("ecr:*:*:repository/?*");
                // A policy that does not speak of the action grants nothing that is not granted anyway.
                let speaks = |owned: &&Owned| owned.policy.peek().is_some_and(|policy| speaks(policy, action));
                targets.extend(self.owned.iter().filter(speaks).filter_map(|owned| owned.target(partition)));
                targets
            }
            (true, _, Some(in_use)) => in_use.iter().map(|repository| self.target_of(repository, partition)).collect(),
        }
    }

    fn target_of<'t>(&'t self, repository: &'t Repository, partition: &str) -> Target<'t> {
        let owned = self.owned.iter().find(|owned| owned.repository.peek() == Some(repository));
        // A policy that was not read may deny.
        let settled = Known::derived(|| match owned {
            Some(owned) => owned.policy.get().map(drop),
            None => self.whole.get().copied(),
        });
        Target { resources: repository.resources(partition), owned, account: Some(&repository.account), settled }
    }
}

fn speaks(policy: &Policy, action: &Action) -> bool {
    policy.document.about(Effect::Allow, &action.name).next().is_some()
}

impl Owned {
    fn new(item: Item<RepositoryPolicy>) -> Self {
        let repository = Known::derived(|| {
            let it = item.get()?;
            let text = |field: &Known<eksamine_facts::Text>| Ok::<_, Unknown>(field.get()?.to_string());
            Ok(Repository {
                account: text(&it.registry_id)?,
                region: text(&it.region)?,
                name: text(&it.repository_name)?,
            })
        });
        let policy = Known::derived(|| {
            let name = format!("the policy of repository {}", repository.get()?.name);
            let document = Document::parse(item.get()?.policy_text.get()?, Attached::ToResource)
                .map_err(|malformed| Unknown::because(format!("{name} cannot be read: {malformed}")))?;
            Ok(Policy { name, document })
        });
        Self { item, policy, repository }
    }

    fn target(&self, partition: &str) -> Option<Target<'_>> {
        let repository = self.repository.peek()?;
        let account = Some(repository.account.as_str());
        Some(Target {
            resources: repository.resources(partition),
            owned: Some(self),
            account,
            settled: Known::value(()),
        })
    }

    pub(crate) fn subject(&self) -> Subject {
        match self.repository.peek() {
            Some(Repository { account, region, name }) => Subject::of(format!("{account}.dkr.ecr.{region}/{name}")),
            None => Subject::of(self.item.place()),
        }
    }
}
