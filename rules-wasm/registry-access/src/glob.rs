//! Names with `*` for any text and `?` for any character.

/// Whether a pattern matches the whole text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Where the last `*` stands, and what it was last tried against.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(one) if *one == '?' || *one == text[at] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((star_at, tried)) = star else { return false };
                star = Some((star_at, tried + 1));
                of = star_at + 1;
                at = tried + 1;
            }
        }
    }
    pattern[of..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_must_match() {
        for (pattern, text) in
            [("a*c", "abbc"), ("*", ""), ("a?c", "abc"), ("*:role/ci-*", "arn:aws:iam::1:role/ci-1"), ("**a", "aa")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "abcd"), ("?", ""), ("role/ci", "role/ci-1"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
