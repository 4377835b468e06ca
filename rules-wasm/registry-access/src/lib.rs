//! Fails repositories that strangers may write to, and identities of the account that may and should not.

mod actions;
mod exposure;
mod identities;
mod nouns;
mod repositories;
mod writers;

use crate::actions::Writes;
use crate::exposure::{Exposure, Judged};
use crate::repositories::{Repositories, any_private, registry_policy};
use eksamine_facts::Noun as _;
use eksamine_facts::derive::iam::Resources;
use eksamine_facts::derive::images::Images;
use eksamine_facts::ecr::{RegistryPolicy, Repository};
use eksamine_rule::inventory::{judge_doubts, read};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    allowed_accounts: Option<Vec<String>>,
    allowed_org_ids: Option<Vec<String>>,
    allowed_pushers: Option<Vec<String>>,
    max_writers: Option<usize>,
    public_read: Severity,
    scope_repositories: Scope,
    iam_user_writers: Severity,
}

/// What becomes of something that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    Manual,
    Fail,
}

/// Which repositories are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    InUse,
    All,
}

impl Severity {
    fn outcome(self, message: String) -> Outcome {
        match self {
            Self::Manual => manual(message),
            Self::Fail => fail(message),
        }
    }
}

/// One finding for each repository, one for each registry with a policy, and those about the identities of the account.
///
/// # Errors
/// The classes of actions are not as they should be.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Result<Verdict, String> {
    let writes = Writes::read()?;
    let nobody = |_: &str| false;
    let mut images = Images::new(&nobody);
    if params.scope_repositories == Scope::InUse {
        read(facts, &mut images);
    }
    tally.counts("findings");
    let repositories = Repositories::read(facts, params, &images);
    let place = || format!("/facts/{}/status", Repository::KIND);
    if repositories.account.peek().is_none() && (params.scope_repositories == Scope::All || any_private(&images)) {
        tally.judge_at("/scope".to_owned(), place(), || match facts.availability::<Repository>() {
            Availability::NotCollected => {
                Ok(manual("AWS was not asked, so that nothing says which repositories it has"))
            }
            _ => repositories.account.get().map(|_| manual("")),
        });
    }
    if repositories.nameless {
        tally.judge_at(place(), place(), || Err(Unknown::because("the name of a repository is not known")));
    }
    if repositories.foreign {
        let ask = "the facts hold repositories of another account than the cluster's";
        tally.judge_at("/scope".to_owned(), place(), || Ok(manual(ask)));
    }
    for (region, name) in &repositories.lost {
        tally.judge_at(format!("repository {name} in {region}"), place(), || {
            facts.complete::<Repository>()?;
            Ok(manual(format!(
                "the facts hold no repository {name} of the registry in {region}, though images come from it"
            )))
        });
    }
    for one in &repositories.judged {
        let subject = one.item.subject(|noun| &noun.repository_arn);
        tally.judge_at(subject, one.item.at("/repositoryArn"), || repository(params, &writes, &repositories, one));
    }
    registries(facts, params, &writes, &repositories, &mut tally);
    if !repositories.judged.is_empty() {
        writers::judge(facts, params, &writes, &repositories, &mut tally);
    }
    judge_doubts(&images, "/scope".to_owned(), &mut tally);
    Ok(tally.finish(match params.scope_repositories {
        Scope::InUse => "no image comes from a repository of the account",
        Scope::All => "the account has no repositories",
    }))
}

/// What the policy of one repository lets in.
fn repository(
    params: &Params,
    writes: &Writes,
    repositories: &Repositories<'_, '_>,
    one: &repositories::Judged,
) -> Result<Outcome, Unknown> {
    let arn = one.item.get()?.repository_arn.get()?;
    let tags = Evidence::at(one.item.at("/imageTagMutability"));
    let tags = tags.noting("whether tags can be moved, which replaces no control of access");
    let Some((policy, place)) = repositories.policy(&one.region, &one.name)? else {
        return Ok(
            pass(format!("{} has no policy: nobody outside of the account is let in", one.name)).with(vec![tags])
        );
    };
    let resources = Resources::matching(arn);
    let account = repositories.account.get()?;
    let writes: Vec<&str> = writes.of_repository().collect();
    let found = Judged { policy: &policy, resources: &resources, account, writes: &writes }.exposures(params)?;
    Ok(said(&format!("the policy of {}", one.name), &found).at(place).with(vec![tags]))
}

/// What the policies of the registries let in. Where no repository is judged, one that lets in nobody is not worth a word.
fn registries(
    facts: &Facts<'_>,
    params: &Params,
    writes: &Writes,
    repositories: &Repositories<'_, '_>,
    tally: &mut Tally,
) {
    let writes: Vec<&str> = writes.of_registry().collect();
    for item in facts.items::<RegistryPolicy>() {
        let found = Known::derived(|| {
            let account = repositories.account.get()?;
            let (policy, resources, _) = registry_policy(&item, account)?;
            let found =
                Judged { policy: &policy, resources: &resources, account, writes: &writes }.exposures(params)?;
            Ok((policy.name, found))
        });
        if repositories.judged.is_empty() && found.peek().is_some_and(|(_, found)| !fails(found)) {
            continue;
        }
        tally.judge_at(registry(&item), item.at("/policyText"), || {
            let (name, found) = found.get()?;
            Ok(said(name, found).at(item.at("/policyText")))
        });
    }
}

fn fails(found: &[Exposure]) -> bool {
    found.iter().any(|one| one.severity == Severity::Fail)
}

/// The registry that a policy is of, or its place where that is not known.
fn registry(item: &Item<RegistryPolicy>) -> String {
    let named = || {
        let noun = item.known().peek()?;
        Some(format!("registry {} in {}", noun.registry_id.peek()?, noun.region.peek()?))
    };
    named().unwrap_or_else(|| item.place())
}

/// The worst comes first; whatever else was found follows.
fn said(what: &str, found: &[Exposure]) -> Outcome {
    let worst = if fails(found) { Severity::Fail } else { Severity::Manual };
    let (first, rest): (Vec<&Exposure>, Vec<&Exposure>) = found.iter().partition(|one| one.severity == worst);
    let all: Vec<&str> = first.into_iter().chain(rest).map(|one| one.why.as_str()).collect();
    if all.is_empty() {
        return pass(format!("{what} lets in nobody from outside who is not allowed"));
    }
    worst.outcome(format!("{what}: {}", all.join("; ")))
}
