//! What users tune, and what a load balancer faces.

use crate::policy::Version;
use eksamine_facts::Text;
use eksamine_rule::prelude::*;

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    scope: Scope,
    internal_http: InternalHttp,
    plain_ports: Vec<i64>,
    non_http_ports_ok: Vec<Accepted>,
    min_ssl_policy: Option<String>,
    require_backend_tls: bool,
    require_ingress_tls: bool,
}

/// Which load balancers are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    All,
    InternetFacing,
}

/// What becomes of plain HTTP inside the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InternalHttp {
    Manual,
    Fail,
    Pass,
}

/// A port, or a Service with or without one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Accepted {
    Port(i64),
    Text(String),
}

/// Who reaches a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facing {
    Internet,
    Internal,
}

/// What is demanded, in a form that can be asked.
pub(crate) struct Demands {
    scope: Scope,
    pub(crate) internal_http: InternalHttp,
    plain_ports: Vec<i64>,
    not_http: Vec<NotHttp>,
    pub(crate) min_ssl_policy: Option<(String, Version)>,
    pub(crate) backend_tls: bool,
    pub(crate) ingress_tls: bool,
}

/// What is known not to be HTTP.
#[derive(Debug, PartialEq, Eq)]
struct NotHttp {
    /// `namespace/name`; any when none is named.
    service: Option<String>,
    port: Option<i64>,
}

impl Demands {
    pub(crate) fn new(params: &Params) -> Result<Self, String> {
        let min_ssl_policy = match &params.min_ssl_policy {
            Some(name) => match Version::of(name) {
                Some(version) => Some((name.clone(), version)),
                None => return Err(format!("min_ssl_policy {name:?} does not say which TLS it begins with")),
            },
            None => None,
        };
        Ok(Self {
            scope: params.scope,
            internal_http: params.internal_http,
            plain_ports: params.plain_ports.clone(),
            not_http: params.non_http_ports_ok.iter().map(NotHttp::read).collect::<Result<_, _>>()?,
            min_ssl_policy,
            backend_tls: params.require_backend_tls,
            ingress_tls: params.require_ingress_tls,
        })
    }

    /// Whether load balancers that face there are judged.
    pub(crate) fn covers(&self, facing: Facing) -> bool {
        self.scope == Scope::All || facing == Facing::Internet
    }

    /// Whether a port is one of HTTP's.
    pub(crate) fn is_plain(&self, port: i64) -> bool {
        self.plain_ports.contains(&port)
    }

    /// Whether somebody said that what is spoken on a port, for one of these Services (`namespace/name`), is not HTTP.
    pub(crate) fn is_not_http(&self, port: i64, services: &[&str]) -> bool {
        let holds = |known: &NotHttp| {
            known.port.is_none_or(|it| it == port) && known.service.as_deref().is_none_or(|it| services.contains(&it))
        };
        self.not_http.iter().any(holds)
    }
}

impl NotHttp {
    fn read(accepted: &Accepted) -> Result<Self, String> {
        let text = match accepted {
            Accepted::Port(port) => return Ok(Self { service: None, port: Some(*port) }),
            Accepted::Text(text) => text,
        };
        let wrong = || format!("non_http_ports_ok: {text:?} is no port, no NAMESPACE/NAME and no NAMESPACE/NAME:PORT");
        if let Ok(port) = text.parse() {
            return Ok(Self { service: None, port: Some(port) });
        }
        let (service, port) = match text.split_once(':') {
            Some((service, port)) => (service, Some(port.parse().map_err(|_| wrong())?)),
            None => (text.as_str(), None),
        };
        let named = service.split_once('/').is_some_and(|(space, name)| !space.is_empty() && !name.is_empty());
        if named { Ok(Self { service: Some(service.to_owned()), port }) } else { Err(wrong()) }
    }
}

impl Facing {
    /// Of a scheme, as Elastic Load Balancing and the AWS Load Balancer Controller call it.
    pub(crate) fn of(scheme: &Text) -> Result<Self, Unknown> {
        match scheme.as_str() {
            "internet-facing" => Ok(Self::Internet),
            "internal" => Ok(Self::Internal),
            other => Err(Unknown::because(format!("{other} is no scheme of a load balancer"))),
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Internet => "internet-facing",
            Self::Internal => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_services_are_told_apart() {
        let read = |text: &str| NotHttp::read(&Accepted::Text(text.to_owned()));
        let known = |service: Option<&str>, port| Ok(NotHttp { service: service.map(str::to_owned), port });
        assert_eq!(read("5432"), known(None, Some(5432)));
        assert_eq!(read("shop/db"), known(Some("shop/db"), None));
        assert_eq!(read("shop/db:5432"), known(Some("shop/db"), Some(5432)));
        assert!(read("db").is_err() && read("/db").is_err() && read("shop/db:x").is_err());
    }
}
