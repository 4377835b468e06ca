//! Whether the key that a cluster names may be used, and works.

use crate::{Params, RequiredKey};
use eksamine_facts::Text;
use eksamine_facts::eks::Cluster;
use eksamine_facts::kms::Key;
use eksamine_rule::prelude::*;

/// How a key was found.
pub(crate) enum Standing {
    /// It cannot stay so.
    Broken(Outcome),
    /// Secrets are encrypted with it.
    Works(Outcome),
}

/// What is known of a key beside its name.
enum Found {
    Read(Box<Item<Key>>),
    /// KMS has no such key.
    Gone,
    /// Why it could not be read.
    Unread(String),
}

/// Codes of EKS that say: the key does not serve.
const KEY_TROUBLE: [&str; 4] = ["KmsKeyDisabled", "KmsKeyMarkedForDeletion", "KmsKeyNotFound", "KmsGrantRevoked"];

/// One proven defect is enough; what is not known counts when there is none.
pub(crate) fn judge(
    facts: &Facts<'_>,
    params: &Params,
    item: &Item<Cluster>,
    name: &Text,
) -> Result<Standing, Unknown> {
    let issue = issue(item.get()?);
    let found = find(facts, item, name)?;
    let mut checks = vec![issue.clone().map(|issue| issue.map(|(_, code)| format!("EKS reports {code}")))];
    match &found {
        Found::Read(key) => checks.extend([state(key.get()?), manager(key.get()?, params)]),
        Found::Gone => checks.push(Ok(Some("KMS has no such key".to_owned()))),
        Found::Unread(_) => {}
    }
    checks.push(approved(&found, params, name));
    let named = format!("{}{}", named(&found, name), owner(item, name)?);
    let wrong: Vec<&str> = checks.iter().filter_map(|check| check.as_ref().ok()?.as_deref()).collect();
    if !wrong.is_empty() {
        let outcome = fail(format!("secrets are encrypted with {named}: {}", wrong.join("; ")));
        let outcome = at_key(outcome, &found, name).at(item.at("/encryptionConfig"));
        return Ok(Standing::Broken(match issue {
            Ok(Some((number, _))) => outcome.at(item.at(&format!("/health/issues/{number}"))),
            _ => outcome,
        }));
    }
    checks.into_iter().try_for_each(|check| check.map(drop))?;
    let text = match &found {
        Found::Unread(why) if params.require_key_state => {
            return Err(Unknown::because(format!("the state of {named} is not known: {why}")));
        }
        Found::Unread(why) => format!("secrets are encrypted with {named}; its state is not verified: {why}"),
        _ => format!("secrets are encrypted with {named}, which is enabled"),
    };
    Ok(Standing::Works(at_key(pass(text), &found, name)))
}

/// The first trouble with the key that EKS itself reports, and its number among the issues.
fn issue(cluster: &Cluster) -> Result<Option<(usize, Text)>, Unknown> {
    let Some(health) = cluster.health.declared()? else { return Ok(None) };
    let Some(issues) = health.issues.declared()? else { return Ok(None) };
    let codes: Vec<Result<&Text, Unknown>> = issues.iter().map(|issue| issue.then(|i| i.code.get())).collect();
    let trouble = codes.iter().position(|code| code.as_ref().is_ok_and(|code| KEY_TROUBLE.contains(&code.as_str())));
    match trouble {
        Some(number) => codes[number].clone().map(|code| Some((number, code.clone()))),
        None => codes.into_iter().try_for_each(|code| code.map(drop)).map(|()| None),
    }
}

/// A key is found by its ARN, and by an alias as the one that answered to it.
fn find(facts: &Facts<'_>, cluster: &Item<Cluster>, name: &Text) -> Result<Found, Unknown> {
    let keys: Vec<Item<Key>> = facts.items().collect();
    let alone = keys.len() == 1;
    for item in keys {
        let key = item.get()?;
        let is_it = if is_key_arn(name) {
            key.arn.get()? == name
        } else {
            // The only key that was asked for is the one that the cluster names.
            (alone && key.parent.declared()?.is_none()) || key.parent.get()? == name
        };
        if is_it {
            return Ok(Found::Read(Box::new(item)));
        }
    }
    let region = |arn: &str| arn.split(':').nth(3).map(str::to_owned);
    let here = region(cluster.get()?.arn.get()?);
    let why = match facts.availability::<Key>() {
        Availability::Complete if name.starts_with("arn:") && region(name) != here => {
            "it is of another region, where it was not asked for".to_owned()
        }
        Availability::Complete => return Ok(Found::Gone),
        status => format!("aws.kms.keys is {status} (kms:DescribeKey)"),
    };
    Ok(Found::Unread(why))
}

fn is_key_arn(name: &str) -> bool {
    name.split(':').nth(5).is_some_and(|resource| resource.starts_with("key/"))
}

fn state(key: &Key) -> Result<Option<String>, Unknown> {
    let state = key.state.get()?;
    Ok((*state != "Enabled").then(|| format!("the key is {state}, and it must be Enabled")))
}

fn manager(key: &Key, params: &Params) -> Result<Option<String>, Unknown> {
    match (key.manager.get()?.as_str(), params.required_key) {
        ("CUSTOMER", _) | ("AWS", RequiredKey::AnyKms) => Ok(None),
        ("AWS", RequiredKey::CustomerManaged) => Ok(Some("the key is managed by AWS, not by a customer".to_owned())),
        (other, _) => Err(Unknown::because(format!("KeyManager is {other:?}, which says nothing"))),
    }
}

/// What counts is the key, not the alias that stands for it today.
fn approved(found: &Found, params: &Params, name: &Text) -> Result<Option<String>, Unknown> {
    if params.approved_key_arns.is_empty() {
        return Ok(None);
    }
    let arn = match found {
        Found::Read(key) => key.get()?.arn.get()?,
        _ if is_key_arn(name) => name,
        Found::Gone => return Ok(None),
        Found::Unread(why) => {
            return Err(Unknown::because(format!("which key {name} stands for, and whether it is approved: {why}")));
        }
    };
    let is_listed = params.approved_key_arns.iter().any(|approved| *arn == **approved);
    Ok((!is_listed).then(|| format!("{arn} is not one of approved_key_arns")))
}

/// Whose key it is, where that is not the cluster's account.
fn owner(cluster: &Item<Cluster>, name: &Text) -> Result<String, Unknown> {
    let account = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
    let (here, there) = (account(cluster.get()?.arn.get()?), account(name));
    Ok(there.filter(|_| here != account(name)).map_or_else(String::new, |there| format!(" of account {there}")))
}

/// The name, and for an alias the key that it stands for.
fn named(found: &Found, name: &Text) -> String {
    let arn = Known::derived(|| match found {
        Found::Read(key) if !is_key_arn(name) => Ok(key.get()?.arn.declared()?.cloned()),
        _ => Ok(None),
    });
    arn.peek().and_then(Option::as_ref).map_or_else(|| name.to_string(), |arn| format!("{name} ({arn})"))
}

fn at_key(outcome: Outcome, found: &Found, name: &Text) -> Outcome {
    const STATUS: &str = "/facts/aws.kms.keys/status";
    let key = match found {
        Found::Read(key) => key,
        Found::Gone => return outcome.noting(STATUS, "it was asked for, and KMS answered that it is not there"),
        Found::Unread(_) => return outcome.at(STATUS),
    };
    let outcome = if is_key_arn(name) { outcome } else { outcome.at(key.at("/$parent")).at(key.at("/Arn")) };
    let outcome = outcome.at(key.at("/KeyState")).at(key.at("/KeyManager")).at(key.at("/KeySpec"));
    outcome.with(aside(|| deletion(key))).with(aside(|| origin(key))).with(aside(|| regions(key)))
}

/// A key has the date of its end only once that is decided.
fn deletion(key: &Item<Key>) -> Result<Vec<Evidence>, Unknown> {
    let is_near = *key.get()?.state.get()? == "PendingDeletion";
    Ok(if is_near { vec![Evidence::at(key.at("/DeletionDate"))] } else { Vec::new() })
}

fn origin(key: &Item<Key>) -> Result<Vec<Evidence>, Unknown> {
    let at = Evidence::at(key.at("/Origin"));
    Ok(vec![match key.get()?.origin.get()?.as_str() {
        "AWS_KMS" => at,
        "EXTERNAL" => at.noting("imported material: it can expire, and only you can bring it back"),
        _ => at.noting("the material is kept outside of KMS, which cannot work without that store"),
    }])
}

fn regions(key: &Item<Key>) -> Result<Vec<Evidence>, Unknown> {
    let at = Evidence::at(key.at("/MultiRegion"));
    let note = "keys of other regions have the same material and decrypt the same";
    Ok(vec![if *key.get()?.multi_region.get()? { at.noting(note) } else { at }])
}
