//! Lists and numbers in sentences.

/// Names in a message before they are counted only.
const NAMED: usize = 5;

/// `a, b and 3 more`; sorted, so that the order of facts says nothing.
pub(crate) fn list(names: impl IntoIterator<Item = String>) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = names.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// `1 role`, `2 roles`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `Deployment shop/web` of `k8s:apps/v1/Deployment/shop/web`. The place of a pod without a name says nothing, and
/// changes with the order.
pub(crate) fn short(subject: &str) -> String {
    let parts: Vec<&str> = subject.rsplitn(4, '/').collect();
    match parts[..] {
        [name, namespace, kind, version] if version.starts_with("k8s:") => format!("{kind} {namespace}/{name}"),
        _ => "a pod whose name is not known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_counted() {
        let names = |n: usize| (0..n).rev().map(|i| format!("n{i}"));
        assert_eq!(list(names(3)), "n0, n1, n2");
        assert!(list(names(7)).ends_with(" and 2 more"));
        assert_eq!([count(1, "role", "roles"), count(0, "role", "roles")], ["1 role", "0 roles"]);
    }

    #[test]
    fn workloads_are_called_by_their_kind_and_name() {
        assert_eq!(short("k8s:apps/v1/Deployment/shop/web"), "Deployment shop/web");
        assert_eq!(short("k8s:/v1/Pod/shop/web"), "Pod shop/web");
        assert_eq!(short("/facts/k8s.pods.v1/items/0"), "a pod whose name is not known");
    }
}
