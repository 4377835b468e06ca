//! Fails a node whose kubelet serves its read-only port, to anybody who can reach the node.

use eksamine_facts::derive::kubelet::{Setting, Stock, read_only_port};
use eksamine_facts::kubelet::KubeletConfiguration;
use eksamine_rule::kubelets::{self, Demand, Trust};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    #[serde(flatten)]
    trust: Trust,
}

/// A finding for each node, as far as it was read; see [`kubelets::judge`].
pub fn judge(facts: &Facts<'_>, params: &Params, tally: Tally) -> Verdict {
    kubelets::judge(facts, params.trust, &NoReadOnlyPort, tally)
}

struct NoReadOnlyPort;

impl Demand for NoReadOnlyPort {
    fn judge(&self, whose: &str, item: &Item<KubeletConfiguration>) -> Result<Outcome, Unknown> {
        let kubelet = item.get()?;
        let Setting { value, field } = read_only_port(kubelet)?;
        let outcome = match (value, field) {
            (0, "/flags/read-only-port") => pass(format!("{whose}: the read-only port is turned off by a flag")),
            (0, _) => pass(format!("{whose}: the read-only port is off (0, or not named)")),
            // The flag's own default; a folder of drop-ins does not change it.
            (port, "/flags/config") => {
                let why = "the kubelet has no configuration file (--config), and nothing else turns the port off";
                fail(format!("{whose} serves its read-only port {port} to anybody: {why}"))
                    .at(item.at("/config/readOnlyPort"))
            }
            (port, "/flags/read-only-port") => {
                fail(format!("{whose} serves its read-only port {port} to anybody: a flag says so, which beats files"))
            }
            (port, _) => fail(format!("{whose} serves its read-only port {port} to anybody, without asking who it is")),
        };
        Ok(outcome.at(item.at(field)).at(item.at("/source")))
    }

    fn infer(&self, stock: &Stock) -> Result<String, String> {
        let Stock { ami_type, nodegroup, read_only_port, .. } = stock;
        match read_only_port {
            0 => Ok(format!("images of type {ami_type} leave the read-only port off (node group {nodegroup})")),
            port => Err(format!("images of type {ami_type} serve the read-only port {port}")),
        }
    }

    fn speaks_of_fargate(&self) -> bool {
        true
    }

    fn when_all_pass(&self) -> &'static str {
        "no kubelet serves a read-only port"
    }
}
