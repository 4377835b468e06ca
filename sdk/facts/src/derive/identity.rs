//! The identity map: who becomes which user and which groups in Kubernetes, by access entries, aws-auth and OIDC.

use super::aws_auth::Mapping;
use crate::eks::{AccessEntry, OidcConfig};
use crate::{Text, Unknown};

/// What a binding refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A user.
    User,
    /// A group.
    Group,
}

impl Who {
    /// In a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

/// Whether Kubernetes or EKS keeps the name for itself.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    name.starts_with("system:") || name.starts_with("eks:")
}

/// What an IAM ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// A role.
    Role,
    /// A role that IAM Identity Center made for a permission set.
    IdentityCenter,
    /// A user, with credentials that last.
    User,
    /// The account itself.
    Root,
}

/// What an IAM ARN names.
///
/// # Errors
/// [`Unknown`] when it is no ARN of a role, a user or an account.
pub fn principal(arn: &str) -> Result<Principal, Unknown> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", _, "iam", _, _, resource] = parts.as_slice() else {
        return Err(Unknown::because(format!("{arn} is no ARN of IAM")));
    };
    match resource.split_once('/') {
        Some(("role", name)) => {
            let name = name.rsplit('/').next().unwrap_or_default();
            let made = name.starts_with("AWSReservedSSO_");
            Ok(if made { Principal::IdentityCenter } else { Principal::Role })
        }
        Some(("user", _)) => Ok(Principal::User),
        None if resource == "root" => Ok(Principal::Root),
        _ => Err(Unknown::because(format!("{arn} is no role, user or account"))),
    }
}

/// What the authenticator fills in (aws-iam-authenticator, and EKS user guide, "Set a custom username").
const PLACEHOLDERS: [&str; 5] =
    ["{{AccountID}}", "{{SessionNameRaw}}", "{{SessionName}}", "{{EC2PrivateDNSName}}", "{{AccessKeyID}}"];

/// A name with placeholders, each of which stands for at least one character.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Template(Vec<String>);

impl Template {
    fn new(text: &str) -> Self {
        let mut marked = text.to_owned();
        for placeholder in PLACEHOLDERS {
            // No name holds it.
            marked = marked.replace(placeholder, "\0");
        }
        Self(marked.split('\0').map(str::to_owned).collect())
    }

    fn makes(&self, name: &str) -> bool {
        let (first, rest) = match self.0.as_slice() {
            [] => return name.is_empty(),
            [all] => return all == name,
            [first, rest @ ..] => (first, rest),
        };
        let Some(mut left) = name.strip_prefix(first.as_str()) else { return false };
        let (last, middle) = match rest {
            [middle @ .., last] => (last.as_str(), middle),
            [] => ("", rest),
        };
        for literal in middle {
            // The placeholder before it takes one character, and as few as it can.
            let Some(at) =
                after_one(left).and_then(|skipped| Some(left.len() - skipped.len() + skipped.find(literal.as_str())?))
            else {
                return false;
            };
            left = &left[at + literal.len()..];
        }
        left.strip_suffix(last).is_some_and(|filled| !filled.is_empty())
    }
}

fn after_one(text: &str) -> Option<&str> {
    let mut rest = text.chars();
    rest.next().map(|_| rest.as_str())
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    /// A name with placeholders.
    Of(Template),
    /// Whatever begins so; everything, when it is empty.
    Prefixed(String),
    /// The ARN of a role or user of an account.
    OfAccount(String),
}

impl Names {
    fn hold(&self, name: &str) -> bool {
        match self {
            Self::Of(template) => template.makes(name),
            Self::Prefixed(prefix) => name.len() > prefix.len() && name.starts_with(prefix.as_str()),
            Self::OfAccount(account) => {
                let parts: Vec<&str> = name.splitn(6, ':').collect();
                matches!(parts.as_slice(), ["arn", _, "iam" | "sts", "", of, _] if of == account)
            }
        }
    }
}

/// Something that lets people in, and the names that it gives them; by default none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    users: Option<Names>,
    groups: Vec<Names>,
}

impl Source {
    /// An access entry.
    ///
    /// # Errors
    /// [`Unknown`] when its names are not known.
    pub fn entry(entry: &AccessEntry) -> Result<Self, Unknown> {
        let groups = match entry.groups.declared()? {
            // Groups of access entries are taken as they stand.
            Some(groups) => groups.all_known()?.into_iter().map(|g| Names::Of(Template(vec![g.to_string()]))).collect(),
            None => Vec::new(),
        };
        Ok(Self { users: Some(Names::Of(Template::new(entry.username.get()?))), groups })
    }

    /// An element of aws-auth.
    #[must_use]
    pub fn mapping(mapping: &Mapping) -> Self {
        let users = mapping.username.as_deref().map(|name| Names::Of(Template::new(name)));
        Self { users, groups: mapping.groups.iter().map(|group| Names::Of(Template::new(group))).collect() }
    }

    /// An account of `mapAccounts`: its roles and users, each under its ARN and in no group.
    #[must_use]
    pub fn account(account: &str) -> Self {
        Self { users: Some(Names::OfAccount(account.to_owned())), groups: Vec::new() }
    }

    /// An OIDC provider.
    ///
    /// # Errors
    /// [`Unknown`] when its claims or prefixes are not known.
    pub fn oidc(oidc: &OidcConfig) -> Result<Self, Unknown> {
        let groups = match oidc.groups_claim.declared()? {
            Some(_) => {
                vec![Names::Prefixed(oidc.groups_prefix.declared()?.map(ToString::to_string).unwrap_or_default())]
            }
            None => Vec::new(),
        };
        Ok(Self { users: Some(Names::Prefixed(username_prefix(oidc)?)), groups })
    }

    /// Whether it can make someone this user, or a member of this group.
    #[must_use]
    pub fn makes(&self, who: Who, name: &str) -> bool {
        match who {
            Who::User => self.users.iter().any(|names| names.hold(name)),
            Who::Group => self.groups.iter().any(|names| names.hold(name)),
        }
    }
}

/// "If you do not provide this field, and username is a value other than email, the prefix defaults to issuerurl#. You can
/// use the value - to disable all prefixing." (EKS API reference, OidcIdentityProviderConfigRequest)
///
/// # Errors
/// [`Unknown`] when what decides it is not known.
pub fn username_prefix(oidc: &OidcConfig) -> Result<String, Unknown> {
    match oidc.username_prefix.declared()?.map(Text::as_str) {
        Some("-") => Ok(String::new()),
        Some(prefix) => Ok(prefix.to_owned()),
        None if oidc.username_claim.declared()?.is_some_and(|claim| claim == "email") => Ok(String::new()),
        None => Ok(format!("{}#", oidc.issuer_url.get()?)),
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
