//! Lists and names in sentences.

use eksamine_rule::words;

/// Names in a message before they are counted only.
const NAMED: usize = 5;

/// `a, b and 3 more`, in their own order.
pub(crate) fn list(names: impl IntoIterator<Item = String>) -> String {
    words::list(names, NAMED)
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
    fn workloads_are_called_by_their_kind_and_name() {
        assert_eq!(short("k8s:apps/v1/Deployment/shop/web"), "Deployment shop/web");
        assert_eq!(short("k8s:/v1/Pod/shop/web"), "Pod shop/web");
        assert_eq!(short("/facts/k8s.pods.v1/items/0"), "a pod whose name is not known");
    }
}
