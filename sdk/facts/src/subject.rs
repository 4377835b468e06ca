//! What a finding is about: a stable identity.

use crate::known::{Known, State};
use crate::noun::Text;

/// An ARN, `k8s:<group>/<version>/<kind>/<namespace>/<name>`, or the place of an item that cannot say its name.
/// Opaque: a name inside it is for the reader of a finding, not for a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// The text of `known` (an ARN, an id), or `place` when it is not known.
    pub fn named(known: &Known<Text>, place: impl Into<String>) -> Self {
        match &known.state {
            State::Value(text) => Self(text.to_string()),
            _ => Self(place.into()),
        }
    }

    /// A Kubernetes object. `namespace` is `None` for what lives in no namespace.
    pub fn kubernetes(
        (group, version, kind): (&str, &str, &str),
        namespace: Option<&Known<Text>>,
        name: &Known<Text>,
        place: impl Into<String>,
    ) -> Self {
        let text = |known: &Known<Text>| match &known.state {
            State::Value(text) => Some(text.to_string()),
            _ => None,
        };
        let namespace = namespace.map_or_else(|| Some(String::new()), text);
        match (namespace, text(name)) {
            (Some(namespace), Some(name)) => Self(format!("k8s:{group}/{version}/{kind}/{namespace}/{name}")),
            _ => Self(place.into()),
        }
    }

    /// An identity that was computed.
    pub fn of(identity: impl Into<String>) -> Self {
        Self(identity.into())
    }

    #[doc(hidden)]
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl From<String> for Subject {
    fn from(identity: String) -> Self {
        Self(identity)
    }
}
