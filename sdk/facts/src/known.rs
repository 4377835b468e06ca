//! One field of a fact: its value, or that it is not known.
//!
//! Promise 1 is kept here. A field is never a plain value: [`Known::get`] answers [`Unknown`] when the field is
//! missing, null, empty or of another type, *and marks the judgement under way* (see [`Watch`]). Whatever the
//! author then does with the `Unknown`, the tally knows, and the finding cannot be a pass.

use std::cell::Cell;

thread_local! {
    /// Unknown fields asked for so far on this thread. A rule's component has one thread.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Counts the unknown fields asked for between its making and [`Watch::asked`].
#[derive(Debug)]
pub struct Watch(u32);

impl Watch {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self(ASKED.get())
    }

    /// How many unknown fields have been asked for since the start.
    #[must_use]
    pub fn asked(&self) -> u32 {
        ASKED.get().wrapping_sub(self.0)
    }

    /// As if nothing had been asked since the start: for a join that hands the unknown on as a [`Known`].
    fn forget(&self) {
        ASKED.set(self.0);
    }
}

/// Why a field is not known. It ends as an `unknown` finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
#[must_use = "what is not known must end in a finding"]
pub struct Unknown {
    why: String,
}

impl Unknown {
    /// An unknown that is not one field's: a join without its other side, an id that leads nowhere.
    pub fn because(why: impl Into<String>) -> Self {
        ASKED.set(ASKED.get().wrapping_add(1));
        Self { why: why.into() }
    }
}

/// What [`Known::given`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'a, T> {
    /// The key is not there.
    Not,
    /// `""`, `[]` or `{}`.
    Empty,
    /// A value.
    Value(&'a T),
}

/// A field of a noun, or an element of a list in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known<T> {
    pub(crate) field: &'static str,
    pub(crate) state: State<T>,
    #[cfg(eksamine_mutant)]
    pub(crate) empty: Option<fn() -> T>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum State<T> {
    Value(T),
    /// The key is not there.
    Absent,
    /// JSON `null`.
    Null,
    /// `""`, `[]` or `{}`.
    Empty,
    /// A value of another type, named.
    Odd(&'static str),
    /// A join could not know.
    Lost(String),
}

#[cfg(not(eksamine_mutant))]
impl<T> Default for Known<T> {
    fn default() -> Self {
        Self::of(State::Absent)
    }
}

/// The seeded mutant, which only tests build: [`Known::get`] reads what is not known as empty.
#[cfg(eksamine_mutant)]
impl<T: Default> Default for Known<T> {
    fn default() -> Self {
        Self { empty: Some(T::default), ..Self::of(State::Absent) }
    }
}

impl<T> Known<T> {
    pub(crate) const fn of(state: State<T>) -> Self {
        Self {
            field: "",
            state,
            #[cfg(eksamine_mutant)]
            empty: None,
        }
    }

    /// A value computed from facts.
    pub const fn value(value: T) -> Self {
        Self::of(State::Value(value))
    }

    /// Runs a join. What it asks in vain is charged to whoever asks for the result, not to the caller of the join.
    pub fn derived(join: impl FnOnce() -> Result<T, Unknown>) -> Self {
        let watch = Watch::start();
        let result = join();
        let asked = watch.asked();
        watch.forget();
        let state = match result {
            Err(unknown) => State::Lost(unknown.why),
            Ok(_) if asked > 0 => State::Lost("it depends on a field that is not known".into()),
            Ok(value) => State::Value(value),
        };
        Self::of(state)
    }

    /// The value. Strings, lists and objects are never empty here.
    ///
    /// # Errors
    /// [`Unknown`] when the field is missing, null, empty or of another type.
    pub fn get(&self) -> Result<&T, Unknown> {
        match &self.state {
            State::Value(value) => Ok(value),
            #[cfg(eksamine_mutant)]
            _ if let Some(empty) = self.empty => Ok(Box::leak(Box::new(empty()))),
            other => Err(Unknown::because(self.describe(other))),
        }
    }

    /// The value, or `None` when the field is missing, null or empty: for paths whose absence `rule.toml` explains
    /// under `[[facts.absent]]`, in the vendor's words. Undeclared use is caught by the *field-drop* property.
    ///
    /// # Errors
    /// [`Unknown`] when the field is of another type.
    pub fn declared(&self) -> Result<Option<&T>, Unknown> {
        match &self.state {
            State::Value(value) => Ok(Some(value)),
            State::Absent | State::Null | State::Empty => Ok(None),
            #[cfg(eksamine_mutant)]
            State::Odd(_) => Ok(None),
            other => Err(Unknown::because(self.describe(other))),
        }
    }

    /// The value, or `None` when it is `{}`: for an object that has to be there and of which a rule reads only fields
    /// that may be absent. A view cut down to the declared fields shows `{}` of an object that has none of them.
    ///
    /// # Errors
    /// [`Unknown`] when the object is missing, null or of another type.
    pub fn in_view(&self) -> Result<Option<&T>, Unknown> {
        match &self.state {
            State::Value(value) => Ok(Some(value)),
            State::Empty => Ok(None),
            other => Err(Unknown::because(self.describe(other))),
        }
    }

    /// For objects whose emptiness is a value of its own (`{}` selects everything): tells it from a missing key.
    ///
    /// # Errors
    /// [`Unknown`] when the field is null or of another type.
    pub fn given(&self) -> Result<Given<'_, T>, Unknown> {
        match &self.state {
            State::Value(value) => Ok(Given::Value(value)),
            State::Empty => Ok(Given::Empty),
            State::Absent => Ok(Given::Not),
            other => Err(Unknown::because(self.describe(other))),
        }
    }

    /// Runs a join and tells why it could not know, without charging anyone: for three-valued joins, which hand the
    /// doubt on as a [`Known`].
    pub(crate) fn settled(join: impl FnOnce() -> Result<T, Unknown>) -> Result<T, String> {
        let known = Self::derived(join);
        match known.state {
            State::Value(value) => Ok(value),
            other => Err(Self { field: known.field, ..Self::of(other) }.reason()),
        }
    }

    /// Why it is not known; empty when it is. For telling findings apart: nothing is known by it, and nobody is charged.
    #[doc(hidden)]
    pub fn reason(&self) -> String {
        self.describe(&self.state)
    }

    /// A value that a join could not know.
    pub(crate) const fn lost(why: String) -> Self {
        Self::of(State::Lost(why))
    }

    /// For the identity of a finding only, where not knowing has its own answer.
    #[doc(hidden)]
    pub const fn peek(&self) -> Option<&T> {
        match &self.state {
            State::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Follows the value to one of its fields.
    pub fn then<'a, U>(&'a self, follow: impl FnOnce(&'a T) -> Result<U, Unknown>) -> Result<U, Unknown> {
        follow(self.get()?)
    }

    fn describe(&self, state: &State<T>) -> String {
        let field = if self.field.is_empty() { "a value" } else { self.field };
        match state {
            State::Value(_) => String::new(),
            State::Absent => format!("{field} is missing"),
            State::Null => format!("{field} is null"),
            State::Empty => format!("{field} is empty"),
            State::Odd(found) => format!("{field} is {found}, which it should not be"),
            State::Lost(why) => why.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_in_vain_is_counted_whatever_becomes_of_the_answer() {
        let watch = Watch::start();
        let field = Known::<bool> { field: "enabled", ..Known::of(State::Null) };
        assert!(!field.get().is_ok_and(|v| *v));
        assert!(field.declared().is_ok_and(|v| v.is_none()));
        assert_eq!(watch.asked(), 1);
    }

    #[test]
    fn an_object_without_declared_fields_is_there_and_a_missing_one_is_not() {
        let of = |state| Known::<bool> { field: "spec", state };
        assert_eq!(of(State::Value(true)).in_view(), Ok(Some(&true)));
        assert_eq!(of(State::Empty).in_view(), Ok(None));
        assert!(of(State::Absent).in_view().is_err() && of(State::Null).in_view().is_err());
    }

    #[test]
    fn a_join_hands_its_unknown_to_whoever_asks() {
        let watch = Watch::start();
        let lost = Known::<bool> { field: "enabled", ..Known::of(State::Odd("a number")) };
        let swallowed = Known::derived(|| Ok(lost.get().is_ok()));
        let handed_on = Known::derived(|| lost.get().copied());
        assert_eq!(watch.asked(), 0);
        assert!(swallowed.get().is_err());
        assert_eq!(
            handed_on.get().map_err(|u| u.to_string()),
            Err("enabled is a number, which it should not be".into())
        );
        assert_eq!(watch.asked(), 2);
    }
}
