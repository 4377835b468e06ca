//! RFC 6901 pointers, and the field paths of `rule.toml`, which add `*` for every element or value.

use std::borrow::Cow;

/// The unescaped tokens of `pointer`; `None` when it neither is empty nor begins with `/`.
pub fn tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(unescape))
}

/// `~1` is a slash and `~0` a tilde.
#[must_use]
pub fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(token) }
}

/// One token as it stands in a pointer.
#[must_use]
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Whether `pointer` lies at or below the field path `path`.
#[must_use]
pub fn is_within(pointer: &str, path: &str) -> bool {
    let (Some(mut place), Some(path)) = (tokens(pointer), tokens(path)) else {
        return false;
    };
    path.into_iter().all(|want| place.next().is_some_and(|got| want == "*" || want == got))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unescaped_and_malformed_pointers_refused() {
        let of = |p| tokens(p).map(|t| t.map(Cow::into_owned).collect::<Vec<_>>());
        assert_eq!(of("/a~1b/~0c/"), Some(vec!["a/b".into(), "~c".into(), String::new()]));
        assert_eq!(of(""), Some(vec![]));
        assert_eq!(of("a"), None);
        assert_eq!(escape("eks.amazonaws.com/nodegroup"), "eks.amazonaws.com~1nodegroup");
    }

    #[test]
    fn within_takes_stars_and_subtrees() {
        assert!(is_within("/spec/containers/3/image", "/spec/containers/*"));
        assert!(is_within("/spec", "/spec"));
        assert!(!is_within("/spec", "/spec/containers"));
        assert!(!is_within("/specs", "/spec"));
    }
}
