//! Fails a cluster whose secrets are not encrypted with a key of the customer's that works.

mod key;

use crate::key::Standing;
use eksamine_facts::Text;
use eksamine_facts::eks::{Cluster, EncryptionConfig};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    required_key: RequiredKey,
    approved_key_arns: Vec<String>,
    require_key_state: bool,
}

/// Whose key is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RequiredKey {
    CustomerManaged,
    AnyKms,
}

/// From this minor version of Kubernetes 1 EKS encrypts everything that the API server stores, whatever is configured.
const ALWAYS_ENCRYPTED: u32 = 28;

/// One finding, for the cluster.
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    tally.counts("clusters");
    let cluster = facts.cluster();
    let place = cluster.at("/encryptionConfig");
    tally.judge_at(cluster.subject(), place, || judge_cluster(facts, params, cluster.get()?));
    tally.finish("")
}

fn judge_cluster(facts: &Facts<'_>, params: &Params, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if let Some(elsewhere) = item.elsewhere("keeps its secrets elsewhere")? {
        return Ok(elsewhere);
    }
    let mut works = None;
    for name in named_keys(cluster)? {
        match key::judge(facts, params, item, name)? {
            Standing::Broken(outcome) => return Ok(outcome),
            Standing::Works(outcome) => works = works.or(Some(outcome)),
        }
    }
    let outcome = match works {
        Some(outcome) => outcome.with(aside(|| written_before(item))),
        None => judge_without_key(params, item)?,
    };
    Ok(outcome.at(item.at("/encryptionConfig")))
}

/// The names of the keys that secrets are encrypted with, as the cluster has them: ARNs or aliases.
fn named_keys(cluster: &Cluster) -> Result<Vec<&Text>, Unknown> {
    let mut keys = Vec::new();
    for entry in entries(cluster)? {
        let Some(key) = key_of(entry)? else { continue };
        if lists_secrets(entry)? || is_always_encrypted(cluster)? {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// An entry that is `{}` names nothing.
fn entries(cluster: &Cluster) -> Result<Vec<&EncryptionConfig>, Unknown> {
    let list = cluster.encryption_config.declared()?.into_iter().flat_map(|list| list.iter());
    list.filter_map(|entry| entry.declared().transpose()).collect()
}

fn key_of(entry: &EncryptionConfig) -> Result<Option<&Text>, Unknown> {
    match entry.provider.declared()? {
        Some(provider) => provider.key_arn.declared(),
        None => Ok(None),
    }
}

fn lists_secrets(entry: &EncryptionConfig) -> Result<bool, Unknown> {
    for resource in entry.resources.declared()?.into_iter().flat_map(|list| list.iter()) {
        if *resource.get()? == "secrets" {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_always_encrypted(cluster: &Cluster) -> Result<bool, Unknown> {
    let version = cluster.version.get()?.as_str();
    let parts = version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let parts: (u32, u32) =
        parts.ok_or_else(|| Unknown::because(format!("{version:?} is no version of Kubernetes")))?;
    Ok(parts >= (1, ALWAYS_ENCRYPTED))
}

fn judge_without_key(params: &Params, item: &Item<Cluster>) -> Result<Outcome, Unknown> {
    let cluster = item.get()?;
    if cluster.outpost_config.declared()?.is_some() {
        let text = "no key of KMS is named, and local clusters on Outposts encrypt in another way: see what yours does";
        return Ok(manual(text).at(item.at("/outpostConfig/outpostArns")));
    }
    let version = cluster.version.get()?;
    let default = format!("encrypted by default with a key of AWS's own (Kubernetes {version})");
    let outcome = match (is_always_encrypted(cluster)?, params.required_key) {
        (true, RequiredKey::AnyKms) => pass(format!("secrets are {default}; no key of yours is named")),
        (true, RequiredKey::CustomerManaged) => {
            fail(format!("secrets are {default}, but not with a key that you control: the cluster names none"))
        }
        (false, _) => {
            let names = if entries(cluster)?.is_empty() { "names no key" } else { "names no key for secrets" };
            fail(format!(
                "secrets are not encrypted with a key of KMS: the cluster {names}, and Kubernetes {version} has no default"
            ))
        }
    };
    Ok(outcome.at(item.at("/version")))
}

/// What a key does not reach.
fn written_before(item: &Item<Cluster>) -> Result<Vec<Evidence>, Unknown> {
    if is_always_encrypted(item.get()?)? {
        return Ok(Vec::new());
    }
    let note = "secrets that were written before the key was associated stay as they were until they are written again";
    Ok(vec![Evidence::at(item.at("/version")).noting(note)])
}
