//! The three maps of the ConfigMap aws-auth.

use crate::Params;
use crate::words::list;
use eksamine_facts::Text;
use eksamine_facts::core::ConfigMap;
use eksamine_facts::derive::aws_auth::{self, Malformed, Mappings};
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

/// Which map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Roles,
    Users,
    Accounts,
}

impl Key {
    const fn name(self) -> &'static str {
        match self {
            Self::Roles => "mapRoles",
            Self::Users => "mapUsers",
            Self::Accounts => "mapAccounts",
        }
    }
}

/// What a map holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Contents {
    Mappings(Mappings),
    Accounts(Vec<String>),
}

impl Contents {
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Mappings(mappings) => mappings.all.len(),
            Self::Accounts(accounts) => accounts.len(),
        }
    }
}

/// A map that aws-auth has.
pub(crate) struct Map {
    item: Item<ConfigMap>,
    pub(crate) key: Key,
    pub(crate) contents: Known<Result<Contents, Malformed>>,
}

impl Map {
    /// The maps that are there, and those of which that is not known.
    pub(crate) fn all(item: &Item<ConfigMap>) -> Vec<Self> {
        let of = |key: Key| {
            let contents = Known::derived(|| read(item, key));
            match contents.peek() {
                Some(None) => None,
                _ => Some(Self { item: item.clone(), key, contents: Known::derived(|| told(&contents)) }),
            }
        };
        [Key::Roles, Key::Users, Key::Accounts].into_iter().filter_map(of).collect()
    }

    pub(crate) fn subject(&self) -> Subject {
        let metadata = self.item.known().peek().and_then(|map| map.metadata.peek());
        let namespace = Known::value(Text::new("kube-system"));
        match metadata {
            Some(metadata) => {
                let kind = ("", "v1", "ConfigMap");
                Subject::kubernetes(kind, Some(&namespace), &metadata.name, self.item.place())
            }
            None => Subject::of(self.item.place()),
        }
    }

    /// Why nothing can be concluded from somebody not being in it.
    pub(crate) fn unreadable(&self) -> Unknown {
        Unknown::because(format!("{} of aws-auth cannot be read", self.key.name()))
    }

    pub(crate) fn outcome(&self, params: &Params) -> Result<Outcome, Unknown> {
        let name = self.key.name();
        let outcome = match self.contents.get()? {
            Err(malformed) => fail(format!(
                "{name} of aws-auth cannot be read at {malformed}; the authenticator drops all of it, and locks out whoever \
                 it maps"
            )),
            Ok(Contents::Accounts(accounts)) if params.forbid_map_accounts && !accounts.is_empty() => fail(format!(
                "{name} of aws-auth lets in every role and user of {}: {}",
                count(accounts.len(), "account", "accounts"),
                list(accounts.iter().cloned())
            )),
            Ok(Contents::Accounts(accounts)) if accounts.is_empty() => {
                pass(format!("{name} of aws-auth names 0 accounts"))
            }
            Ok(Contents::Accounts(accounts)) => pass(format!(
                "{name} of aws-auth lets in every role and user of {}, which is accepted",
                list(accounts.iter().cloned())
            )),
            Ok(Contents::Mappings(users))
                if self.key == Key::Users && params.forbid_iam_users && !users.all.is_empty() =>
            {
                let arns = list(users.all.iter().map(|m| m.arn.clone()));
                let users = count(users.all.len(), "IAM user", "IAM users");
                fail(format!(
                    "{name} of aws-auth lets in {users}, whose credentials last; only roles are allowed: {arns}"
                ))
            }
            Ok(Contents::Mappings(mappings)) => pass(self.described(mappings)),
        };
        Ok(outcome.at(self.item.at(&format!("/data/{name}"))))
    }

    fn described(&self, mappings: &Mappings) -> String {
        let (one, many) = if self.key == Key::Users { ("user", "users") } else { ("role", "roles") };
        let mut text = format!("{} of aws-auth maps {}", self.key.name(), count(mappings.all.len(), one, many));
        if !mappings.all.is_empty() {
            text = format!("{text}: {}", list(mappings.all.iter().map(|m| m.arn.clone())));
        }
        let masters = mappings.all.iter().filter(|m| m.groups.iter().any(|g| g == "system:masters"));
        let masters = list(masters.map(|m| m.arn.clone()));
        if !masters.is_empty() {
            text = format!("{text}; in system:masters: {masters}");
        }
        // The authenticator compares with the ARN of a session, which has no path.
        let lost = mappings.all.iter().filter(|m| has_path(&m.arn));
        let lost = list(lost.map(|m| m.arn.clone()));
        if !lost.is_empty() && self.key == Key::Roles {
            text = format!("{text}; these have a path and so match nobody: {lost}");
        }
        for dropped in &mappings.dropped {
            text = format!("{text}; {dropped} and is left out");
        }
        text
    }
}

fn has_path(arn: &str) -> bool {
    arn.split_once(":role/").is_some_and(|(_, name)| name.contains('/'))
}

type Reading = Option<Result<Contents, Malformed>>;

fn read(item: &Item<ConfigMap>, key: Key) -> Result<Reading, Unknown> {
    let Some(data) = item.get()?.data.declared()? else { return Ok(None) };
    let entry = data.entry(key.name());
    let text = entry.declared()?.map(|text| text.as_str()).filter(|text| !text.is_empty());
    Ok(text.map(|text| match key {
        Key::Roles => aws_auth::roles(text).map(Contents::Mappings),
        Key::Users => aws_auth::users(text).map(Contents::Mappings),
        Key::Accounts => aws_auth::accounts(text).map(Contents::Accounts),
    }))
}

fn told(reading: &Known<Reading>) -> Result<Result<Contents, Malformed>, Unknown> {
    reading.get()?.clone().ok_or_else(|| Unknown::because("a map is missing"))
}
