//! Lists in sentences.

/// Named one by one up to here.
const NAMED: usize = 3;

/// `a, b, c and 2 more`
pub(crate) fn list(items: &[String]) -> String {
    let named = items.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
