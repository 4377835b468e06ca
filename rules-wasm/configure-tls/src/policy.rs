//! Security policies of load balancers, by the oldest protocol that they accept.

use std::fmt;

/// A version of SSL or TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    Ssl3,
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}

impl Version {
    /// The oldest version that a policy of AWS's own accepts; `None` for names that do not say so.
    ///
    /// Elastic Load Balancing user guides, "Security policies" and "Predefined SSL security policies": names carry the
    /// version; those that carry a date only accept TLS 1.0, and SSL 3.0 before October 2014.
    pub(crate) fn of(policy: &str) -> Option<Self> {
        // The cloud provider of Kubernetes names a Classic Load Balancer's policy after the one that it refers to.
        let policy = policy.strip_prefix("k8s-SSLNegotiationPolicy-").unwrap_or(policy);
        let name = policy.strip_prefix("ELBSecurityPolicy-")?;
        let numbered = ["TLS13-1-", "TLS-1-", "FS-1-"].iter().find_map(|family| name.strip_prefix(family));
        if let Some(rest) = numbered {
            return match rest.split('-').next()? {
                "0" => Some(Self::Tls10),
                "1" => Some(Self::Tls11),
                "2" => Some(Self::Tls12),
                "3" => Some(Self::Tls13),
                _ => None,
            };
        }
        match name {
            "2011-08" | "2014-01" => Some(Self::Ssl3),
            "2014-10" | "2015-02" | "2015-03" | "2015-05" | "2016-08" | "FS-2018-06" => Some(Self::Tls10),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_accepted() {
        let of = |name: &str| Version::of(&format!("ELBSecurityPolicy-{name}"));
        for name in ["TLS13-1-3-2021-06", "TLS13-1-3-FIPS-2023-04", "TLS13-1-3-PQ-2025-09"] {
            assert_eq!(of(name), Some(Version::Tls13), "{name}");
        }
        for name in ["TLS13-1-2-Res-2021-06", "TLS13-1-2-2021-06", "TLS-1-2-Ext-2018-06", "FS-1-2-Res-2020-10"] {
            assert_eq!(of(name), Some(Version::Tls12), "{name}");
        }
        assert_eq!((of("TLS-1-1-2017-01"), of("FS-1-1-2019-08")), (Some(Version::Tls11), Some(Version::Tls11)));
        for name in ["2016-08", "FS-2018-06", "TLS-1-0-2015-04", "TLS13-1-0-2021-06", "2015-05"] {
            assert_eq!(of(name), Some(Version::Tls10), "{name}");
        }
        assert_eq!(of("2011-08"), Some(Version::Ssl3));
        assert_eq!((of("2030-01"), Version::of("my-policy"), of("TLS13-1-9-2030-01")), (None, None, None));
        let by_cloud_provider = "k8s-SSLNegotiationPolicy-ELBSecurityPolicy-TLS-1-2-2017-01";
        assert_eq!(Version::of(by_cloud_provider), Some(Version::Tls12));
    }
}
