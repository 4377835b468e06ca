//! The cluster's authentication mode, and the sum of all ways in.

use crate::Params;
use crate::entries::{self, Kinds};
use crate::maps::{Contents, Key};
use crate::words::list;
use crate::world::World;
use eksamine_facts::eks::Cluster;
use eksamine_facts::rbac::{ClusterRoleBinding, RoleBinding};
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

const MODE: &str = "/accessConfig/authenticationMode";
const CREATOR: &str = "/accessConfig/bootstrapClusterCreatorAdminPermissions";

/// What EKS asks who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing: the cluster was registered from elsewhere, and authenticates by itself.
    Registered(String),
    /// Access entries.
    Api,
    /// Access entries, and aws-auth for whom they do not name.
    Both,
    /// aws-auth.
    ConfigMap,
}

impl Mode {
    pub(crate) const fn reads_entries(&self) -> bool {
        matches!(self, Self::Api | Self::Both)
    }

    pub(crate) const fn reads_aws_auth(&self) -> bool {
        matches!(self, Self::ConfigMap | Self::Both)
    }
}

pub(crate) fn mode(cluster: &TheCluster) -> Known<Mode> {
    Known::derived(|| {
        let cluster = cluster.get()?;
        if let Some(provider) = cluster.registered_from()? {
            return Ok(Mode::Registered(provider.to_string()));
        }
        match cluster.get()?.access_config.get()?.authentication_mode.get()?.as_str() {
            "API" => Ok(Mode::Api),
            "API_AND_CONFIG_MAP" => Ok(Mode::Both),
            "CONFIG_MAP" => Ok(Mode::ConfigMap),
            other => Err(Unknown::because(format!("{other} is no authentication mode"))),
        }
    })
}

pub(crate) fn outcome(
    facts: &Facts<'_>,
    item: &Item<Cluster>,
    mode: &Known<Mode>,
    world: &World,
    params: &Params,
) -> Result<Outcome, Unknown> {
    let (word, creator) = match mode.get()? {
        Mode::Registered(provider) => {
            let text = format!("a cluster registered from {provider} does not authenticate with EKS");
            return Ok(not_applicable(text).at(item.at("/connectorConfig/provider")));
        }
        Mode::ConfigMap => ("CONFIG_MAP", "in this mode the cluster's creator is an administrator whom no list shows"),
        Mode::Api => ("API", "whether EKS made the cluster's creator an administrator by an access entry"),
        Mode::Both => {
            ("API_AND_CONFIG_MAP", "whether EKS made the cluster's creator an administrator by an access entry")
        }
    };
    let shown = |outcome: Outcome| outcome.at(item.at(MODE)).noting(item.at(CREATOR), creator);
    if params.require_access_entries && *mode.get()? == Mode::ConfigMap {
        return Ok(shown(fail(
            "the authentication mode is CONFIG_MAP: EKS reads no access entries, which are demanded",
        )));
    }
    world.complete()?;
    facts.complete::<ClusterRoleBinding>()?;
    facts.complete::<RoleBinding>()?;
    let parts = [
        entries(world, mode.get()?)?,
        aws_auth(world, mode.get()?)?,
        others(world)?,
        administrators(world, mode.get()?)?,
    ];
    let unseen = "people who use the token of a service account are not seen here";
    Ok(shown(pass(format!("mode {word}; {}; {unseen}", parts.join("; ")))))
}

fn entries(world: &World, mode: &Mode) -> Result<String, Unknown> {
    if !mode.reads_entries() {
        return Ok("access entries are not in use".to_owned());
    }
    let mut kinds = Kinds::default();
    for entry in &world.entries {
        kinds.add(entry.get()?)?;
    }
    Ok(format!("access entries of {kinds}"))
}

fn aws_auth(world: &World, mode: &Mode) -> Result<String, Unknown> {
    if !mode.reads_aws_auth() {
        return Ok("aws-auth is without effect, whether it exists or not".to_owned());
    }
    let number = |key: Key| -> Result<usize, Unknown> {
        let mut number = 0;
        for map in world.maps.iter().filter(|map| map.key == key) {
            number += map.contents.get()?.as_ref().map_or(0, Contents::count);
        }
        Ok(number)
    };
    let (roles, users, accounts) = (number(Key::Roles)?, number(Key::Users)?, number(Key::Accounts)?);
    let (roles, users) = (count(roles, "role", "roles"), count(users, "user", "users"));
    Ok(format!("aws-auth maps {roles}, {users} and {}", count(accounts, "account", "accounts")))
}

fn others(world: &World) -> Result<String, Unknown> {
    let mut named = Vec::new();
    for binding in &world.bindings {
        named.extend(binding.named.get()?.iter().map(|n| (n.who, &n.name)));
    }
    named.sort();
    named.dedup();
    let providers = count(world.providers.len(), "OIDC provider", "OIDC providers");
    let named = count(named.len(), "user or group", "users and groups");
    Ok(format!("{providers}; bindings name {named} beside the reserved ones"))
}

/// Who may do everything, as far as lists show.
fn administrators(world: &World, mode: &Mode) -> Result<String, Unknown> {
    let mut all = Vec::new();
    for entry in &world.entries {
        let entry = entry.get()?;
        if entries::is_administrator(entry)? {
            all.push(entry.principal_arn.get()?.to_string());
        }
    }
    for map in &world.maps {
        match map.contents.get()? {
            Ok(Contents::Mappings(mappings)) => {
                let masters = mappings.all.iter().filter(|m| m.groups.iter().any(|g| g == "system:masters"));
                all.extend(masters.map(|m| m.arn.clone()));
            }
            Ok(Contents::Accounts(_)) | Err(_) => {}
        }
    }
    let besides = if *mode == Mode::ConfigMap { ", besides the cluster's creator" } else { "" };
    let all = if all.is_empty() { "nobody".to_owned() } else { list(all) };
    Ok(format!("administrators by these lists: {all}{besides}"))
}
