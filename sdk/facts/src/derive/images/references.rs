//! References by numbers. Most pods name an image that others have named, and to compare long texts that begin alike costs
//! more than all else that is done with them: WebAssembly compares byte by byte.

use super::reference::Reference;
use crate::Unknown;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;

/// A reference that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(usize);

/// Every reference that was read, once.
#[derive(Debug, Default)]
pub(super) struct References {
    declared: Texts<Number>,
    running: Texts<Option<Number>>,
    numbers: BTreeMap<Rc<Reference>, Number>,
    /// By number, each with the number of its repository.
    all: Vec<(Rc<Reference>, usize)>,
    repositories: BTreeMap<String, usize>,
}

/// What texts say. Nobody goes through it in its own order, and its keys are fixed: a rule ends the same way each time.
type Texts<T> = HashMap<String, T, BuildHasherDefault<DefaultHasher>>;

impl References {
    /// What a container or a volume declares.
    pub(super) fn declared(&mut self, text: &str) -> Result<Number, Unknown> {
        if let Some(number) = self.declared.get(text) {
            return Ok(*number);
        }
        let number = self.number(Reference::parse(text).map_err(Unknown::because)?);
        self.declared.insert(text.to_owned(), number);
        Ok(number)
    }

    /// What a kubelet says that a container runs; `None` where it names no registry.
    pub(super) fn running(&mut self, text: &str) -> Result<Option<Number>, Unknown> {
        if let Some(number) = self.running.get(text) {
            return Ok(*number);
        }
        let reference = Reference::parse_running(text).map_err(Unknown::because)?;
        let number = reference.map(|reference| self.number(reference));
        self.running.insert(text.to_owned(), number);
        Ok(number)
    }

    pub(super) fn get(&self, number: Number) -> &Reference {
        &self.all[number.0].0
    }

    /// Whether both are of one repository, whatever their tags and digests.
    pub(super) fn are_of_one_repository(&self, one: Number, other: Number) -> bool {
        self.all[one.0].1 == self.all[other.0].1
    }

    /// In the order of the references.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Reference, Number)> {
        self.numbers.iter().map(|(reference, number)| (reference.as_ref(), *number))
    }

    fn number(&mut self, reference: Reference) -> Number {
        if let Some(number) = self.numbers.get(&reference) {
            return *number;
        }
        let repositories = self.repositories.len();
        let repository = *self.repositories.entry(reference.name()).or_insert(repositories);
        let (reference, number) = (Rc::new(reference), Number(self.all.len()));
        self.numbers.insert(Rc::clone(&reference), number);
        self.all.push((reference, repository));
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reference_has_one_number() {
        let mut references = References::default();
        let mut declared = |text: &str| references.declared(text).map_err(|why| why.to_string());
        let nginx = declared("nginx:1.25");
        assert_eq!(declared("docker.io/library/nginx:1.25"), nginx);
        assert_eq!(declared("nginx:1.25"), nginx);
        let (nginx, other, app) = (nginx.expect("a reference"), declared("nginx"), declared("ghcr.io/acme/app"));
        let (other, app) = (other.expect("a reference"), app.expect("a reference"));
        assert!(declared("${IMAGE}").is_err());
        assert!(declared("${IMAGE}").is_err());
        let id = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let pulled = references.running(&format!("docker.io/library/nginx@{id}")).ok().flatten().expect("a reference");
        assert!(matches!(references.running(id), Ok(None)));
        assert!(matches!(references.running("nginx:1.25"), Ok(Some(number)) if number == nginx));
        assert!(references.are_of_one_repository(nginx, other) && references.are_of_one_repository(nginx, pulled));
        assert!(!references.are_of_one_repository(nginx, app));
        assert_eq!(references.get(pulled).digest.as_deref(), Some(id));
        let all: Vec<String> = references.iter().map(|(reference, _)| reference.to_string()).collect();
        let nginx = "docker.io/library/nginx";
        assert_eq!(all, [nginx, &format!("{nginx}@{id}"), &format!("{nginx}:1.25"), "ghcr.io/acme/app"]);
    }
}
