//! Fails a node whose kubelet checks no client certificates, or checks them against a bundle that is not allowed.

use eksamine_facts::derive::kubelet::{Stock, client_ca};
use eksamine_facts::kubelet::KubeletConfiguration;
use eksamine_rule::kubelets::{self, Demand, Trust};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    /// Any, when empty.
    allowed_client_ca_paths: Vec<String>,
    #[serde(flatten)]
    trust: Trust,
}

/// A finding for each node, as far as it was read; see [`kubelets::judge`].
pub fn judge(facts: &Facts<'_>, params: &Params, tally: Tally) -> Verdict {
    kubelets::judge(facts, params.trust, &ClientCa { allowed: &params.allowed_client_ca_paths }, tally)
}

struct ClientCa<'p> {
    allowed: &'p [String],
}

impl ClientCa<'_> {
    fn allows(&self, path: &str) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == path)
    }

    fn demand(&self) -> String {
        self.allowed.join(", ")
    }
}

impl Demand for ClientCa<'_> {
    fn judge(&self, whose: &str, item: &Item<KubeletConfiguration>) -> Result<Outcome, Unknown> {
        let setting = client_ca(item.get()?)?;
        let outcome = match setting.value {
            None => {
                let (why, place) = if setting.field.starts_with("/flags/") {
                    ("its flag --client-ca-file is empty, which beats its configuration", setting.field)
                } else {
                    // The whole block: what it does instead of asking for certificates.
                    let why = "its configuration names no client CA (authentication.x509.clientCAFile)";
                    (why, "/config/authentication")
                };
                return Ok(fail(format!("{whose} accepts no client certificates: {why}"))
                    .at(item.at(place))
                    .at(item.at("/source")));
            }
            Some(path) if self.allows(&path) => pass(format!("{whose} checks client certificates against {path}")),
            Some(path) => {
                fail(format!("{whose} checks client certificates against {path}; allowed: {}", self.demand()))
            }
        };
        Ok(outcome.at(item.at(setting.field)).at(item.at("/source")))
    }

    fn infer(&self, stock: &Stock) -> Result<String, String> {
        let Stock { ami_type, nodegroup, client_ca, .. } = stock;
        if self.allows(client_ca) {
            let what = "check client certificates against";
            Ok(format!("images of type {ami_type} {what} {client_ca} (node group {nodegroup})"))
        } else {
            Err(format!("images of type {ami_type} use {client_ca}; allowed: {}", self.demand()))
        }
    }

    fn speaks_of_fargate(&self) -> bool {
        false
    }

    fn when_all_pass(&self) -> &'static str {
        "every kubelet checks client certificates"
    }
}
