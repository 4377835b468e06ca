//! Lists in sentences.

use eksamine_rule::words;

/// Names in a message before they are counted only.
const NAMED: usize = 10;

/// `a, b and 3 more`, in their own order.
pub(crate) fn list(names: impl IntoIterator<Item = String>) -> String {
    words::list(names, NAMED)
}
