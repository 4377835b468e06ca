//! Reading facts: the contract's `context` and `facts`, typed.

use eksamine_facts::{Availability, Gap, Known, Noun, Scope, Subject, Text, Unknown};
use std::marker::PhantomData;

/// Where a rule's facts come from: the host, through the contract, or a test.
pub trait Source {
    /// Parameters as JSON text.
    fn params(&self) -> String;
    /// The document's `scope` as JSON text.
    fn scope(&self) -> String;
    /// When the facts were taken.
    fn collected_at(&self) -> String;
    /// What ages are measured against.
    fn as_of(&self) -> String;
    /// Availability, reason, number of items, gaps.
    fn about(&self, kind: &str) -> (Availability, Option<String>, u32, Vec<Gap>);
    /// The chunk that begins with item `start`: its number of items and its JSON array.
    fn read(&self, kind: &str, start: u32) -> (u32, String);
}

/// The facts that the rule declared.
pub struct Facts<'s> {
    source: &'s dyn Source,
}

/// One item of a kind, with its place in the document.
#[derive(Debug, Clone)]
pub struct Item<T> {
    index: u32,
    noun: Known<T>,
}

impl<T: Noun> Item<T> {
    /// What it says.
    ///
    /// # Errors
    /// [`Unknown`] when the item is no object, or an empty one.
    pub fn get(&self) -> Result<&T, Unknown> {
        self.noun.get()
    }

    /// The same, for the joins of [`eksamine_facts::derive`], which charge nobody before their result is asked for.
    #[must_use]
    pub const fn known(&self) -> &Known<T> {
        &self.noun
    }

    /// The place of a field of it: `item.at("/metadata/name")`.
    #[must_use]
    pub fn at(&self, field: &str) -> String {
        format!("{}{field}", self.place())
    }

    /// Its own place, which also serves as the subject of an item that cannot even say its name.
    #[must_use]
    pub fn place(&self) -> String {
        // Kinds hold no characters that a pointer escapes; Cloud Control's have colons only.
        format!("/facts/{}/items/{}", T::KIND, self.index)
    }

    /// What a finding about it names: the field that identifies it, or its place when that is not known.
    #[must_use]
    pub fn subject(&self, identity: impl FnOnce(&T) -> &Known<Text>) -> Subject {
        match self.noun.peek() {
            Some(noun) => Subject::named(identity(noun), self.place()),
            None => Subject::of(self.place()),
        }
    }

    /// Its number among the items of its kind.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }
}

impl<'s> Facts<'s> {
    /// Facts from a source.
    pub fn new(source: &'s dyn Source) -> Self {
        Self { source }
    }

    /// How much of a kind there is. Asking counts as looking: see *conditional* kinds.
    #[must_use]
    pub fn availability<T: Noun>(&self) -> Availability {
        self.source.about(T::KIND).0
    }

    /// To be asked before anything is concluded from an item *not* being there: what was not read may hold it.
    ///
    /// # Errors
    /// [`Unknown`] unless the kind is complete or its source does not exist.
    pub fn complete<T: Noun>(&self) -> Result<(), Unknown> {
        match self.source.about(T::KIND) {
            (Availability::Complete | Availability::Absent, ..) => Ok(()),
            (status, ..) => Err(Unknown::because(format!("{} is {status}", T::KIND))),
        }
    }

    /// The same, for the joins of [`eksamine_facts::derive`].
    #[must_use]
    pub fn whole<T: Noun>(&self) -> Known<()> {
        Known::derived(|| self.complete::<T>())
    }

    /// Why a kind is not complete, in the words of who was asked.
    #[must_use]
    pub fn reason<T: Noun>(&self) -> Option<String> {
        self.source.about(T::KIND).1
    }

    /// What of a kind could not be read.
    #[must_use]
    pub fn gaps<T: Noun>(&self) -> Vec<Gap> {
        self.source.about(T::KIND).3
    }

    /// All items in the document's order, a chunk at a time. The host knows when a kind is not complete, and corrects
    /// the status; a rule need not ask.
    #[must_use]
    pub fn items<T: Noun>(&self) -> Items<'s, T> {
        Items { source: self.source, next: 0, chunk: Vec::new().into_iter(), kind: PhantomData }
    }

    /// Which cluster.
    ///
    /// # Errors
    /// [`Unknown`] when the host's text is not a scope.
    pub fn scope(&self) -> Result<Scope, Unknown> {
        serde_json::from_str(&self.source.scope()).map_err(|e| Unknown::because(format!("the scope: {e}")))
    }

    /// The document's `collected_at` (RFC 3339, UTC).
    #[must_use]
    pub fn collected_at(&self) -> String {
        self.source.collected_at()
    }

    /// What ages and expiries are measured against (RFC 3339, UTC).
    #[must_use]
    pub fn as_of(&self) -> String {
        self.source.as_of()
    }
}

/// Items of a kind, read chunk by chunk.
pub struct Items<'s, T> {
    source: &'s dyn Source,
    next: u32,
    chunk: std::vec::IntoIter<Known<T>>,
    kind: PhantomData<T>,
}

impl<T: Noun> Iterator for Items<'_, T> {
    type Item = Item<T>;

    fn next(&mut self) -> Option<Item<T>> {
        loop {
            if let Some(noun) = self.chunk.next() {
                let index = self.next;
                self.next += 1;
                return Some(Item { index, noun });
            }
            let (count, text) = self.source.read(T::KIND, self.next);
            if count == 0 {
                return None;
            }
            self.chunk = parse(T::KIND, &text).into_iter();
        }
    }
}

/// The host serves only JSON it has validated, so a failure here is a defect of the host and ends the rule.
#[expect(clippy::panic, reason = "the host reports the panic's message as the cause of an error result")]
fn parse<T: Noun>(kind: &str, text: &str) -> Vec<Known<T>> {
    match serde_json::from_str(text) {
        Ok(items) => items,
        Err(e) => panic!("the host served a chunk of {kind} that is not JSON: {e}"),
    }
}
