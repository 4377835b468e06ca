//! Where a service answers: partitions, global services, FIPS and dual-stack hosts, and what the user configured.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use eksamine_facts::catalogue::Service;
use std::borrow::Cow;

/// A part of AWS with accounts, regions and domains of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// As in ARNs.
    pub name: &'static str,
    /// What its regions begin with; the first partition takes all others.
    prefix: &'static str,
    /// The region whose endpoints its global services are signed for.
    pub home: &'static str,
    /// What its hosts end in.
    pub suffix: &'static str,
    dual_stack: &'static str,
}

const AWS: Partition =
    Partition { name: "aws", prefix: "", home: "us-east-1", suffix: "amazonaws.com", dual_stack: "api.aws" };

/// Source: botocore's partitions.json; compared with it by a test.
const OTHERS: &[Partition] = &[
    Partition {
        name: "aws-cn",
        prefix: "cn-",
        home: "cn-north-1",
        suffix: "amazonaws.com.cn",
        dual_stack: "api.amazonwebservices.com.cn",
    },
    Partition {
        name: "aws-us-gov",
        prefix: "us-gov-",
        home: "us-gov-west-1",
        suffix: "amazonaws.com",
        dual_stack: "api.aws",
    },
    Partition {
        name: "aws-iso-b",
        prefix: "us-isob-",
        home: "us-isob-east-1",
        suffix: "sc2s.sgov.gov",
        dual_stack: "api.aws.scloud",
    },
    Partition {
        name: "aws-iso-f",
        prefix: "us-isof-",
        home: "us-isof-south-1",
        suffix: "csp.hci.ic.gov",
        dual_stack: "api.aws.hci.ic.gov",
    },
    Partition {
        name: "aws-iso",
        prefix: "us-iso-",
        home: "us-iso-east-1",
        suffix: "c2s.ic.gov",
        dual_stack: "api.aws.ic.gov",
    },
    Partition {
        name: "aws-iso-e",
        prefix: "eu-isoe-",
        home: "eu-isoe-west-1",
        suffix: "cloud.adc-e.uk",
        dual_stack: "api.cloud-aws.adc-e.uk",
    },
    Partition {
        name: "aws-eusc",
        prefix: "eusc-",
        home: "eusc-de-east-1",
        suffix: "amazonaws.eu",
        dual_stack: "api.amazonwebservices.eu",
    },
];

/// The partition of a region.
#[must_use]
pub fn partition(region: &str) -> &'static Partition {
    OTHERS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&AWS)
}

/// A service's own host in a region, and the region its requests are signed for.
#[must_use]
pub fn host(service: &Service, region: &str, fips: bool, dual_stack: bool) -> (String, String) {
    let partition = partition(region);
    if service.endpoint == "iam" {
        return (iam(partition, fips, dual_stack), partition.home.to_owned());
    }
    let suffix = if dual_stack { partition.dual_stack } else { partition.suffix };
    let labels = match (service.endpoint, fips) {
        // The registry's own API; its host has another name than the rest of the family.
        ("api.ecr", _) if dual_stack => Cow::Borrowed(if fips { "ecr-fips" } else { "ecr" }),
        ("eks", true) if !dual_stack && partition.name == "aws" => Cow::Borrowed("fips.eks"),
        (name, true) if !plain_is_fips(name, partition, dual_stack) => Cow::Owned(format!("{name}-fips")),
        (name, _) => Cow::Borrowed(name),
    };
    (format!("{labels}.{region}.{suffix}"), region.to_owned())
}

/// GovCloud's ordinary hosts are FIPS validated, for these services under no other name.
fn plain_is_fips(endpoint: &str, partition: &Partition, dual_stack: bool) -> bool {
    let plain: &[&str] = match partition.name {
        "aws-us-gov" if !dual_stack => &["cloudformation", "ec2", "eks", "elasticloadbalancing", "logs", "sts"],
        _ => &[],
    };
    plain.contains(&endpoint)
}

/// IAM is one service for a whole partition.
fn iam(partition: &Partition, fips: bool, dual_stack: bool) -> String {
    let suffix = if dual_stack { partition.dual_stack } else { partition.suffix };
    let name = if fips && partition.name != "aws-us-gov" { "iam-fips" } else { "iam" };
    let place = match (partition.name, dual_stack, fips) {
        ("aws-us-gov", ..) => "us-gov",
        ("aws", true, _) | ("aws-cn" | "aws-eusc", true, false) => "global",
        ("aws", false, _) | (_, true, _) => "",
        ("aws-iso" | "aws-iso-b", false, _) | (_, false, false) => partition.home,
        (_, false, true) => "",
    };
    let dot = if place.is_empty() { "" } else { "." };
    format!("{name}.{place}{dot}{suffix}")
}

/// The endpoints that this user's settings lead to.
#[derive(Debug, Clone)]
pub struct Endpoints {
    config: SdkConfig,
    region: String,
}

impl Endpoints {
    /// Of these settings, in this region.
    #[must_use]
    pub fn new(config: SdkConfig, region: impl Into<String>) -> Self {
        Self { config, region: region.into() }
    }

    /// The URL of a service and the region its requests are signed for; `region`: another one than these settings'.
    #[must_use]
    pub fn of(&self, service: &Service, region: Option<&str>) -> (String, String) {
        let fips = self.config.use_fips().unwrap_or_default();
        let dual_stack = self.config.use_dual_stack().unwrap_or_default();
        let (host, signed_for) = host(service, region.unwrap_or(&self.region), fips, dual_stack);
        let url = self.configured(service).unwrap_or_else(|| format!("https://{host}"));
        (url, signed_for)
    }

    /// `AWS_ENDPOINT_URL_EKS` before `AWS_ENDPOINT_URL`; the same from the profile.
    fn configured(&self, service: &Service) -> Option<String> {
        // In profiles AWS spells `cloudwatch_logs`; its runtime for Rust looks for `cloudwatch-logs`.
        let ids = [service.id.replace(' ', "_"), service.id.to_owned()];
        let own = ids.iter().find_map(|id| {
            let key =
                ServiceConfigKey::builder().service_id(id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
            self.config.service_config()?.load_config(key.ok()?)
        });
        own.or_else(|| self.config.endpoint_url().map(str::to_owned))
    }
}
