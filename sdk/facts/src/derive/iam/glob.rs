//! Patterns with `*` and `?`, and whether some text matches all of these and none of those.

use std::collections::{BTreeSet, VecDeque};

/// Steps of the search below; beyond it the question is given up, not answered.
const STEPS: usize = 20_000;

/// One place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// This character.
    Only(char),
    /// `?`
    One,
    /// `*`
    Many,
}

/// Whether a pattern with `*` and `?`, as policies write them, matches the whole of a text.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    Pattern::of(pattern).matches(text)
}

/// Text with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(pub(super) Vec<Token>);

/// A pattern and how much of it has been matched.
type At = (usize, usize);

impl Pattern {
    /// The pattern that a text spells.
    pub(super) fn of(text: &str) -> Self {
        Self(text.chars().map(Token::of).collect())
    }

    /// Whether everything matches.
    pub(super) fn is_any(&self) -> bool {
        self.0.contains(&Token::Many) && self.0.iter().all(|token| *token == Token::Many)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut tokens, mut rest) = (self.0.as_slice(), text.chars());
        // Where the last `*` stood, and what it has not taken yet: it takes one more when the rest does not match.
        let mut again = None;
        loop {
            let before = rest.clone();
            match (tokens.first(), rest.next()) {
                (Some(Token::Many), _) => {
                    rest = before;
                    tokens = &tokens[1..];
                    again = Some((tokens, rest.clone()));
                    continue;
                }
                (Some(Token::One), Some(_)) => tokens = &tokens[1..],
                (Some(Token::Only(own)), Some(c)) if *own == c => tokens = &tokens[1..],
                (None, None) => return true,
                _ => {
                    let Some((behind, mut left)) = again.take() else { return false };
                    if left.next().is_none() {
                        return false;
                    }
                    (tokens, rest) = (behind, left.clone());
                    again = Some((behind, left));
                }
            }
        }
    }
}

impl Token {
    pub(super) const fn of(c: char) -> Self {
        match c {
            '*' => Self::Many,
            '?' => Self::One,
            c => Self::Only(c),
        }
    }
}

/// The search is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The shortest text that matches a pattern of each of `all` and no pattern of `none`, if there is one.
pub(super) fn witness(all: &[&[Pattern]], none: &[&[Pattern]]) -> Result<Option<String>, TooLong> {
    let sets: Vec<&[Pattern]> = all.iter().chain(none).copied().collect();
    let fresh = fresh(&sets);
    let first: Vec<BTreeSet<At>> = sets.iter().map(|patterns| begin(patterns)).collect();
    let mut seen = BTreeSet::from([first.clone()]);
    let mut waiting = VecDeque::from([(first, String::new())]);
    let mut steps = 0;
    while let Some((at, text)) = waiting.pop_front() {
        let ended = |(patterns, at): (&&[Pattern], &BTreeSet<At>)| is_end(patterns, at);
        if all.iter().zip(&at).all(ended) && !none.iter().zip(&at[all.len()..]).any(ended) {
            return Ok(Some(text));
        }
        for c in candidates(all, &at, &sets, fresh) {
            steps += 1;
            if steps > STEPS {
                return Err(TooLong);
            }
            let next: Vec<_> = sets.iter().zip(&at).map(|(patterns, at)| step(patterns, at, c)).collect();
            let (inside, outside) = next.split_at(all.len());
            let lost = inside.iter().any(BTreeSet::is_empty)
                || none.iter().zip(outside).any(|(patterns, at)| is_beyond(patterns, at));
            if !lost && seen.insert(next.clone()) {
                waiting.push_back((next, format!("{text}{c}")));
            }
        }
    }
    Ok(None)
}

/// The characters worth a step: those of the set that leaves the least choice.
fn candidates(all: &[&[Pattern]], at: &[BTreeSet<At>], sets: &[&[Pattern]], fresh: char) -> BTreeSet<char> {
    let bound = all.iter().zip(at).filter_map(|(patterns, at)| {
        let tokens = at.iter().filter_map(|(pattern, place)| patterns[*pattern].0.get(*place));
        tokens.map(|token| if let Token::Only(c) = token { Some(*c) } else { None }).collect::<Option<BTreeSet<char>>>()
    });
    bound.min_by_key(BTreeSet::len).unwrap_or_else(|| literals(sets).chain([fresh]).collect())
}

fn literals<'a>(sets: &'a [&[Pattern]]) -> impl Iterator<Item = char> + 'a {
    let tokens = sets.iter().flat_map(|patterns| patterns.iter()).flat_map(|pattern| &pattern.0);
    tokens.filter_map(|token| if let Token::Only(c) = token { Some(*c) } else { None })
}

/// A character that no pattern names: it stands for all of those.
fn fresh(sets: &[&[Pattern]]) -> char {
    let named: BTreeSet<char> = literals(sets).collect();
    let mut others = ('a'..='z').chain('0'..='9').chain('\u{e000}'..='\u{f8ff}').filter(|c| !named.contains(c));
    others.next().unwrap_or('\u{10ffff}')
}

fn begin(patterns: &[Pattern]) -> BTreeSet<At> {
    let mut at = BTreeSet::new();
    (0..patterns.len()).for_each(|index| enter(patterns, &mut at, (index, 0)));
    at
}

/// Stands at a place and at all that follow without a character.
fn enter(patterns: &[Pattern], at: &mut BTreeSet<At>, (pattern, place): At) {
    at.insert((pattern, place));
    if patterns[pattern].0.get(place) == Some(&Token::Many) {
        enter(patterns, at, (pattern, place + 1));
    }
}

fn step(patterns: &[Pattern], at: &BTreeSet<At>, c: char) -> BTreeSet<At> {
    let mut next = BTreeSet::new();
    for (pattern, place) in at {
        match patterns[*pattern].0.get(*place) {
            Some(Token::Many) => enter(patterns, &mut next, (*pattern, *place)),
            Some(Token::One) => enter(patterns, &mut next, (*pattern, *place + 1)),
            Some(Token::Only(own)) if *own == c => enter(patterns, &mut next, (*pattern, *place + 1)),
            Some(Token::Only(_)) | None => {}
        }
    }
    next
}

fn is_end(patterns: &[Pattern], at: &BTreeSet<At>) -> bool {
    at.iter().any(|(pattern, place)| *place == patterns[*pattern].0.len())
}

/// Whether whatever follows matches.
fn is_beyond(patterns: &[Pattern], at: &BTreeSet<At>) -> bool {
    at.iter().any(|(pattern, place)| Pattern(patterns[*pattern].0[*place..].to_vec()).is_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(all: &[&[&str]], none: &[&[&str]]) -> Result<Option<String>, TooLong> {
        let read = |sets: &[&[&str]]| -> Vec<Vec<Pattern>> {
            sets.iter().map(|texts| texts.iter().map(|text| Pattern::of(text)).collect()).collect()
        };
        let (all, none) = (read(all), read(none));
        let all: Vec<&[Pattern]> = all.iter().map(Vec::as_slice).collect();
        let none: Vec<&[Pattern]> = none.iter().map(Vec::as_slice).collect();
        witness(&all, &none)
    }

    fn some(all: &[&[&str]], none: &[&[&str]]) -> String {
        found(all, none).expect("short").expect("a text")
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("a*c", "abbc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("a**", "a", true),
        ] {
            assert_eq!(Pattern::of(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_that_overlap_have_a_text_in_common() {
        assert_eq!(some(&[&["a*"], &["*b"]], &[]), "ab");
        assert_eq!(found(&[&["a*"], &["b*"]], &[]), Ok(None));
        assert_eq!(some(&[&["x", "a?c"], &["ab*"]], &[]), "abc");
        assert_eq!(found(&[&[]], &[]), Ok(None), "nothing matches no pattern");
    }

    #[test]
    fn what_is_covered_together_leaves_nothing() {
        assert_eq!(found(&[&["r/a*"]], &[&["r/*"]]), Ok(None));
        assert_eq!(found(&[&["r/a*", "r/b*"]], &[&["r/a*"], &["r/b*"]]), Ok(None));
        assert_eq!(some(&[&["r/?*"]], &[&["r/prod*"]]).len(), 3);
        assert_eq!(some(&[&["r/*"]], &[&["r/", "r/?"]]).len(), 4);
        assert_eq!(found(&[&["r/x"]], &[&["*x"]]), Ok(None));
        assert_eq!(found(&[&["*"]], &[&["", "?*"]]), Ok(None), "empty or not is everything");
    }

    #[test]
    fn a_search_without_end_is_given_up() {
        let texts: Vec<String> = ('a'..='h').map(|c| format!("*{c}{}", "?".repeat(20))).collect();
        let sets: Vec<[&str; 1]> = texts.iter().map(|text| [text.as_str()]).collect();
        let sets: Vec<&[&str]> = sets.iter().map(|set| &set[..]).collect();
        assert_eq!(found(&sets, &[]), Err(TooLong));
        assert_eq!(found(&[&["a"]], &sets), Ok(Some("a".to_owned())));
    }
}
