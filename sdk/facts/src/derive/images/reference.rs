//! Image references, read as container runtimes read them (github.com/distribution/reference).

use std::fmt;

/// What Docker Hub is called.
const DOCKER_HUB: &str = "docker.io";
/// Other names of the same registry.
const DOCKER_HUB_TOO: [&str; 3] = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];
/// What dockershim wrote before an id.
const SCHEMES: [&str; 2] = ["docker-pullable://", "docker://"];

/// Of digests (OCI image specification, "Registered algorithms").
const ALGORITHMS: [&str; 3] = ["sha256", "sha384", "sha512"];

/// An image reference, with what its short forms leave out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The registry's host, in lower case and with its port when that is not the usual one.
    pub host: String,
    /// What follows it.
    pub repository: String,
    /// After the colon.
    pub tag: Option<String>,
    /// After the at sign.
    pub digest: Option<String>,
}

impl Reference {
    /// Reads a reference. One without a host is Docker Hub's, and there a name of one part is in `library`.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = |why: &str| Err(format!("{text:?} is no image reference: {why}"));
        let (rest, digest) = match text.split_once('@') {
            Some((_, digest)) if !digest.contains(':') => return bad("a digest names its algorithm"),
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let (rest, tag) = match rest.rsplit_once(':') {
            // What follows a port has a slash in it.
            Some((rest, tag)) if !tag.contains('/') => (rest, Some(tag.to_owned())),
            _ => (rest, None),
        };
        if tag.as_ref().is_some_and(String::is_empty) {
            return bad("its tag is empty");
        }
        let (host, repository) = match rest.split_once('/') {
            Some((host, repository)) if is_host(host) => (normal_host(host), repository),
            _ => (DOCKER_HUB.to_owned(), rest),
        };
        if !is_domain(&host) || !repository.split('/').all(is_component) {
            return bad("its host or its repository has an odd name");
        }
        let library = host == DOCKER_HUB && !repository.contains('/');
        let repository = if library { format!("library/{repository}") } else { repository.to_owned() };
        Ok(Self { host, repository, tag, digest })
    }

    /// Reads what a kubelet says that a container runs; `None` where it is a digest alone, which names no registry.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn parse_running(text: &str) -> Result<Option<Self>, String> {
        let text = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
        let is_hex = |digest: &str| digest.len() >= 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        let bare =
            text.split_once(':').is_some_and(|(algorithm, digest)| ALGORITHMS.contains(&algorithm) && is_hex(digest));
        if bare { Ok(None) } else { Self::parse(text).map(Some) }
    }

    /// Host and repository.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// "The domain is the first component when it has a dot or a colon, is localhost, or is not in lower case."
fn is_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase())
}

/// In lower case, without the port of https, by the one name of Docker Hub.
pub(super) fn normal_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    if DOCKER_HUB_TOO.contains(&host) { DOCKER_HUB.to_owned() } else { host.to_owned() }
}

/// A name or an address, and a port.
fn is_domain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

fn is_component(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        Reference::parse(text).map_or_else(|why| why, |reference| reference.to_string())
    }

    #[test]
    fn short_forms_are_docker_hubs() {
        for (text, whole) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("acme/app", "docker.io/acme/app"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/acme/app:1", "docker.io/acme/app:1"),
            ("registry-1.docker.io/library/nginx", "docker.io/library/nginx"),
            ("nginx@sha256:00", "docker.io/library/nginx@sha256:00"),
            ("gcr.io.evil.com/x", "gcr.io.evil.com/x"),
        ] {
            assert_eq!(normal(text), whole, "{text}");
        }
    }

    #[test]
    fn hosts_are_told_by_dot_colon_localhost_or_upper_case() {
        for (text, whole) in [
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app:2", "localhost:5000/app:2"),
            ("Registry/app", "registry/app"),
            ("GHCR.io:443/Acme/app:V1@sha256:ab", "ghcr.io/Acme/app:V1@sha256:ab"),
            ("10.0.0.7:5000/a/b", "10.0.0.7:5000/a/b"),
            ("[::1]:5000/a", "[::1]:5000/a"),
        ] {
            assert_eq!(normal(text), whole, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_said() {
        for text in
            ["", "a b", "docker.io/", "ghcr.io//x", "x:", "x@latest", "https://ghcr.io/x", "${IMAGE}", "${HOST}/x"]
        {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_runs_may_name_no_registry() {
        let id = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        assert_eq!(Reference::parse_running(id), Ok(None));
        assert_eq!(Reference::parse_running(&format!("docker://{id}")), Ok(None));
        let running = Reference::parse_running(&format!("docker-pullable://nginx@{id}"));
        assert_eq!(running.map(|r| r.map(|r| r.name())), Ok(Some("docker.io/library/nginx".into())));
        // A tag can look like the beginning of a digest.
        assert_eq!(Reference::parse_running("app:deadbeef").map(|r| r.is_some()), Ok(true));
    }
}
