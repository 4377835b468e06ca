//! An error of a client library in words: the innermost are the telling ones ("Connection refused"). The AWS runtime's
//! own long form ends with a debug dump, answer bodies included, which helps nobody and may hold what a credential
//! source answered.

use std::error::Error;

/// The error and what it says caused it, each once.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<Layer>>);

    #[test]
    fn every_cause_is_said_once_and_nothing_is_dumped() {
        let refused = Layer("connection refused", None);
        let repeated = Layer("cannot connect: connection refused", Some(Box::new(refused)));
        let top = Layer("dispatch failure", Some(Box::new(repeated)));
        assert_eq!(causes(&top), "dispatch failure: cannot connect: connection refused");
    }
}
