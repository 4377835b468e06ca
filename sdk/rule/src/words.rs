//! Lists and numbers in sentences.

/// `a, b and 3 more`: at most so many are named, in the order in which they come.
#[must_use]
pub fn some(names: &[String], most: usize) -> String {
    let named = names[..most.min(names.len())].join(", ");
    match names.len().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The same of names in their own order, each once, so that the order of facts says nothing.
pub fn list(names: impl IntoIterator<Item = String>, most: usize) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort();
    names.dedup();
    some(&names, most)
}

/// `1 role`, `2 roles`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_counted() {
        let names = |n: usize| (0..n).rev().map(|i| format!("n{i}"));
        assert_eq!(list(names(3).chain(names(1)), 3), "n0, n1, n2");
        assert_eq!(list(names(7), 2), "n0, n1 and 5 more");
        assert_eq!(some(&names(3).collect::<Vec<_>>(), 2), "n2, n1 and 1 more");
        assert_eq!([some(&[], 2), list([], 0)], ["", ""]);
        assert_eq!([count(1, "role", "roles"), count(0, "role", "roles")], ["1 role", "0 roles"]);
    }
}
