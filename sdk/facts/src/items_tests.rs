//! Whatever the stretches, and wherever they seem to begin, the items are the same, and so is what is wrong.

use super::*;
use proptest::prelude::*;

/// Items, the chunks of two field sets, and where the walk ended.
type Outcome = Result<(Vec<String>, Vec<Chunk>, usize), JsonError>;

fn read(text: &str, length: usize) -> Outcome {
    let sets = [Fields::new(["/a", "/b/*/a"]), Fields::new(["/a", "/c"])].map(|set| set.expect("pointers"));
    let mut cursor = Cursor::new(text);
    let items = Items::in_stretches(&mut cursor, &sets, length)?;
    let chunks = items.views.iter().flat_map(|(_, chunks)| chunks.to_vec()).collect();
    Ok((items.items.iter().map(ToString::to_string).collect(), chunks, cursor.offset()))
}

/// By one thread, in one go.
fn at_once(text: &str) -> Outcome {
    read(text, usize::MAX)
}

#[test]
fn items_are_numbered_through() {
    let text = format!("[{}]", vec![r#"{"a":"x","b":[{"a":1}],"z":0}"#; 100].join(","));
    let (items, chunks, end) = read(&text, 64).expect("JSON");
    assert_eq!((items.len(), end), (100, text.len()));
    assert_eq!(chunks.iter().map(|chunk| (chunk.first, chunk.count)).collect::<Vec<_>>(), [(0, 100), (0, 100)]);
    assert_eq!(chunks[0].items, format!("[{}]", vec![r#"{"a":"x","b":[{"a":1}]}"#; 100].join(",")));
}

#[test]
fn errors_name_the_item_by_its_number_in_the_document() {
    let items =
        |bad: &str| format!("[{},{bad},{}]", vec![r#"{"a":1}"#; 50].join(","), vec![r#"{"a":1}"#; 50].join(","));
    let why = |text: &str| read(text, 20).expect_err("refused").to_string();
    assert_eq!(why(&items(r#"{"a":1,"a":2}"#)), r#"duplicate key "a" at byte 408 (/50)"#);
    assert_eq!(why(&items(r#"{"a":tru}"#)), "expected a value at byte 406 (/50/a)");
    assert_eq!(why(&items(r#"{"a":1} 2"#)), "expected `,` or `]` at byte 409 (the top of the document)");
    let cut = items("{}");
    assert_eq!(why(&cut[..cut.len() - 3]), format!("the document is cut off at byte {} (/100/a)", cut.len() - 3));
}

/// What looks like the beginning of an item where none is.
#[test]
fn a_false_beginning_is_read_again() {
    let nested = r#"{"a":[{"a":0},{"a":1},{"a":2},{"a":3}],"b":",{\"a\":","c":",{"}"#;
    let other = r#"{"b":[{"x":0},{"a":[[],{"a":1},{"a":2}]}]}"#;
    let text = format!("[{}]", [nested, other, "{}", "7", nested, nested, other].repeat(20).join(" ,\n "));
    for length in 1..200 {
        assert_eq!(read(&text, length), at_once(&text), "{length}");
    }
}

fn item() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("1".to_owned()), Just(r#"",{\"a\":""#.to_owned()), "\"[a,é{}]{0,4}\""];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(","))),
            prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|m| {
                let entries: Vec<_> = m.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    });
    prop_oneof![4 => value.clone().prop_map(|v| format!("{{\"a\":{v}}}")), 1 => value]
}

proptest! {
    #[test]
    fn stretches_do_not_show(items in prop::collection::vec(item(), 0..30), length in 1_usize..80) {
        let text = format!("[{}],[{{\"a\":1}},{{\"a\":2}}]", items.join(","));
        prop_assert_eq!(read(&text, length), at_once(&text));
    }

    #[test]
    fn nor_do_they_in_errors(items in prop::collection::vec(item(), 1..30), length in 1_usize..80,
            at in any::<prop::sample::Index>(), with in "[\\[\\]{}:,\"a]?") {
        let mut chars: Vec<char> = format!("[{}]", items.join(",")).chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..=at, with.chars());
        let broken: String = chars.into_iter().collect();
        prop_assert_eq!(read(&broken, length), at_once(&broken));
    }
}
