//! The decision table: where one image stands.

use crate::Params;
use crate::pattern::Patterns;
use eksamine_facts::Scope;
use eksamine_facts::derive::images::{Caches, Origin, Reference, Registry};
use eksamine_facts::ecr::PullThroughCacheRule;
use eksamine_rule::prelude::*;

/// What is demanded, and what it takes to tell.
pub(crate) struct Demands {
    allowed: Patterns,
    denied: Patterns,
    upstreams: Option<Patterns>,
    pub(crate) caches: Caches,
    /// Of the cluster.
    pub(crate) account: Known<String>,
    /// Whose cache rules are among the facts.
    region: Known<String>,
}

/// Where an image stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Inside of this pattern of the list of what is forbidden (row 1).
    Denied(String),
    /// Outside of the list of what is allowed; the nearest pattern (row 2).
    Outside(Option<String>),
    /// From a registry that may not be cached (row 3).
    Upstream(Origin),
    /// From a repository that such a registry may fill.
    Mixed(Origin),
    /// From a registry of the account in another region, whose cache rules nobody read.
    Elsewhere(String),
    /// Inside of this pattern (row 4).
    Approved(String),
    /// There is no list (row 5).
    Unlisted,
}

impl Standing {
    /// Whether nothing is to be said about the image by itself.
    pub(crate) const fn is_settled(&self) -> bool {
        matches!(self, Self::Approved(_) | Self::Unlisted)
    }
}

impl Demands {
    pub(crate) fn new(facts: &Facts<'_>, params: &Params) -> Result<Self, String> {
        let upstreams = params.allowed_upstreams.as_ref();
        let mut caches = Caches::default();
        caches.unless(&facts.whole::<PullThroughCacheRule>());
        for item in facts.items::<PullThroughCacheRule>() {
            caches.add(item.known(), &item.place());
        }
        Ok(Self {
            allowed: Patterns::new("allowed_registries", &params.allowed_registries)?,
            denied: Patterns::new("deny_registries", &params.deny_registries)?,
            upstreams: upstreams.map(|texts| Patterns::new("allowed_upstreams", texts)).transpose()?,
            caches,
            account: Known::derived(|| account(&facts.scope()?)),
            region: Known::derived(|| region(facts.scope()?)),
        })
    }

    pub(crate) const fn has_list(&self) -> bool {
        !self.allowed.is_empty()
    }

    pub(crate) fn standing(&self, image: &Reference) -> Result<Standing, Unknown> {
        let denied = Known::derived(|| Ok(self.denied.matching(image, &self.account)?.map(str::to_owned)));
        if let Some(Some(pattern)) = denied.peek() {
            return Ok(Standing::Denied(pattern.clone()));
        }
        let mut standing = Standing::Unlisted;
        if self.has_list() {
            match self.allowed.matching(image, &self.account)? {
                None => return Ok(Standing::Outside(self.allowed.nearest(image).map(str::to_owned))),
                Some(pattern) => standing = Standing::Approved(pattern.to_owned()),
            }
        }
        denied.get()?;
        Ok(self.cached(image)?.unwrap_or(standing))
    }

    /// What speaks against an image because of where its repository is filled from.
    fn cached(&self, image: &Reference) -> Result<Option<Standing>, Unknown> {
        let Some(allowed) = &self.upstreams else { return Ok(None) };
        let Registry::Ecr { account, region } = image.registry() else { return Ok(None) };
        if *self.account.get()? != account {
            return Ok(None);
        }
        if *self.region.get()? != region {
            return Ok(Some(Standing::Elsewhere(region)));
        }
        let Some(origin) = self.caches.origin(&region, &image.repository).get()?.clone() else { return Ok(None) };
        if allowed.matching(&origin.upstream, &self.account)?.is_some() {
            return Ok(None);
        }
        Ok(Some(if origin.sure { Standing::Upstream(origin) } else { Standing::Mixed(origin) }))
    }

    /// Where an image of the account's own registry is filled from, whatever is demanded.
    pub(crate) fn origin(&self, image: &Reference) -> Result<Option<Origin>, Unknown> {
        match image.registry() {
            Registry::Ecr { account, region } if *self.account.get()? == account => {
                Ok(self.caches.origin(&region, &image.repository).get()?.clone())
            }
            _ => Ok(None),
        }
    }
}

/// The fifth part of an ARN is the account.
fn account(scope: &Scope) -> Result<String, Unknown> {
    let of_arn = scope.cluster_arn.as_ref().and_then(|arn| arn.split(':').nth(4)).filter(|account| !account.is_empty());
    let account = of_arn.map(str::to_owned).or_else(|| scope.account.clone());
    account.ok_or_else(|| Unknown::because("the facts do not say which account the cluster is in"))
}

fn region(scope: Scope) -> Result<String, Unknown> {
    scope.region.ok_or_else(|| Unknown::because("the facts do not say which region the cluster is in"))
}
