//! Whatever the stretches, and wherever they seem to begin, the items are the same, and so is what is wrong.

use super::*;
use crate::view::{CHUNK, View};
use proptest::prelude::*;

/// Items, the chunks of two field sets as rules read them, and where the walk ended.
type Outcome = Result<(Vec<String>, Vec<(u32, String)>, usize), JsonError>;

fn read(text: &str, length: usize) -> Outcome {
    read_keeping(usize::MAX, text, length)
}

fn read_keeping(mut kept: usize, text: &str, length: usize) -> Outcome {
    let sets = [Fields::new(["/a", "/b/*/a"]), Fields::new(["/a", "/c"])].map(|set| set.expect("pointers"));
    let mut cursor = Cursor::new(text);
    let Items { items, views } = Items::in_stretches(&mut cursor, &sets, &mut kept, length)?;
    let places = Arc::new(items.clone());
    let views = views.into_iter().map(|(set, c)| View::new(text.to_owned().into(), places.clone(), &set, c));
    let chunks = views.flat_map(|view| all(&view, 0)).collect();
    Ok((items.into_iter().map(|item| text[item].to_owned()).collect(), chunks, cursor.offset()))
}

/// The chunks from an item on.
fn all(view: &View, mut start: u32) -> Vec<(u32, String)> {
    let read = || {
        let (count, items) = view.read(start).expect("the text is what was read");
        start += count;
        (count > 0).then_some((count, items))
    };
    std::iter::from_fn(read).collect()
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
    assert_eq!(chunks.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [100, 100]);
    assert_eq!(chunks[0].1, format!("[{}]", vec![r#"{"a":"x","b":[{"a":1}]}"#; 100].join(",")));
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

/// However much of it is kept, and wherever a rule begins to read. No more is kept than may be.
#[test]
fn what_was_not_kept_is_written_again() {
    let item =
        |number: usize| format!(r#"{{"a":{number},"b":[{{"a":"{}","z":0}}],"c":[ ]}}"#, "x".repeat(number % 977));
    let text = format!("[{}]", (0..3_000).map(item).collect::<Vec<_>>().join(" , "));
    let kept = at_once(&text).expect("JSON");
    let sizes: Vec<usize> = kept.1.iter().map(|(_, items)| items.len()).collect();
    assert!(sizes.len() > 6 && sizes.iter().all(|size| *size <= CHUNK), "{sizes:?}");
    for bytes in [0, 1, 300_000, 1_000_000] {
        assert_eq!(read_keeping(bytes, &text, 4_096).expect("JSON"), kept, "{bytes} bytes kept");
    }
    // Other kinds may keep what this one leaves.
    let size = |bytes: usize| {
        let (mut left, a) = (bytes, Fields::new(["/a"]).expect("a pointer"));
        Items::read(&mut Cursor::new(&text), &[a], &mut left).expect("JSON");
        bytes - left
    };
    assert_eq!(size(20_000), 20_000);
    assert_eq!(size(usize::MAX), (0..3_000).map(|number| format!(r#",{{"a":{number}}}"#).len()).sum::<usize>());
    let fields = Fields::new(["/b/*/a"]).expect("pointers");
    for mut bytes in [0, usize::MAX] {
        let found = Items::read(&mut Cursor::new(&text), std::slice::from_ref(&fields), &mut bytes).expect("JSON");
        let view = View::new(text.clone().into(), Arc::new(found.items), &fields, found.views[0].1.clone());
        let joined = |start| {
            all(&view, start).into_iter().fold((0, Vec::new()), |(count, mut items), (more, text)| {
                items.extend(serde_json::from_str::<Vec<serde_json::Value>>(&text).expect("an array"));
                (count + more, items)
            })
        };
        let whole = joined(0);
        assert_eq!((whole.0, whole.1.len()), (3_000, 3_000));
        for start in [1, 500, 1_531, 2_999, 3_000, u32::MAX] {
            let rest = whole.1.get(start as usize..).unwrap_or_default();
            assert_eq!(joined(start), (u32::try_from(rest.len()).expect("few"), rest.to_vec()), "from {start} on");
        }
    }
}

/// A mapped file that someone writes to while it is judged: no item is lost in silence.
#[test]
fn a_document_that_has_changed_is_not_served() {
    let (text, fields) = (r#"[{"a":1},{"a":2}]"#, Fields::new(["/a"]).expect("a pointer"));
    let found = Items::read(&mut Cursor::new(text), std::slice::from_ref(&fields), &mut 0).expect("JSON");
    let read = |now: &'static [u8]| {
        View::new(now.into(), Arc::new(found.items.clone()), &fields, found.views[0].1.clone()).read(0)
    };
    assert_eq!(read(text.as_bytes()), Ok((2, text.to_owned())));
    let why = |now| read(now).expect_err("refused").to_string();
    let changed = |what: &str| format!("it is not what was read before: {what} at byte 9 (/1)");
    assert_eq!(why(br#"[{"a":1},{"a":]}]"#), changed("expected a value"));
    assert_eq!(why(b"[{\"a\":1},{\"a\":\xff}]"), changed("not UTF-8"));
    assert_eq!(why(b"[{\"a\":1}"), changed("it is shorter"));
    // A walk that counts brackets alone does not see it.
    let (text, now) = (r#"[{"a":1},{"a":[2]}]"#, br#"[{"a":1},{"a":[2}}]"#);
    let found = Items::read(&mut Cursor::new(text), std::slice::from_ref(&fields), &mut 0).expect("JSON");
    let view = View::new(now[..].into(), Arc::new(found.items), &fields, found.views[0].1.clone());
    let why = view.read(0).expect_err("refused").to_string();
    assert!(why.starts_with("it is not what was read before: expected `,` or `]`") && why.ends_with("(/1)"), "{why}");
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
