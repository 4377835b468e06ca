//! Pull-through caches: a repository of the account may hold what another registry published.

use super::reference::Reference;
use crate::ecr::PullThroughCacheRule;
use crate::known::State;
use crate::{Known, Unknown};

/// What ECR calls "no prefix".
const ROOT: &str = "ROOT";

/// The cache rules of the account.
#[derive(Debug, Default)]
pub struct Caches {
    rules: Vec<Cache>,
    /// The least reason why there may be further ones.
    doubt: Option<String>,
}

#[derive(Debug)]
struct Cache {
    region: String,
    prefix: String,
    host: String,
    upstream_prefix: String,
    place: String,
}

/// Where the content of a repository comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The rule's prefix.
    pub prefix: String,
    /// What it was published as.
    pub upstream: Reference,
    /// Whether that is sure: under a rule for every repository some may be the account's own.
    pub sure: bool,
    /// Where the rule stands.
    pub place: String,
}

impl Caches {
    /// Adds a rule.
    pub fn add(&mut self, rule: &Known<PullThroughCacheRule>, place: &str) {
        match Known::settled(|| read(rule.get()?, place)) {
            Ok(cache) => self.rules.push(cache),
            Err(why) => self.doubtful(format!("a pull-through cache rule: {why}")),
        }
    }

    /// Adds the doubt that remains when the rules could not be read as a whole. `whole` is `Facts::whole`.
    pub fn unless(&mut self, whole: &Known<()>) {
        if whole.peek().is_none() {
            self.doubtful(whole.reason());
        }
    }

    fn doubtful(&mut self, why: String) {
        if self.doubt.as_ref().is_none_or(|least| why < *least) {
            self.doubt = Some(why);
        }
    }

    /// Where a repository of the account, in that region, has its content from, when a rule fills it. The longest
    /// prefix decides.
    #[must_use]
    pub fn origin(&self, region: &str, repository: &str) -> Known<Option<Origin>> {
        let below = |cache: &&Cache| cache.region == region && cache.rest(repository).is_some();
        let longest = self.rules.iter().filter(below).max_by_key(|cache| cache.specific());
        match (&self.doubt, longest) {
            (Some(why), _) => Known::of(State::Lost(why.clone())),
            (None, None) => Known::value(None),
            (None, Some(cache)) => Known::derived(|| cache.origin(repository).map(Some)),
        }
    }
}

fn read(rule: &PullThroughCacheRule, place: &str) -> Result<Cache, Unknown> {
    let upstream_prefix = rule.upstream_repository_prefix.declared()?.map_or(ROOT, |prefix| prefix.as_str());
    Ok(Cache {
        region: rule.region.get()?.to_string(),
        prefix: rule.ecr_repository_prefix.get()?.to_string(),
        host: rule.upstream_registry_url.get()?.to_string(),
        upstream_prefix: upstream_prefix.to_owned(),
        place: place.to_owned(),
    })
}

impl Cache {
    /// "There is always an assumed / applied to the end of the prefix."
    fn rest<'r>(&self, repository: &'r str) -> Option<&'r str> {
        if self.prefix == ROOT {
            return Some(repository);
        }
        repository.strip_prefix(&*self.prefix)?.strip_prefix('/')
    }

    fn specific(&self) -> usize {
        if self.prefix == ROOT { 0 } else { self.prefix.len() }
    }

    fn origin(&self, repository: &str) -> Result<Origin, Unknown> {
        let rest = self.rest(repository).unwrap_or(repository);
        let path = match &*self.upstream_prefix {
            ROOT => rest.to_owned(),
            prefix => format!("{prefix}/{rest}"),
        };
        let upstream = Reference::parse(&format!("{}/{path}", self.host)).map_err(Unknown::because)?;
        Ok(Origin { prefix: self.prefix.clone(), upstream, sure: self.prefix != ROOT, place: self.place.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caches(rules: &[&str]) -> Caches {
        let mut caches = Caches::default();
        for rule in rules {
            caches.add(&serde_json::from_str(rule).expect("JSON"), "/r");
        }
        caches
    }

    const HUB: &str =
        r#"{"$region":"eu-west-1","ecrRepositoryPrefix":"hub","upstreamRegistryUrl":"registry-1.docker.io"}"#;

    fn upstream(caches: &Caches, repository: &str) -> Option<String> {
        let origin = caches.origin("eu-west-1", repository);
        origin.peek().and_then(|o| o.as_ref()).map(|o| format!("{} {}", o.upstream, o.sure))
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        let caches = caches(&[HUB]);
        assert_eq!(upstream(&caches, "hub/library/nginx"), Some("docker.io/library/nginx true".into()));
        assert_eq!(caches.origin("eu-west-1", "hubble/nginx"), Known::value(None));
        assert_eq!(caches.origin("eu-west-1", "hub"), Known::value(None));
        assert_eq!(caches.origin("eu-west-2", "hub/library/nginx"), Known::value(None));
    }

    #[test]
    fn the_longest_prefix_decides_and_root_is_the_shortest() {
        let deeper = r#"{"$region":"eu-west-1","ecrRepositoryPrefix":"hub/ghcr","upstreamRegistryUrl":"ghcr.io",
            "upstreamRepositoryPrefix":"acme"}"#;
        let root = r#"{"$region":"eu-west-1","ecrRepositoryPrefix":"ROOT","upstreamRegistryUrl":"quay.io",
            "upstreamRepositoryPrefix":"ROOT"}"#;
        let caches = caches(&[root, HUB, deeper]);
        assert_eq!(upstream(&caches, "hub/ghcr/app"), Some("ghcr.io/acme/app true".into()));
        assert_eq!(upstream(&caches, "hub/x/app"), Some("docker.io/x/app true".into()));
        assert_eq!(upstream(&caches, "own/app"), Some("quay.io/own/app false".into()));
    }

    #[test]
    fn a_rule_that_cannot_be_read_may_be_about_any_repository() {
        let caches = caches(&[HUB, r#"{"$region":"eu-west-1","upstreamRegistryUrl":"quay.io"}"#]);
        let why = caches.origin("eu-west-1", "own/app").get().map_err(|why| why.to_string()).err();
        assert_eq!(why.as_deref(), Some("a pull-through cache rule: ecrRepositoryPrefix is missing"));
    }
}
