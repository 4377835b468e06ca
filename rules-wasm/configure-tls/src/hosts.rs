//! Which hosts of an Ingress have a certificate, and whether the Ingress forwards anything by itself.

use crate::nouns::ingress::{Backend, Ingress, IngressRule, IngressSpec};
use eksamine_facts::{Given, Known, Unknown};
use std::collections::BTreeSet;

/// Whatever host is asked for.
const ANY: &str = "any host";
/// The port of a backend that an annotation stands for (AWS Load Balancer Controller, Ingress annotations, `actions`).
const BY_ANNOTATION: &str = "use-annotation";

/// The hosts that an Ingress serves, and those of them without a TLS entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hosts {
    pub(crate) all: BTreeSet<String>,
    pub(crate) bare: BTreeSet<String>,
}

/// What is done with requests for an Ingress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forwards {
    /// Some go to a backend.
    Some,
    /// Annotations say what is done with all of them.
    ByAnnotation,
    /// It names no backend.
    None,
}

impl Hosts {
    pub(crate) fn of(ingress: &Ingress) -> Result<Self, Unknown> {
        let (empty, bare_rule) = (IngressSpec::default(), IngressRule::default());
        let spec = ingress.spec.in_view()?.unwrap_or(&empty);
        let mut hosts = Self::default();
        for rule in spec.rules.declared()?.into_iter().flat_map(|rules| rules.iter()) {
            let host = rule.in_view()?.unwrap_or(&bare_rule).host.declared()?;
            hosts.all.insert(host.map_or_else(|| ANY.to_owned(), |host| host.to_ascii_lowercase()));
        }
        if spec.default_backend.given()? != Given::Not {
            hosts.all.insert(ANY.to_owned());
        }
        let mut names = Vec::new();
        for entry in spec.tls.declared()?.into_iter().flat_map(|entries| entries.iter()) {
            match entry.in_view()?.map(|entry| entry.hosts.declared()).transpose()?.flatten() {
                Some(list) => names.extend(list.all_known()?.into_iter().map(|name| name.to_ascii_lowercase())),
                // "Defaults to the wildcard host setting for the loadbalancer controller fulfilling this Ingress, if
                // left unspecified." (Kubernetes API reference, IngressTLS, hosts)
                None => return Ok(hosts),
            }
        }
        hosts.bare = hosts.all.iter().filter(|host| !names.iter().any(|name| covers(name, host))).cloned().collect();
        Ok(hosts)
    }
}

/// A wildcard stands for one label.
fn covers(name: &str, host: &str) -> bool {
    let wild = || Some(host.split_once('.')?.1 == name.strip_prefix("*.")?);
    name == host || wild() == Some(true)
}

/// Whether an Ingress forwards requests, by what it says itself.
pub(crate) fn forwards(ingress: &Ingress) -> Result<Forwards, Unknown> {
    let (empty, bare_rule) = (IngressSpec::default(), IngressRule::default());
    let spec = ingress.spec.in_view()?.unwrap_or(&empty);
    let mut backends = Vec::new();
    for rule in spec.rules.declared()?.into_iter().flat_map(|rules| rules.iter()) {
        let Some(http) = rule.in_view()?.unwrap_or(&bare_rule).http.declared()? else { continue };
        for path in http.paths.declared()?.into_iter().flat_map(|paths| paths.iter()) {
            backends.push(is_by_annotation(&path.get()?.backend)?);
        }
    }
    if spec.default_backend.given()? != Given::Not {
        backends.push(is_by_annotation(&spec.default_backend)?);
    }
    Ok(match (backends.is_empty(), backends.iter().all(|by_annotation| *by_annotation)) {
        (true, _) => Forwards::None,
        (false, true) => Forwards::ByAnnotation,
        (false, false) => Forwards::Some,
    })
}

fn is_by_annotation(backend: &Known<Backend>) -> Result<bool, Unknown> {
    let Some(service) = backend.get()?.service.declared()? else { return Ok(false) };
    let name = service.port.get()?.name.declared()?;
    Ok(name.is_some_and(|name| *name == *BY_ANNOTATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        assert!(covers("a.example.com", "a.example.com") && covers("*.example.com", "a.example.com"));
        assert!(covers("*.example.com", "*.example.com"));
        assert!(!covers("*.example.com", "example.com") && !covers("*.example.com", "a.b.example.com"));
        assert!(!covers("a.example.com", ANY) && !covers("*", ANY));
    }
}
