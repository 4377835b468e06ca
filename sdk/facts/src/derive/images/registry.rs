//! Whose registry an image comes from.

use super::reference::{Reference, normal_host};

/// A sort of registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registry {
    /// A private registry of an AWS account.
    Ecr {
        /// Twelve digits.
        account: String,
        /// `eu-west-1`
        region: String,
    },
    /// One that AWS publishes the add-ons of EKS in.
    EksAddons {
        /// Twelve digits.
        account: String,
        /// `eu-west-1`
        region: String,
    },
    /// Amazon ECR Public.
    EcrPublic,
    /// Docker Hub.
    DockerHub,
    /// The Kubernetes project's.
    Kubernetes,
    /// Any other.
    Other,
}

/// Accounts that AWS publishes the images of EKS add-ons in, by region: EKS user guide, "View Amazon container image
/// registries for Amazon EKS add-ons"; isolated regions: amazon-eks-ami, `get-ecr-uri.sh`. Read 2026-11-24. `*`: every
/// region that is not named.
pub const ADDON_ACCOUNTS: &[(&str, &str)] = &[
    ("*", "602401143452"),
    ("af-south-1", "877085696533"),
    ("ap-east-1", "800184023465"),
    ("ap-east-2", "533267051163"),
    ("ap-south-2", "900889452093"),
    ("ap-southeast-3", "296578399912"),
    ("ap-southeast-4", "491585149902"),
    ("ap-southeast-5", "151610086707"),
    ("ap-southeast-6", "333609536671"),
    ("ap-southeast-7", "121268973566"),
    ("ca-west-1", "761377655185"),
    ("cn-north-1", "918309763551"),
    ("cn-northwest-1", "961992271922"),
    ("eu-central-2", "900612956339"),
    ("eu-isoe-west-1", "249663109785"),
    ("eu-south-1", "590381155156"),
    ("eu-south-2", "455263428931"),
    ("il-central-1", "066635153087"),
    ("me-central-1", "759879836304"),
    ("me-south-1", "558608220178"),
    ("mx-central-1", "730335286997"),
    ("us-gov-east-1", "151742754352"),
    ("us-gov-west-1", "013241004608"),
    ("us-iso-east-1", "725322719131"),
    ("us-iso-west-1", "608367168043"),
    ("us-isob-east-1", "187977181151"),
    ("us-isof-south-1", "676585237158"),
];

/// What stands before and after the region in the host of a private registry: botocore's partitions, `dnsSuffix`; for
/// dual stack, ECR user guide, "Making requests to Amazon ECR registries".
const ECR: [(&[&str], &[&str]); 2] = [
    (
        &["dkr.ecr", "dkr.ecr-fips"],
        &[
            "amazonaws.com",
            "amazonaws.com.cn",
            "amazonaws.eu",
            "c2s.ic.gov",
            "cloud.adc-e.uk",
            "csp.hci.ic.gov",
            "sc2s.sgov.gov",
        ],
    ),
    (&["dkr-ecr", "dkr-ecr-fips"], &["on.aws", "on.amazonwebservices.com.cn"]),
];

impl Registry {
    /// The registry of a host that was read from a reference.
    #[must_use]
    pub fn of(host: &str) -> Self {
        match host {
            "docker.io" => Self::DockerHub,
            "registry.k8s.io" => Self::Kubernetes,
            "public.ecr.aws" | "ecr-public.aws.com" => Self::EcrPublic,
            _ => private(host).unwrap_or(Self::Other),
        }
    }

    /// Account and region of a private registry of AWS's, add-ons included.
    #[must_use]
    pub fn account(&self) -> Option<(&str, &str)> {
        match self {
            Self::Ecr { account, region } | Self::EksAddons { account, region } => Some((account, region)),
            _ => None,
        }
    }
}

fn private(host: &str) -> Option<Registry> {
    let (account, rest) = host.split_once('.')?;
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let region = ECR.iter().find_map(|(services, suffixes)| {
        let of = |service: &&str| rest.strip_prefix(*service)?.strip_prefix('.');
        let below = services.iter().find_map(of)?;
        suffixes.iter().find_map(|suffix| below.strip_suffix(suffix)?.strip_suffix('.'))
    })?;
    if region.is_empty() || region.contains('.') {
        return None;
    }
    let (account, region) = (account.to_owned(), region.to_owned());
    let addons = ADDON_ACCOUNTS.iter().any(|(_, known)| *known == account);
    Some(if addons { Registry::EksAddons { account, region } } else { Registry::Ecr { account, region } })
}

/// The host and the path of the place that a pattern or an upstream names, spelt as in a [`Reference`].
#[must_use]
pub fn host_of(text: &str) -> (String, &str) {
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    (normal_host(host), path)
}

/// The repository of an image, declared or running, that is in this account's registry of this region.
#[must_use]
pub fn own_repository(image: &str, account: &str, region: &str) -> Option<String> {
    let reference = Reference::parse_running(image).ok()??;
    (reference.registry().account() == Some((account, region))).then_some(reference.repository)
}

impl Reference {
    /// Whose registry it comes from.
    #[must_use]
    pub fn registry(&self) -> Registry {
        Registry::of(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_registries_have_an_account_and_a_region() {
        for (host, region) in [
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
            ("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("111122223333.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
            ("111122223333.dkr-ecr-fips.us-east-1.on.aws", "us-east-1"),
            ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ] {
            assert_eq!(Registry::of(host).account(), Some(("111122223333", region)), "{host}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_another_registry() {
        for host in [
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.com",
            "11112222333.dkr.ecr.eu-west-1.amazonaws.com",
            "111122223333.dkr.ecr.amazonaws.com",
            "111122223333.dkr.ecr.a.b.amazonaws.com",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com:5000",
            "x.111122223333.dkr.ecr.eu-west-1.amazonaws.com",
            "111122223333.dkr.ecrx.eu-west-1.amazonaws.com",
        ] {
            assert_eq!(Registry::of(host), Registry::Other, "{host}");
        }
    }

    #[test]
    fn addons_come_from_accounts_of_aws() {
        for (region, account) in ADDON_ACCOUNTS {
            let region = if *region == "*" { "eu-west-1" } else { region };
            let registry = Registry::of(&format!("{account}.dkr.ecr.{region}.amazonaws.com"));
            assert_eq!(registry, Registry::EksAddons { account: (*account).into(), region: region.into() });
        }
        assert!(ADDON_ACCOUNTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn well_known_ones_are_told_by_their_hosts() {
        let of = |text: &str| Reference::parse(text).map(|reference| reference.registry());
        assert_eq!(of("nginx"), Ok(Registry::DockerHub));
        assert_eq!(of("public.ecr.aws/eks/coredns:1"), Ok(Registry::EcrPublic));
        assert_eq!(of("registry.k8s.io/pause"), Ok(Registry::Kubernetes));
        assert_eq!(of("quay.io/x"), Ok(Registry::Other));
        assert_eq!(host_of("Registry-1.docker.io"), ("docker.io".into(), ""));
    }
}
