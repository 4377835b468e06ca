//! Patterns with `*` and `?`, and whether some text matches all of these and none of those.

use std::collections::BTreeSet;

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
    let search = Search::new(all, none);
    let first = search.begin();
    let mut seen = BTreeSet::from([first.clone()]);
    // What was reached, from which of them and by which character.
    let mut reached = vec![(first, 0, '\0')];
    let (mut here, mut steps) = (0, 0);
    while here < reached.len() {
        // Its places are needed no more; how it was reached is.
        let places = std::mem::take(&mut reached[here].0);
        if search.is_found(&places) {
            return Ok(Some(spelt(&reached, here)));
        }
        for c in search.candidates(&places) {
            steps += 1;
            if steps > STEPS {
                return Err(TooLong);
            }
            let next = search.step(&places, c);
            if !search.is_lost(&next) && seen.insert(next.clone()) {
                reached.push((next, here, c));
            }
        }
        here += 1;
    }
    Ok(None)
}

fn spelt(reached: &[(Places, usize, char)], mut here: usize) -> String {
    let mut text = Vec::new();
    while here > 0 {
        let (_, before, c) = &reached[here];
        text.push(*c);
        here = *before;
    }
    text.into_iter().rev().collect()
}

/// Places of patterns, as bits.
type Places = Vec<u64>;

/// Every place of every pattern of every set, one behind the other, each pattern with a place for its end.
struct Search {
    /// `None` is the end of a pattern.
    tokens: Vec<Option<Token>>,
    begins: Places,
    all: Vec<Set>,
    none: Vec<Set>,
    /// The characters that patterns name, and one that stands for all others.
    alphabet: Vec<char>,
}

/// The places of a set of patterns.
struct Set {
    own: Places,
    /// Where a pattern ends.
    ends: Places,
    /// From where whatever follows matches.
    beyond: Places,
}

impl Search {
    fn new(all: &[&[Pattern]], none: &[&[Pattern]]) -> Self {
        let sets = || all.iter().chain(none).copied();
        let tokens: Vec<Option<Token>> =
            sets().flatten().flat_map(|pattern| pattern.0.iter().copied().map(Some).chain([None])).collect();
        let words = tokens.len().div_ceil(64);
        let mut begins = vec![0; words];
        let mut at = 0;
        let mut set = |patterns: &&[Pattern]| {
            let mut set = Set { own: vec![0; words], ends: vec![0; words], beyond: vec![0; words] };
            for Pattern(tokens) in *patterns {
                add(&mut begins, at);
                let stars = tokens.iter().rev().take_while(|token| **token == Token::Many).count();
                (at..=at + tokens.len()).for_each(|place| add(&mut set.own, place));
                (at + tokens.len() - stars..at + tokens.len()).for_each(|place| add(&mut set.beyond, place));
                at += tokens.len();
                add(&mut set.ends, at);
                at += 1;
            }
            set
        };
        let (all, none) = (all.iter().map(&mut set).collect(), none.iter().map(&mut set).collect());
        let only = |token: &Token| if let Token::Only(c) = token { Some(*c) } else { None };
        let mut alphabet: BTreeSet<char> = tokens.iter().flatten().filter_map(only).collect();
        let mut others = ('a'..='z').chain('0'..='9').chain('\u{e000}'..='\u{f8ff}');
        alphabet.insert(others.find(|c| !alphabet.contains(c)).unwrap_or('\u{10ffff}'));
        Self { tokens, begins, all, none, alphabet: alphabet.into_iter().collect() }
    }

    fn begin(&self) -> Places {
        let mut places = vec![0; self.begins.len()];
        each(&self.begins, |place| self.enter(&mut places, place));
        places
    }

    /// Stands at a place and at all that follow without a character.
    fn enter(&self, places: &mut Places, mut place: usize) {
        add(places, place);
        while self.tokens[place] == Some(Token::Many) {
            place += 1;
            add(places, place);
        }
    }

    fn step(&self, places: &Places, c: char) -> Places {
        let mut next = vec![0; places.len()];
        each(places, |place| match self.tokens[place] {
            Some(Token::Many) => self.enter(&mut next, place),
            Some(Token::One) => self.enter(&mut next, place + 1),
            Some(Token::Only(own)) if own == c => self.enter(&mut next, place + 1),
            Some(Token::Only(_)) | None => {}
        });
        next
    }

    fn is_found(&self, places: &Places) -> bool {
        self.all.iter().all(|set| meet(places, &set.ends)) && !self.none.iter().any(|set| meet(places, &set.ends))
    }

    fn is_lost(&self, places: &Places) -> bool {
        self.all.iter().any(|set| !meet(places, &set.own)) || self.none.iter().any(|set| meet(places, &set.beyond))
    }

    /// The characters worth a step: those of the set that leaves the least choice.
    fn candidates(&self, places: &Places) -> Vec<char> {
        let bound = self.all.iter().filter_map(|set| {
            let (mut only, mut is_bound) = (Vec::new(), true);
            let here: Places = places.iter().zip(&set.own).map(|(places, own)| places & own).collect();
            each(&here, |place| match self.tokens[place] {
                Some(Token::Only(c)) => only.push(c),
                Some(Token::One | Token::Many) => is_bound = false,
                None => {}
            });
            only.sort_unstable();
            only.dedup();
            is_bound.then_some(only)
        });
        bound.min_by_key(Vec::len).unwrap_or_else(|| self.alphabet.clone())
    }
}

fn add(places: &mut Places, place: usize) {
    places[place / 64] |= 1 << (place % 64);
}

fn meet(one: &Places, other: &Places) -> bool {
    one.iter().zip(other).any(|(one, other)| one & other != 0)
}

fn each(places: &Places, mut act: impl FnMut(usize)) {
    for (number, word) in places.iter().enumerate() {
        let mut word = *word;
        while word != 0 {
            act(number * 64 + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
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
