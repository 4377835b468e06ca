//! The one kind of text that may be empty: a label's value.

use crate::noun::{Fact, Reading};
use smol_str::SmolStr;

/// The value of a label, or one that a selector asks for. `""` is a value here (Kubernetes, "Labels and Selectors":
/// a label value may be empty), unlike in [`crate::Text`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(SmolStr);

impl Label {
    /// The characters, possibly none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without a copy when it is short.
    pub(crate) fn to_smol(&self) -> SmolStr {
        self.0.clone()
    }
}

impl Fact for Label {
    fn from_text(text: &str) -> Reading<Self> {
        Reading::value(Self(SmolStr::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    #[test]
    fn the_empty_string_is_a_value_and_null_is_not() {
        let read = |json: &str| serde_json::from_str::<Known<Label>>(json).expect("JSON");
        assert_eq!(read("\"\"").get().map(Label::as_str), Ok(""));
        assert!(read("null").get().is_err());
        assert!(read("7").get().is_err());
    }
}
