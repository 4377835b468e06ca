//! What `accepted_isolation` names.

use std::fmt;

/// The entry that stands for Fargate.
const FARGATE: &str = "fargate";
/// What the key of a taint follows in an entry.
const TAINT: &str = "taint:";

/// Ways of keeping an untrusted pod apart that are good enough.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Whether Fargate is.
    pub(crate) fargate: bool,
    /// Handlers of container runtimes.
    pub(crate) handlers: Vec<String>,
    /// Keys of taints of nodes that only untrusted pods run on.
    pub(crate) taints: Vec<String>,
    entries: Vec<String>,
}

impl Accepted {
    pub(crate) fn new(entries: &[String]) -> Self {
        let mut accepted = Self { fargate: false, handlers: Vec::new(), taints: Vec::new(), entries: entries.to_vec() };
        for entry in entries {
            match (entry.as_str(), entry.strip_prefix(TAINT)) {
                (FARGATE, _) => accepted.fargate = true,
                (_, Some(key)) => accepted.taints.push(key.to_owned()),
                (handler, None) => accepted.handlers.push(handler.to_owned()),
            }
        }
        accepted
    }

    pub(crate) fn is_fargate_alone(&self) -> bool {
        self.fargate && self.handlers.is_empty() && self.taints.is_empty()
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entries.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_fargate_a_handler_or_a_taint() {
        let of = |entries: &[&str]| Accepted::new(&entries.iter().map(ToString::to_string).collect::<Vec<_>>());
        let all = of(&["fargate", "kata", "taint:example.com/untrusted"]);
        assert!(all.fargate && !all.is_fargate_alone());
        assert_eq!((all.handlers, all.taints), (vec!["kata".to_owned()], vec!["example.com/untrusted".to_owned()]));
        assert!(of(&["fargate"]).is_fargate_alone() && !of(&["kata"]).fargate);
    }
}
