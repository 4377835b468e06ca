//! Access entries.

use crate::Params;
use crate::words::list;
use eksamine_facts::derive::identity::{Principal, principal};
use eksamine_facts::eks::{AccessEntry, AccessPolicy};
use eksamine_facts::{List, Text};
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;
use std::fmt;

/// For people and programs; all other types are for nodes.
const STANDARD: &str = "STANDARD";

/// Policies shown as evidence; the message names more.
const SHOWN: usize = 5;

pub(crate) fn outcome(item: &Item<AccessEntry>, params: &Params) -> Result<Outcome, Unknown> {
    let entry = item.get()?;
    let arn = entry.principal_arn.get()?;
    let what = match principal(arn)? {
        Principal::Role => "role",
        Principal::IdentityCenter => "role of IAM Identity Center",
        Principal::User => "IAM user",
        Principal::Root => "root user of the account",
    };
    let lasting = matches!(principal(arn)?, Principal::User | Principal::Root);
    if params.forbid_iam_users && lasting {
        let text = format!("an access entry lets in the {what} {arn}, whose credentials last; only roles are allowed");
        return Ok(fail(text).at(item.at("/principalArn")));
    }
    let kind = entry.kind.get()?;
    let text = format!("{what} {arn}, type {kind}: {}", rights(entry)?);
    let fields = ["/principalArn", "/username", "/kubernetesGroups"].map(str::to_owned).into_iter();
    let number = policies(entry)?.map_or(0, |list| list.len()).min(SHOWN);
    let held = (0..number).map(|index| format!("/$policies/{index}/policyArn"));
    Ok(fields.chain(held).fold(pass(text), |outcome, field| outcome.at(item.at(&field))))
}

/// Name, groups and policies.
fn rights(entry: &AccessEntry) -> Result<String, Unknown> {
    let name = entry.username.get()?;
    let groups = match entry.groups.declared()? {
        Some(groups) => list(groups.all_known()?.into_iter().map(Text::to_string)),
        None => "none".to_owned(),
    };
    let mut held = Vec::new();
    for policy in policies(entry)?.into_iter().flat_map(|list| list.iter()) {
        let policy = policy.get()?;
        held.push(format!("{} in {}", name_of(policy)?, scope(policy)?));
    }
    let held = if held.is_empty() { "none".to_owned() } else { list(held) };
    Ok(format!("user {name}; groups: {groups}; access policies: {held}"))
}

/// An entry without policies has an empty list; one whose policies were not read has none.
fn policies(entry: &AccessEntry) -> Result<Option<&List<AccessPolicy>>, Unknown> {
    use eksamine_facts::Given;
    match entry.policies.given()? {
        Given::Value(policies) => Ok(Some(policies)),
        Given::Empty => Ok(None),
        Given::Not => Err(Unknown::because("$policies is missing")),
    }
}

fn name_of(policy: &AccessPolicy) -> Result<&str, Unknown> {
    Ok(policy.arn.get()?.rsplit('/').next().unwrap_or_default())
}

fn scope(policy: &AccessPolicy) -> Result<String, Unknown> {
    let scope = policy.scope.get()?;
    match scope.kind.get()?.as_str() {
        "cluster" => Ok("the whole cluster".to_owned()),
        "namespace" => {
            let names = scope.namespaces.get()?.all_known()?;
            Ok(format!("namespaces {}", list(names.into_iter().map(Text::to_string))))
        }
        other => Err(Unknown::because(format!("{other} is no scope of an access policy"))),
    }
}

/// Whether it may do everything everywhere.
pub(crate) fn is_administrator(entry: &AccessEntry) -> Result<bool, Unknown> {
    let mut found = false;
    for policy in policies(entry)?.into_iter().flat_map(|list| list.iter()) {
        let policy = policy.get()?;
        found |= name_of(policy)? == "AmazonEKSClusterAdminPolicy" && *policy.scope.get()?.kind.get()? == "cluster";
    }
    Ok(found)
}

/// How many access entries of which kind there are.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    roles: usize,
    identity_center: usize,
    users: usize,
    nodes: usize,
}

impl Kinds {
    pub(crate) fn add(&mut self, entry: &AccessEntry) -> Result<(), Unknown> {
        let kind = principal(entry.principal_arn.get()?)?;
        let counted = match kind {
            Principal::User | Principal::Root => &mut self.users,
            Principal::Role | Principal::IdentityCenter if *entry.kind.get()? != STANDARD => &mut self.nodes,
            Principal::IdentityCenter => &mut self.identity_center,
            Principal::Role => &mut self.roles,
        };
        *counted += 1;
        Ok(())
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles = count(self.roles + self.identity_center, "role", "roles");
        let users = count(self.users, "user", "users");
        let nodes = count(self.nodes, "node role", "node roles");
        write!(f, "{roles} ({} of IAM Identity Center), {users} and {nodes}", self.identity_center)
    }
}
