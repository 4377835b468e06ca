//! The roles of the cluster's nodes and Fargate pods, with what IAM says of them.

use crate::Params;
use eksamine_facts::core::ConfigMap;
use eksamine_facts::derive::iam::account_of;
use eksamine_facts::derive::roles::{Named, NodeRoles, User, is_role};
use eksamine_facts::ec2::Instance;
use eksamine_facts::eks::{AccessEntry, Cluster, FargateProfile, Nodegroup};
use eksamine_facts::iam::{InstanceProfile, Role};
use eksamine_facts::nodes::{Ec2NodeClass, NodeClass};
use eksamine_rule::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Where a parameter is looked for in the facts.
const ROLES: &str = "/facts/aws.iam.roles/status";

/// A role that IAM described.
pub(crate) struct Held {
    pub(crate) item: Item<Role>,
    pub(crate) arn: String,
    pub(crate) users: BTreeSet<User>,
}

/// What there is to judge.
pub(crate) struct World {
    pub(crate) node_roles: NodeRoles,
    /// By their ARNs.
    pub(crate) held: BTreeMap<String, Held>,
    /// Roles that IAM did not describe.
    pub(crate) missing: Vec<(Named, BTreeSet<User>)>,
    account: Known<String>,
    /// A role that cannot even say its ARN may be any of the missing.
    nameless: bool,
}

impl World {
    pub(crate) fn read(facts: &Facts<'_>, params: &Params, cluster: &Item<Cluster>, mode: Option<&str>) -> Self {
        let mut roles = NodeRoles::default();
        roles.add_cluster(cluster.known(), &cluster.place());
        facts.items::<Nodegroup>().for_each(|item| roles.add_nodegroup(item.known(), &item.place()));
        facts.items::<FargateProfile>().for_each(|item| roles.add_fargate_profile(item.known(), &item.place()));
        facts.items::<Instance>().for_each(|item| roles.add_instance(item.known(), &item.place()));
        facts.items::<NodeClass>().for_each(|item| roles.add_node_class(item.known(), &item.place()));
        facts.items::<Ec2NodeClass>().for_each(|item| roles.add_ec2_node_class(item.known(), &item.place()));
        facts.items::<InstanceProfile>().for_each(|item| roles.add_instance_profile(item.known(), &item.place()));
        roles.follow_profiles(&facts.whole::<InstanceProfile>());
        if mode != Some("CONFIG_MAP") {
            facts.items::<AccessEntry>().for_each(|item| roles.add_entry(item.known(), &item.place()));
        }
        if mode != Some("API") {
            facts.items::<ConfigMap>().for_each(|item| roles.add_config_map(item.known(), &item.place()));
        }
        for name in &params.extra_node_roles {
            let role = if name.starts_with("arn:") { Named::Arn(name.clone()) } else { Named::Name(name.clone()) };
            roles.add("the parameter extra_node_roles", ROLES.to_owned(), role);
        }
        let account = Known::derived(|| {
            let arn = cluster.get()?.arn.get()?;
            account_of(arn).map(str::to_owned).ok_or_else(|| Unknown::because(format!("{arn} has no account")))
        });
        let mut world =
            Self { node_roles: roles, held: BTreeMap::new(), missing: Vec::new(), account, nameless: false };
        world.settle(facts);
        world
    }

    fn settle(&mut self, facts: &Facts<'_>) {
        let mut items = BTreeMap::new();
        for item in facts.items::<Role>() {
            match item.known().peek().and_then(|role| role.arn.peek()).filter(|arn| is_role(arn)) {
                Some(arn) => drop(items.insert(arn.to_string(), item)),
                None => self.nameless = true,
            }
        }
        let own = self.account.peek().map_or("", String::as_str);
        for (named, users) in self.node_roles.roles() {
            let Some((arn, item)) = items.iter().find(|(arn, _)| named.is(arn, own)) else {
                self.missing.push((named.clone(), users.clone()));
                continue;
            };
            let new = || Held { item: item.clone(), arn: arn.clone(), users: BTreeSet::new() };
            self.held.entry(arn.clone()).or_insert_with(new).users.extend(users.clone());
        }
    }

    /// What becomes of a role that IAM did not describe.
    ///
    /// # Errors
    /// [`Unknown`] when it may have been missed.
    pub(crate) fn missing(&self, facts: &Facts<'_>, named: &Named, users: &BTreeSet<User>) -> Result<Outcome, Unknown> {
        facts.complete::<Role>()?;
        if self.nameless {
            return Err(Unknown::because("a role whose ARN is not known may be this one"));
        }
        let own = self.account.get()?;
        let by = crate::say::users(users);
        let outcome = match named.account() {
            Some(other) if other != own => manual(format!(
                "role {named} is of account {other}, whose policies are not read from account {own}; it is named by {by}"
            )),
            _ if users.iter().all(|user| user.place == ROLES) => {
                let why = "the facts hold the roles that nodes and Fargate pods have, and this is none of them";
                return Err(Unknown::because(format!("role {named} of extra_node_roles was not read: {why}")));
            }
            _ if matches!(named, Named::Pathless(_)) => manual(format!(
                "aws-auth names role {named}, and IAM knows none of that name (aws-auth takes no paths, and capital \
                 letters for small ones): is the mapping left over?"
            )),
            _ => pass(format!("IAM knows no role {named}, so it grants nothing; it is named by {by}")),
        };
        Ok(users.iter().take(crate::say::SHOWN).fold(outcome, |outcome, user| outcome.at(user.place.clone())))
    }
}
