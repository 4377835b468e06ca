//! The policies of a role, and where each stands in the facts.

use eksamine_facts::derive::iam::{Attached, Document, Policy};
use eksamine_facts::iam::{InlinePolicy, PolicyVersion, Role};
use eksamine_facts::{Given, List, Text};
use eksamine_rule::prelude::*;

/// What of a role's policies could be read.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) identity: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
    /// What could not be.
    pub(crate) unread: Vec<String>,
    /// By the policies' names.
    places: Vec<(String, String)>,
}

impl Read {
    /// # Errors
    /// [`Unknown`] when the boundary cannot be read: then nothing is proven of what the role may do.
    pub(crate) fn of(item: &Item<Role>) -> Result<Self, Unknown> {
        let mut read = Self::default();
        let role = item.get()?;
        for (index, version) in elements(&role.boundary, "$boundary")?.iter().enumerate() {
            let version = version.get()?;
            let policy = managed("the permissions boundary ", version)?;
            read.places.push((policy.name.clone(), item.at(&format!("/$boundary/{index}/Document"))));
            read.boundary = Some(policy);
        }
        read.add(item, "$attached", "Document", &role.attached, |version: &PolicyVersion| managed("", version));
        read.add(item, "$inline", "PolicyDocument", &role.inline, own);
        Ok(read)
    }

    fn add<T>(
        &mut self,
        item: &Item<Role>,
        part: &str,
        field: &str,
        list: &Known<List<T>>,
        policy: impl Fn(&T) -> Result<Policy, Unknown>,
    ) {
        let all = Known::derived(|| elements(list, part).map(<[_]>::len));
        let Some(count) = all.peek() else {
            self.unread.push(all.reason());
            return;
        };
        for index in 0..*count {
            let found = Known::derived(|| policy(elements(list, part)?[index].get()?));
            match found.peek() {
                Some(policy) => {
                    self.places.push((policy.name.clone(), item.at(&format!("/{part}/{index}/{field}"))));
                    self.identity.push(policy.clone());
                }
                None => self.unread.push(found.reason()),
            }
        }
    }

    /// Where the document of a policy stands.
    pub(crate) fn place(&self, policy: &Policy) -> Option<&str> {
        self.places.iter().find(|(name, _)| *name == policy.name).map(|(_, place)| place.as_str())
    }
}

/// A list that was read and may be empty.
fn elements<'l, T>(list: &'l Known<List<T>>, part: &str) -> Result<&'l [Known<T>], Unknown> {
    match list.given()? {
        Given::Value(list) => Ok(&list[..]),
        Given::Empty => Ok(&[]),
        Given::Not => Err(Unknown::because(format!("{part} of the role was not read"))),
    }
}

fn managed(what: &str, version: &PolicyVersion) -> Result<Policy, Unknown> {
    parse(format!("{what}{}", version.arn.get()?), &version.document)
}

fn own(policy: &InlinePolicy) -> Result<Policy, Unknown> {
    parse(format!("inline policy {}", policy.name.get()?), &policy.document)
}

fn parse(name: String, text: &Known<Text>) -> Result<Policy, Unknown> {
    let document = Document::parse(text.get()?, Attached::ToIdentity)
        .map_err(|malformed| Unknown::because(format!("{name} cannot be read: {malformed}")))?;
    Ok(Policy { name, document })
}
