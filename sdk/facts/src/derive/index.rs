//! Finding an item by its id, without taking an item whose id is not known for one that is not there.

use crate::{Known, Text, Unknown};
use std::collections::BTreeMap;

/// Things by their ids.
#[derive(Debug, Clone)]
pub struct Index<V> {
    things: BTreeMap<Text, V>,
    nameless: bool,
}

impl<V> Index<V> {
    /// From things with their ids.
    pub fn new(things: impl IntoIterator<Item = (Known<Text>, V)>) -> Self {
        let mut index = Self { things: BTreeMap::new(), nameless: false };
        for (id, thing) in things {
            match id.peek() {
                Some(id) => drop(index.things.insert(id.clone(), thing)),
                None => index.nameless = true,
            }
        }
        index
    }

    /// The thing of that id, or `None` when there is no such thing among these.
    ///
    /// # Errors
    /// [`Unknown`] when it is not among those whose id is known, and the id of some is not.
    pub fn find(&self, id: &str) -> Result<Option<&V>, Unknown> {
        match self.seen(id) {
            None if self.nameless => Err(Unknown::because(format!("{id} may be an item whose id is not known"))),
            found => Ok(found),
        }
    }

    /// The thing of that id, if it was seen; that it was not says nothing.
    pub fn seen(&self, id: &str) -> Option<&V> {
        self.things.get(&Text::new(id))
    }

    /// In the order of their ids; without those whose id is not known.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &V)> {
        self.things.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_without_an_id_may_be_any() {
        let known = |id: &str| Known::value(Text::new(id));
        let all = Index::new([(known("a"), 1), (known("b"), 2)]);
        assert_eq!((all.find("b"), all.find("c")), (Ok(Some(&2)), Ok(None)));
        let some = Index::new([(known("a"), 1), (Known::derived(|| Err(Unknown::because("lost"))), 2)]);
        assert_eq!(some.find("a"), Ok(Some(&1)));
        assert!(some.find("b").is_err());
        assert_eq!(some.seen("b"), None);
    }
}
