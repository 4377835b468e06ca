//! The declared fields of a rule, and the walk that cuts an item down to the fields of every rule at once.

use crate::json::{Cursor, JsonError, Shape};
use crate::pointer;
use std::collections::BTreeMap;

/// At most this many distinct field sets of one kind are written in one walk.
pub(crate) const SETS_PER_WALK: usize = 64;

/// Fields of a kind: JSON Pointers into an item in which `*` is every element or value. A path takes its subtree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fields(Vec<String>);

impl Fields {
    /// Sorted, without repetition.
    ///
    /// # Errors
    /// The path that is not a pointer.
    pub fn new<S: Into<String>>(paths: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut paths: Vec<String> = paths.into_iter().map(Into::into).collect();
        if let Some(bad) = paths.iter().find(|p| pointer::tokens(p).is_none()) {
            return Err(bad.clone());
        }
        paths.sort();
        paths.dedup();
        Ok(Self(paths))
    }

    /// The paths in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a rule with these fields sees the place `pointer` of an item.
    #[must_use]
    pub fn show(&self, pointer: &str) -> bool {
        self.0.iter().any(|path| pointer::is_within(pointer, path))
    }
}

/// Which of the field sets: bit N is set N.
type Mask = u64;

/// Several field sets, merged so that one walk serves all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sets {
    root: Node,
    count: usize,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// Sets that take everything from here on.
    whole: Mask,
    /// Sets that take some part below.
    part: Mask,
    named: BTreeMap<String, Node>,
    /// Every element or value.
    star: Option<Box<Node>>,
}

impl Sets {
    pub(crate) fn new(sets: &[Fields]) -> Self {
        let mut root = Node::default();
        for (index, set) in sets.iter().enumerate() {
            for path in set.iter() {
                let tokens: Vec<_> = pointer::tokens(path).into_iter().flatten().collect();
                root.add(&tokens, 1 << index);
            }
        }
        root.let_stars_reach_names();
        Self { root, count: sets.len() }
    }

    /// Reads one item and appends, for each set, what it takes of it.
    pub(crate) fn project(&self, cursor: &mut Cursor<'_>, out: &mut [String]) -> Result<(), JsonError> {
        debug_assert_eq!(out.len(), self.count);
        self.root.project(Mask::MAX, cursor, out)
    }
}

impl Node {
    fn add(&mut self, tokens: &[std::borrow::Cow<'_, str>], set: Mask) {
        let Some((first, rest)) = tokens.split_first() else {
            self.whole |= set;
            return;
        };
        self.part |= set;
        let next = if first == "*" {
            self.star.get_or_insert_default()
        } else {
            self.named.entry(first.to_string()).or_default()
        };
        next.add(rest, set);
    }

    /// With `/a/*/x` and `/a/b/y`, key `b` gives both: merged here so that the walk looks in one place.
    fn let_stars_reach_names(&mut self) {
        if let Some(star) = &self.star {
            for node in self.named.values_mut() {
                node.merge(star);
            }
        }
        self.named.values_mut().chain(self.star.as_deref_mut()).for_each(Self::let_stars_reach_names);
    }

    fn merge(&mut self, other: &Self) {
        self.whole |= other.whole;
        self.part |= other.part;
        for (name, node) in &other.named {
            self.named.entry(name.clone()).or_default().merge(node);
        }
        if let Some(star) = &other.star {
            self.star.get_or_insert_default().merge(star);
        }
    }

    /// `live`: the sets that have not taken an ancestor whole.
    fn project(&self, live: Mask, cursor: &mut Cursor<'_>, out: &mut [String]) -> Result<(), JsonError> {
        let whole = self.whole & live;
        let part = self.part & live & !whole;
        let start = cursor.offset();
        match cursor.shape() {
            _ if part == 0 => cursor.skip()?,
            Shape::Scalar => {
                // A scalar where more was declared is shown as it is: the rule must see that its type is odd.
                let text = cursor.value()?;
                each(part, |set| out[set].push_str(text));
            }
            Shape::Object => self.project_object(part, cursor, out)?,
            Shape::Array => self.project_array(part, cursor, out)?,
        }
        let text = cursor.since(start);
        each(whole, |set| out[set].push_str(text));
        Ok(())
    }

    fn project_object(&self, part: Mask, cursor: &mut Cursor<'_>, out: &mut [String]) -> Result<(), JsonError> {
        each(part, |set| out[set].push('{'));
        let mut begun: Mask = 0;
        cursor.object(|cursor, key| {
            let Some(child) = self.named.get(&*key.text()).or(self.star.as_deref()) else {
                return cursor.skip();
            };
            let takers = (child.part | child.whole) & part;
            each(takers, |set| {
                if begun & (1 << set) != 0 {
                    out[set].push(',');
                }
                out[set].push('"');
                out[set].push_str(key.raw());
                out[set].push_str("\":");
            });
            begun |= takers;
            child.project(part, cursor, out)
        })?;
        each(part, |set| out[set].push('}'));
        Ok(())
    }

    fn project_array(&self, part: Mask, cursor: &mut Cursor<'_>, out: &mut [String]) -> Result<(), JsonError> {
        each(part, |set| out[set].push('['));
        match self.star.as_deref() {
            // Declared as an object: its type is shown, its elements are not.
            None => cursor.skip()?,
            Some(star) => cursor.array(|cursor, index| {
                if index > 0 {
                    each(part & (star.part | star.whole), |set| out[set].push(','));
                }
                star.project(part, cursor, out)
            })?,
        }
        each(part, |set| out[set].push(']'));
        Ok(())
    }
}

fn each(mut mask: Mask, mut act: impl FnMut(usize)) {
    while mask != 0 {
        act(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(sets: &[&[&str]], item: &str) -> Vec<String> {
        let sets: Vec<Fields> = sets.iter().map(|s| Fields::new(s.iter().copied()).expect("pointers")).collect();
        let mut out = vec![String::new(); sets.len()];
        Sets::new(&sets).project(&mut Cursor::new(item), &mut out).expect("JSON");
        out
    }

    #[test]
    fn each_set_gets_exactly_its_fields() {
        let item = r#"{"m":{"n":"x","l":{"a/b":1,"c":2}},"s":{"c":[{"i":1,"j":2},{"j":3},7],"h":true},"z":0}"#;
        let out = project(
            &[&["/m/n", "/s/c/*/i"], &["/m/l/a~1b", "/s"], &["/m/l/*"], &["/s/h", "/s"], &["/none"], &[""]],
            item,
        );
        assert_eq!(out[0], r#"{"m":{"n":"x"},"s":{"c":[{"i":1},{},7]}}"#);
        assert_eq!(out[1], r#"{"m":{"l":{"a/b":1}},"s":{"c":[{"i":1,"j":2},{"j":3},7],"h":true}}"#);
        assert_eq!(out[2], r#"{"m":{"l":{"a/b":1,"c":2}}}"#);
        assert_eq!(out[3], r#"{"s":{"c":[{"i":1,"j":2},{"j":3},7],"h":true}}"#);
        assert_eq!(out[4], "{}");
        assert_eq!(out[5], item);
    }

    #[test]
    fn an_odd_type_stays_visible() {
        assert_eq!(project(&[&["/a/b"], &["/a/*"]], r#"{"a":[1]}"#), [r#"{"a":[]}"#, r#"{"a":[1]}"#]);
        assert_eq!(project(&[&["/a/b"]], r#"{"a":5}"#), [r#"{"a":5}"#]);
        assert_eq!(project(&[&["/a/b"]], "null"), ["null"]);
        assert_eq!(
            project(&[&["/a/*/b", "/a/k/c"]], r#"{"a":{"k":{"b":1,"c":2},"o":{"b":3,"c":4}}}"#),
            [r#"{"a":{"k":{"b":1,"c":2},"o":{"b":3}}}"#]
        );
    }

    #[test]
    fn shown_places_lie_at_or_below_a_path() {
        let fields = Fields::new(["/s/c/*/i"]).expect("pointers");
        assert!(fields.show("/s/c/4/i/deeper"));
        assert!(!fields.show("/s/c"));
        assert_eq!(Fields::new(["oops"]), Err("oops".into()));
    }
}
