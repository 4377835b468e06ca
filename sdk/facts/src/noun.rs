//! From JSON to nouns: the types a field can have, and the `noun!` macro that declares a noun.

use crate::known::{Known, State};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Deref};

/// A thing that rules read: one item of one kind.
pub trait Noun: Fact {
    /// The kind whose items these are, in the document's spelling.
    const KIND: &'static str;
}

/// A type that a field of a noun may have. Each method takes one JSON type; the default is "another type".
/// (`Default` is the noun before any of its fields has been read; rules have no use for it.)
pub trait Fact: Sized + Default {
    #[doc(hidden)]
    fn from_bool(_: bool) -> Reading<Self> {
        Reading::odd("true or false")
    }
    #[doc(hidden)]
    fn from_integer(_: i64) -> Reading<Self> {
        Reading::odd("a number")
    }
    #[doc(hidden)]
    fn from_fraction(_: f64) -> Reading<Self> {
        Reading::odd("a number with a fraction")
    }
    #[doc(hidden)]
    fn from_text(_: &str) -> Reading<Self> {
        Reading::odd("a string")
    }
    #[doc(hidden)]
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Reading::odd("a list"))
    }
    #[doc(hidden)]
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Reading<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Reading::odd("an object"))
    }
    /// The fields that a noun knows.
    #[doc(hidden)]
    const FIELDS: &'static [&'static str] = &[];
    /// Reads the value of one of them.
    #[doc(hidden)]
    fn read_field<'de, A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }
    /// Tells the fields their names, which messages use.
    #[doc(hidden)]
    fn name_fields(&mut self) {}
}

/// What became of one JSON value.
#[derive(Debug)]
pub struct Reading<T>(State<T>);

impl<T> Reading<T> {
    pub(crate) const fn value(value: T) -> Self {
        Self(State::Value(value))
    }
    const fn odd(found: &'static str) -> Self {
        Self(State::Odd(found))
    }
}

impl<'de, T: Fact> Deserialize<'de> for Known<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Fact> Visitor<'de> for Reader<T> {
            type Value = State<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<State<T>, E> {
                Ok(State::Null)
            }
            fn visit_bool<E>(self, v: bool) -> Result<State<T>, E> {
                Ok(T::from_bool(v).0)
            }
            fn visit_i64<E>(self, v: i64) -> Result<State<T>, E> {
                Ok(T::from_integer(v).0)
            }
            fn visit_u64<E>(self, v: u64) -> Result<State<T>, E> {
                Ok(i64::try_from(v).map_or(State::Odd("a number beyond 64 bits"), |v| T::from_integer(v).0))
            }
            fn visit_f64<E>(self, v: f64) -> Result<State<T>, E> {
                Ok(T::from_fraction(v).0)
            }
            fn visit_str<E>(self, v: &str) -> Result<State<T>, E> {
                Ok(T::from_text(v).0)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<State<T>, A::Error> {
                Ok(T::from_list(list)?.0)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<State<T>, A::Error> {
                Ok(T::from_map(map)?.0)
            }
        }
        let state = from.deserialize_any(Reader(PhantomData))?;
        Ok(Self {
            #[cfg(eksamine_mutant)]
            empty: Some(T::default),
            ..Self::of(state)
        })
    }
}

impl<T> Known<T> {
    #[doc(hidden)]
    pub fn named(&mut self, field: &'static str) {
        self.field = field;
    }
}

/// Text that is not empty: a name, an id, an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(SmolStr);

impl Text {
    /// Text computed from facts.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(SmolStr::new(text))
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fact for Text {
    fn from_text(text: &str) -> Reading<Self> {
        Reading(if text.is_empty() { State::Empty } else { State::Value(Self::new(text)) })
    }
}

impl Fact for bool {
    fn from_bool(value: bool) -> Reading<Self> {
        Reading(State::Value(value))
    }
}

impl Fact for i64 {
    fn from_integer(value: i64) -> Reading<Self> {
        Reading(State::Value(value))
    }
}

/// A point in time as AWS's JSON protocols write it: seconds since 1970, perhaps with a fraction, which is dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl Fact for Timestamp {
    fn from_integer(value: i64) -> Reading<Self> {
        Reading(State::Value(Self(value)))
    }
    #[expect(clippy::cast_possible_truncation, reason = "what is beyond 64 bits becomes the last second they can hold")]
    fn from_fraction(value: f64) -> Reading<Self> {
        Reading(State::Value(Self(value.floor() as i64)))
    }
}

/// A number or a name, as Kubernetes' `IntOrString`: what a service port refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberOrText {
    /// A number.
    Number(i64),
    /// A name.
    Text(Text),
}

impl Default for NumberOrText {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Fact for NumberOrText {
    fn from_integer(value: i64) -> Reading<Self> {
        Reading(State::Value(Self::Number(value)))
    }
    fn from_text(text: &str) -> Reading<Self> {
        Reading(if text.is_empty() { State::Empty } else { State::Value(Self::Text(Text::new(text))) })
    }
}

/// Presence only: the rule asks whether something stands here, whatever it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anything;

impl Fact for Anything {
    fn from_bool(_: bool) -> Reading<Self> {
        Reading(State::Value(Self))
    }
    fn from_integer(_: i64) -> Reading<Self> {
        Reading(State::Value(Self))
    }
    fn from_text(text: &str) -> Reading<Self> {
        Reading(if text.is_empty() { State::Empty } else { State::Value(Self) })
    }
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        let mut found = State::Empty;
        while list.next_element::<IgnoredAny>()?.is_some() {
            found = State::Value(Self);
        }
        Ok(Reading(found))
    }
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Reading<Self>, A::Error> {
        let mut found = State::Empty;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            found = State::Value(Self);
        }
        Ok(Reading(found))
    }
}

/// A list with at least one element. Each element is [`Known`] by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T>(Vec<Known<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [Known<T>];
    fn deref(&self) -> &[Known<T>] {
        &self.0
    }
}

impl<T> List<T> {
    /// Every element, or the first that is not known.
    ///
    /// # Errors
    /// [`crate::Unknown`] when any element is null, empty or of another type.
    pub fn all_known(&self) -> Result<Vec<&T>, crate::Unknown> {
        self.0.iter().map(Known::get).collect()
    }
}

impl<T: Fact> Fact for List<T> {
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Reading<Self>, A::Error> {
        let mut elements = Vec::new();
        while let Some(mut element) = list.next_element::<Known<T>>()? {
            element.named("an element");
            elements.push(element);
        }
        Ok(Reading(if elements.is_empty() { State::Empty } else { State::Value(Self(elements)) }))
    }
}

/// An object used as a dictionary (labels, selectors), with at least one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Map<T>(BTreeMap<SmolStr, Known<T>>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Map<T> {
    /// The entry of that name; [`Known::declared`] tells a missing one.
    #[must_use]
    pub fn entry(&self, key: &str) -> Known<&T> {
        let state = match self.0.get(key).map(|k| &k.state) {
            None => State::Absent,
            Some(State::Value(value)) => State::Value(value),
            Some(State::Absent) => State::Absent,
            Some(State::Null) => State::Null,
            Some(State::Empty) => State::Empty,
            Some(State::Odd(found)) => State::Odd(found),
            Some(State::Lost(why)) => State::Lost(why.clone()),
        };
        Known { field: "the entry", ..Known::of(state) }
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Known<T>)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<T: Fact> Fact for Map<T> {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Reading<Self>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, mut value)) = map.next_entry::<SmolStrKey, Known<T>>()? {
            value.named("an entry");
            entries.insert(key.0, value);
        }
        Ok(Reading(if entries.is_empty() { State::Empty } else { State::Value(Self(entries)) }))
    }
}

struct SmolStrKey(SmolStr);

impl<'de> Deserialize<'de> for SmolStrKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = SmolStrKey;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_str<E>(self, v: &str) -> Result<SmolStrKey, E> {
                Ok(SmolStrKey(SmolStr::new(v)))
            }
        }
        from.deserialize_str(Key)
    }
}

/// For `noun!`: an object becomes the noun; `{}` is empty. (What serde derives keeps each field in an `Option` beside the
/// noun until all are there: much of the time of a rule that reads pods.)
#[doc(hidden)]
pub fn read_object<'de, T: Fact, A: MapAccess<'de>>(mut map: A) -> Result<Reading<T>, A::Error> {
    let (mut noun, mut is_empty) = (T::default(), true);
    while let Some(field) = map.next_key_seed(OneOf(T::FIELDS))? {
        is_empty = false;
        noun.read_field(field.unwrap_or_default(), &mut map)?;
    }
    noun.name_fields();
    Ok(Reading(if is_empty { State::Empty } else { State::Value(noun) }))
}

/// A key, where it is one of these; not copied, as [`SmolStrKey`] is, which takes a rule that reads pods 17 % longer.
struct OneOf(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for OneOf {
    type Value = Option<&'static str>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for OneOf {
    type Value = Option<&'static str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|name| **name == v).copied())
    }
}

/// Declares a noun: each field is [`Known`], with the name it has in the vendor's API.
///
/// ```
/// eksamine_facts::noun! {
///     /// A bucket.
///     pub struct Bucket = "aws.s3.buckets" {
///         /// Its name.
///         name: eksamine_facts::Text = "Name",
///     }
/// }
/// ```
/// Without `= "kind"` it is a part of a noun.
#[macro_export]
macro_rules! noun {
    ($(#[$meta:meta])* pub struct $name:ident = $kind:literal { $($fields:tt)* }) => {
        $crate::noun! { $(#[$meta])* pub struct $name { $($fields)* } }
        impl $crate::Noun for $name {
            const KIND: &'static str = $kind;
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $wire:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $crate::Known<$type>,)*
        }
        impl $crate::Fact for $name {
            fn from_map<'de, A: $crate::serde::de::MapAccess<'de>>(map: A) -> Result<$crate::Reading<Self>, A::Error> {
                $crate::read_object(map)
            }
            const FIELDS: &'static [&'static str] = &[$($wire),*];
            fn read_field<'de, A: $crate::serde::de::MapAccess<'de>>(
                &mut self,
                field: &str,
                map: &mut A,
            ) -> Result<(), A::Error> {
                match field {
                    $($wire => self.$field = map.next_value()?,)*
                    _ => drop(map.next_value::<$crate::serde::de::IgnoredAny>()?),
                }
                Ok(())
            }
            fn name_fields(&mut self) {
                $(self.$field.named($wire);)*
            }
        }
    };
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "`noun!` makes what a crate offers")]
#[path = "noun_tests.rs"]
mod tests;
