//! Lists of registries as a user writes them: `host[/path]`, held against images on the boundaries of labels and path
//! segments, and two words for registries that are called otherwise in each account and region.

use eksamine_facts::derive::any;
use eksamine_facts::derive::images::{Reference, Registry, host_of};
use eksamine_rule::prelude::*;

/// Private registries of the cluster's own account, in any region.
pub(crate) const OWN: &str = "@own-account-ecr";
/// Registries that AWS publishes the add-ons of EKS in.
pub(crate) const ADDONS: &str = "@eks-addons";

/// A list.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    /// As the user wrote it.
    text: String,
    what: What,
}

#[derive(Debug)]
enum What {
    OwnAccount,
    Addons,
    Place { labels: Vec<String>, path: Vec<String> },
}

impl Patterns {
    /// # Errors
    /// What is no pattern, and what would be one.
    pub(crate) fn new(parameter: &str, texts: &[String]) -> Result<Self, String> {
        let read = |text: &String| {
            let what = What::new(text).map_err(|why| format!("{parameter}: {text:?} {why}"))?;
            Ok(Pattern { text: text.clone(), what })
        };
        texts.iter().map(read).collect::<Result<_, String>>().map(Self)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first pattern that an image is inside of.
    ///
    /// # Errors
    /// [`Unknown`] when that hangs on the account of the cluster, and that is not known.
    pub(crate) fn matching(&self, image: &Reference, account: &Known<String>) -> Result<Option<&str>, Unknown> {
        let found = |pattern: &&Pattern| pattern.what.holds(image, account).peek() == Some(&true);
        if let Some(pattern) = self.0.iter().find(found) {
            return Ok(Some(&pattern.text));
        }
        any(self.0.iter().map(|pattern| pattern.what.holds(image, account))).get()?;
        Ok(None)
    }

    /// The pattern that an image outside of all comes nearest to.
    pub(crate) fn nearest(&self, image: &Reference) -> Option<&str> {
        let nearness = |pattern: &Pattern| pattern.what.nearness(image);
        let best = self.0.iter().map(nearness).max().filter(|best| *best > (0, 0))?;
        self.0.iter().find(|pattern| nearness(pattern) == best).map(|pattern| pattern.text.as_str())
    }
}

impl What {
    fn new(text: &str) -> Result<Self, String> {
        match text {
            OWN => return Ok(Self::OwnAccount),
            ADDONS => return Ok(Self::Addons),
            _ if text.starts_with('@') => {
                return Err(format!("is no word for registries; there are {OWN} and {ADDONS}"));
            }
            _ if text.contains("://") => return Err("names a protocol; a host comes first".into()),
            _ if text.contains('@') => return Err("names a digest; a list is about registries".into()),
            _ => {}
        }
        let (host, path) = host_of(text);
        if !host.contains(['.', ':']) && host != "localhost" {
            return Err(format!("begins with no host of a registry; Docker Hub's images are docker.io/{text}"));
        }
        let labels: Vec<String> = host.split('.').map(str::to_owned).collect();
        if labels.iter().any(|label| label.is_empty() || (label.contains('*') && !is_any(label))) {
            return Err("has a host with an odd label; * stands for one whole label".into());
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let path: Vec<String> = if path.is_empty() { vec![] } else { path.split('/').map(str::to_owned).collect() };
        if path.iter().any(|segment| segment.is_empty() || segment.contains(['*', ':'])) {
            return Err("has an odd path; it is the beginning of a repository's name, by whole segments".into());
        }
        Ok(Self::Place { labels, path })
    }

    fn holds(&self, image: &Reference, account: &Known<String>) -> Known<bool> {
        let registry = image.registry();
        match self {
            Self::Addons => Known::value(matches!(registry, Registry::EksAddons { .. })),
            Self::OwnAccount => match registry.account() {
                None => Known::value(false),
                Some((of, _)) => Known::derived(|| Ok(account.get()? == of)),
            },
            Self::Place { labels, path } => {
                let segments: Vec<&str> = image.repository.split('/').collect();
                let inside =
                    path.len() <= segments.len() && path.iter().zip(&segments).all(|(one, other)| one == other);
                let host: Vec<&str> = image.host.split('.').collect();
                let same = labels.len() == host.len() && labels.iter().zip(&host).all(|(one, other)| fits(one, other));
                Known::value(same && inside)
            }
        }
    }

    /// How many labels of the host agree from the right, and how many segments from the left.
    fn nearness(&self, image: &Reference) -> (usize, usize) {
        match self {
            Self::Place { labels, path } => {
                let host: Vec<&str> = image.host.split('.').collect();
                let agree = labels.iter().rev().zip(host.iter().rev()).take_while(|(one, other)| fits(one, other));
                let agree = agree.count();
                let same = agree == labels.len() && agree == host.len();
                let begun = path.iter().zip(image.repository.split('/')).take_while(|(one, other)| *one == other);
                // A shared `com` is no likeness.
                (if same { usize::MAX } else { agree.saturating_sub(1) }, if same { begun.count() } else { 0 })
            }
            Self::OwnAccount | Self::Addons => (usize::from(image.registry().account().is_some()), 0),
        }
    }
}

/// `*`, perhaps before a port.
fn is_any(label: &str) -> bool {
    label == "*" || label.strip_prefix("*:").is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
}

fn fits(pattern: &str, label: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(port) => label.strip_suffix(port).is_some_and(|rest| !rest.contains(':')),
        None => pattern == label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(pattern: &str, image: &str) -> Option<bool> {
        let patterns = Patterns::new("p", &[pattern.to_owned()]).ok()?;
        let image = Reference::parse(image).ok()?;
        let account = Known::value("111122223333".to_owned());
        patterns.matching(&image, &account).ok().map(|found| found.is_some())
    }

    #[test]
    fn labels_and_segments_are_whole() {
        for (pattern, image, expected) in [
            ("gcr.io", "gcr.io/x", true),
            ("gcr.io", "gcr.io.evil.com/x", false),
            ("gcr.io", "eu.gcr.io/x", false),
            ("docker.io/acme", "acme/app:1", true),
            ("docker.io/acme", "acme-evil/app", false),
            ("docker.io/acme/", "docker.io/acme/app", true),
            ("docker.io/library/nginx", "nginx:1.25", true),
            ("Index.Docker.IO/library", "nginx", true),
            ("ghcr.io/acme/app", "ghcr.io/acme/app@sha256:00", true),
            ("ghcr.io/acme/app", "ghcr.io/acme", false),
            ("*.dkr.ecr.eu-west-1.amazonaws.com", "444455556666.dkr.ecr.eu-west-1.amazonaws.com/x", true),
            ("*.dkr.ecr.*.amazonaws.com", "444455556666.dkr.ecr.us-east-1.amazonaws.com/x", true),
            ("*.amazonaws.com", "444455556666.dkr.ecr.us-east-1.amazonaws.com/x", false),
            ("registry.local:5000", "registry.local:5000/x", true),
            ("registry.local", "registry.local:5000/x", false),
            ("registry.local", "registry.local:443/x", true),
            ("registry.*:5000", "registry.local:5000/x", true),
            ("registry.*", "registry.local:5000/x", false),
            ("localhost", "localhost/x", true),
        ] {
            assert_eq!(inside(pattern, image), Some(expected), "{pattern} {image}");
        }
    }

    #[test]
    fn words_stand_for_registries_of_accounts() {
        for (pattern, image, expected) in [
            (OWN, "111122223333.dkr.ecr.us-east-1.amazonaws.com/x", true),
            (OWN, "444455556666.dkr.ecr.us-east-1.amazonaws.com/x", false),
            (OWN, "nginx", false),
            (ADDONS, "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns", true),
            (ADDONS, "111122223333.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns", false),
        ] {
            assert_eq!(inside(pattern, image), Some(expected), "{pattern} {image}");
        }
    }

    #[test]
    fn an_account_that_is_not_known_matters_where_it_would_decide() {
        let patterns = Patterns::new("p", &[OWN.to_owned(), "quay.io".to_owned()]).expect("patterns");
        let unknown = Known::derived(|| Err(Unknown::because("lost")));
        let of = |text: &str| patterns.matching(&Reference::parse(text).expect("a reference"), &unknown).ok();
        assert_eq!(of("quay.io/x"), Some(Some("quay.io")));
        assert_eq!(of("nginx"), Some(None));
        assert_eq!(of("111122223333.dkr.ecr.us-east-1.amazonaws.com/x"), None);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "",
            "*",
            "nginx",
            "acme/app",
            "https://ghcr.io",
            "ghcr.io/*",
            "ghcr.io/a:1",
            "a@b.c",
            "g*.io",
            "@own",
            "a..b",
        ] {
            assert!(Patterns::new("p", &[text.to_owned()]).is_err(), "{text}");
        }
    }

    #[test]
    fn the_nearest_pattern_is_named() {
        let texts = ["docker.io/acme", "docker.io/library", "ghcr.io", OWN].map(str::to_owned);
        let patterns = Patterns::new("p", &texts).expect("patterns");
        let nearest = |text: &str| patterns.nearest(&Reference::parse(text).expect("a reference"));
        assert_eq!(nearest("docker.io/acme-evil/app"), Some("docker.io/acme"));
        assert_eq!(nearest("444455556666.dkr.ecr.us-east-1.amazonaws.com/x"), Some(OWN));
        assert_eq!(nearest("quay.io/acme/app"), None);
        assert_eq!(nearest("ghcr.io.evil.com/app"), None);
    }
}
