//! The roles that nodes and Fargate pods run with, and what names each of them.

use super::aws_auth::{self, Malformed};
use crate::core::ConfigMap;
use crate::ec2::Instance;
use crate::eks::{AccessEntry, Cluster, FargateProfile, Nodegroup};
use crate::iam::InstanceProfile;
use crate::nodes::{Ec2NodeClass, NodeClass};
use crate::{Given, Known, Text, Unknown};
use std::collections::{BTreeMap, BTreeSet};

/// How something names a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// By its ARN.
    Arn(String),
    /// By its ARN without the path, as aws-auth must.
    Pathless(String),
    /// By its name, in the cluster's own account.
    Name(String),
}

/// Something that runs with a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// `node group blue`
    pub what: String,
    /// Where it names the role.
    pub place: String,
}

/// Something whose role could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// `node group blue: nodeRole is missing`
    pub why: String,
    /// Where it stands.
    pub place: String,
}

/// Who runs with which role.
#[derive(Debug, Default)]
pub struct NodeRoles {
    roles: BTreeMap<Named, BTreeSet<User>>,
    /// By ARN or by name.
    profiles: BTreeMap<String, BTreeSet<User>>,
    known_profiles: BTreeMap<String, Result<Vec<String>, String>>,
    doubts: BTreeSet<Doubt>,
}

impl Named {
    /// Whether it is the role of this ARN, which is of the cluster's account if that is what `own` says.
    #[must_use]
    pub fn is(&self, arn: &str, own: &str) -> bool {
        match self {
            Self::Arn(named) => named == arn,
            // The authenticator compares in lower case.
            Self::Pathless(named) => named.eq_ignore_ascii_case(&without_path(arn)),
            Self::Name(name) => super::iam::account_of(arn) == Some(own) && last(arn) == name,
        }
    }

    /// The account that it is of; `None` for the cluster's own.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Arn(arn) | Self::Pathless(arn) => super::iam::account_of(arn),
            Self::Name(_) => None,
        }
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arn(text) | Self::Pathless(text) | Self::Name(text) => f.write_str(text),
        }
    }
}

/// The ARN of a role as aws-auth has it.
#[must_use]
pub fn without_path(arn: &str) -> String {
    match arn.split_once(":role/") {
        Some((account, path)) => format!("{account}:role/{}", last(path)),
        None => arn.to_owned(),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The role that an access entry lets nodes in with. Entries of the type STANDARD are for people and programs; AWS's
/// own roles (service-linked ones) are not the owner's to change.
#[must_use]
pub fn of_entry<'a>(kind: &str, arn: &'a str) -> Option<&'a str> {
    let own = !arn.contains(":role/aws-service-role/");
    (!kind.is_empty() && kind != "STANDARD" && own).then_some(arn)
}

/// The roles that aws-auth lets nodes in with.
///
/// # Errors
/// [`Malformed`] when the authenticator cannot read the map.
pub fn of_aws_auth(roles: &str) -> Result<Vec<String>, Malformed> {
    let of_nodes = |mapping: &aws_auth::Mapping| mapping.groups.iter().any(|group| group == "system:nodes");
    let all = aws_auth::roles(roles)?.all;
    Ok(all.into_iter().filter(of_nodes).map(|mapping| mapping.arn).filter(|arn| arn.contains(":role/")).collect())
}

impl NodeRoles {
    /// The role of Auto Mode's built-in node pools.
    pub fn add_cluster(&mut self, cluster: &Known<Cluster>, place: &str) {
        let role = Known::settled(|| match cluster.get()?.compute_config.declared()? {
            Some(config) => config.node_role_arn.declared()?.map(|text| arn(text)).transpose(),
            None => Ok(None),
        });
        self.found("the built-in node pools of Auto Mode", format!("{place}/computeConfig/nodeRoleArn"), role);
    }

    /// The role of a managed node group.
    pub fn add_nodegroup(&mut self, group: &Known<Nodegroup>, place: &str) {
        let role = Known::settled(|| arn(group.get()?.node_role.get()?).map(Some));
        let what = titled("node group", group.peek().and_then(|group| group.name.peek()));
        self.found(&what, format!("{place}/nodeRole"), role);
    }

    /// The role of a Fargate profile.
    pub fn add_fargate_profile(&mut self, profile: &Known<FargateProfile>, place: &str) {
        let role = Known::settled(|| arn(profile.get()?.pod_execution_role_arn.get()?).map(Some));
        let what = titled("Fargate profile", profile.peek().and_then(|profile| profile.name.peek()));
        self.found(&what, format!("{place}/podExecutionRoleArn"), role);
    }

    /// The role of an access entry, if it is for nodes.
    pub fn add_entry(&mut self, entry: &Known<AccessEntry>, place: &str) {
        let role = Known::settled(|| {
            let entry = entry.get()?;
            of_entry(entry.kind.get()?, entry.principal_arn.get()?).map(arn).transpose()
        });
        let entry = entry.peek();
        let kind =
            entry.and_then(|entry| entry.kind.peek()).map_or_else(String::new, |kind| format!(" of type {kind}"));
        self.found(&format!("an access entry{kind}"), format!("{place}/principalArn"), role);
    }

    /// The roles of nodes in aws-auth; nothing of other ConfigMaps.
    pub fn add_config_map(&mut self, map: &Known<ConfigMap>, place: &str) {
        let roles = Known::settled(|| mapped(map.get()?));
        let place = format!("{place}/data/mapRoles");
        match roles {
            Ok(arns) => arns.into_iter().for_each(|arn| self.add("aws-auth", place.clone(), Named::Pathless(arn))),
            Err(why) => self.doubt("aws-auth", place, &why),
        }
    }

    /// The role, or the instance profile, of an Auto Mode node class.
    pub fn add_node_class(&mut self, class: &Known<NodeClass>, place: &str) {
        let what = titled("node class", class.peek().and_then(|class| class.metadata.peek()?.name.peek()));
        let spec = || class.get()?.spec.in_view();
        let role = Known::settled(|| spec()?.map_or(Ok(None), |spec| spec.role.declared()?.map(named).transpose()));
        let profile =
            Known::settled(|| spec()?.map_or(Ok(None), |spec| Ok(spec.instance_profile.declared()?.cloned())));
        self.either(&what, place, role, profile);
    }

    /// The role, or the instance profile, of a node class of Karpenter's.
    pub fn add_ec2_node_class(&mut self, class: &Known<Ec2NodeClass>, place: &str) {
        let what = titled("EC2 node class", class.peek().and_then(|class| class.metadata.peek()?.name.peek()));
        let spec = || class.get()?.spec.in_view();
        let role = Known::settled(|| spec()?.map_or(Ok(None), |spec| spec.role.declared()?.map(named).transpose()));
        let profile =
            Known::settled(|| spec()?.map_or(Ok(None), |spec| Ok(spec.instance_profile.declared()?.cloned())));
        self.either(&what, place, role, profile);
        let made = Known::settled(|| match class.get()?.status.declared()? {
            Some(status) => Ok(status.instance_profile.declared()?.cloned()),
            None => Ok(None),
        });
        self.through_profile(&what, format!("{place}/status/instanceProfile"), made);
    }

    /// The instance profile of an instance.
    pub fn add_instance(&mut self, instance: &Known<Instance>, place: &str) {
        let profile = Known::settled(|| match instance.get()?.iam_instance_profile.given()? {
            Given::Not => Ok(None),
            Given::Value(profile) if profile.arn.peek().is_some() => Ok(profile.arn.peek().cloned()),
            Given::Value(_) | Given::Empty => Err(Unknown::because("IamInstanceProfile has no readable ARN")),
        });
        let what = titled("instance", instance.peek().and_then(|instance| instance.id.peek()));
        self.through_profile(&what, format!("{place}/IamInstanceProfile/Arn"), profile);
    }

    /// What an instance profile carries. Profiles that nothing names do not count.
    pub fn add_instance_profile(&mut self, profile: &Known<InstanceProfile>, place: &str) {
        let names = Known::settled(|| {
            let profile = profile.get()?;
            Ok([profile.arn.get()?.to_string(), profile.name.get()?.to_string()])
        });
        let roles = Known::settled(|| match profile.get()?.roles.given()? {
            Given::Value(roles) => roles.iter().map(|role| Ok(role.get()?.arn.get()?.to_string())).collect(),
            Given::Empty => Ok(Vec::new()),
            Given::Not => Err(Unknown::because("Roles is missing")),
        });
        match names {
            Ok(names) => names.into_iter().for_each(|name| drop(self.known_profiles.insert(name, roles.clone()))),
            Err(why) => self.doubt("an instance profile", format!("{place}/Arn"), &why),
        }
    }

    /// Follows instance profiles to their roles. `whole` says whether every profile that there is was read.
    pub fn follow_profiles(&mut self, whole: &Known<()>) {
        for (profile, users) in std::mem::take(&mut self.profiles) {
            let roles = match self.known_profiles.get(&profile) {
                Some(Ok(roles)) => Ok(roles.clone()),
                Some(Err(why)) => Err(why.clone()),
                // IAM was asked for it and knows none of that name, so it carries nothing.
                None if whole.peek().is_some() => Ok(Vec::new()),
                None => Err(whole.reason()),
            };
            match roles {
                Ok(roles) => {
                    for role in roles {
                        self.roles.entry(Named::Arn(role)).or_default().extend(users.clone());
                    }
                }
                Err(why) => users.into_iter().for_each(|user| {
                    self.doubt(&user.what, user.place, &format!("its instance profile {profile}: {why}"));
                }),
            }
        }
    }

    /// A role that nothing here names, but somebody else.
    pub fn add(&mut self, what: &str, place: String, role: Named) {
        self.roles.entry(role).or_default().insert(User { what: what.to_owned(), place });
    }

    /// Each role with who runs with it.
    pub fn roles(&self) -> impl Iterator<Item = (&Named, &BTreeSet<User>)> {
        self.roles.iter()
    }

    /// What may run with any role.
    pub fn doubts(&self) -> impl Iterator<Item = &Doubt> {
        self.doubts.iter()
    }

    fn either(
        &mut self,
        what: &str,
        place: &str,
        role: Result<Option<Named>, String>,
        profile: Result<Option<Text>, String>,
    ) {
        if let (Ok(None), Ok(None)) = (&role, &profile) {
            return self.doubt(what, format!("{place}/spec/role"), "it has neither a role nor an instance profile");
        }
        self.found(what, format!("{place}/spec/role"), role);
        self.through_profile(what, format!("{place}/spec/instanceProfile"), profile);
    }

    fn found(&mut self, what: &str, place: String, role: Result<Option<Named>, String>) {
        match role {
            Ok(Some(role)) => self.add(what, place, role),
            Ok(None) => {}
            Err(why) => self.doubt(what, place, &why),
        }
    }

    fn through_profile(&mut self, what: &str, place: String, profile: Result<Option<Text>, String>) {
        match profile {
            Ok(Some(profile)) => {
                let user = User { what: what.to_owned(), place };
                self.profiles.entry(profile.to_string()).or_default().insert(user);
            }
            Ok(None) => {}
            Err(why) => self.doubt(what, place, &why),
        }
    }

    fn doubt(&mut self, what: &str, place: String, why: &str) {
        self.doubts.insert(Doubt { why: format!("{what}: {why}"), place });
    }
}

/// The role of this ARN.
///
/// # Errors
/// [`Unknown`] when it is the ARN of no role: then it is not known who is meant.
fn arn(text: &str) -> Result<Named, Unknown> {
    if is_role(text) {
        Ok(Named::Arn(text.to_owned()))
    } else {
        Err(Unknown::because(format!("{text} is no role's ARN")))
    }
}

/// Whether it is the ARN of a role.
#[must_use]
pub fn is_role(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.split(':').nth(2) == Some("iam") && arn.contains(":role/")
}

/// Node classes take names; an ARN is taken as one.
fn named(text: &Text) -> Result<Named, Unknown> {
    if text.starts_with("arn:") { arn(text) } else { Ok(Named::Name(last(text).to_owned())) }
}

fn titled(word: &str, name: Option<&Text>) -> String {
    name.map_or_else(|| format!("a {word} without a readable name"), |name| format!("{word} {name}"))
}

fn mapped(map: &ConfigMap) -> Result<Vec<String>, Unknown> {
    if *map.metadata.get()?.name.get()? != "aws-auth" {
        return Ok(Vec::new());
    }
    let Some(data) = map.data.declared()? else { return Ok(Vec::new()) };
    let entry = data.entry("mapRoles");
    let text = entry.declared()?.map_or("", |text| text.as_str());
    of_aws_auth(text).map_err(|malformed| Unknown::because(format!("mapRoles cannot be read at {malformed}")))
}

#[cfg(test)]
#[path = "roles_tests.rs"]
mod tests;
