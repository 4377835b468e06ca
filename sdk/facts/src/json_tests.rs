//! The walk against serde_json, and against itself.

use super::*;
use proptest::prelude::*;

fn whole(text: &str) -> Result<(), JsonError> {
    let mut cursor = Cursor::new(text);
    cursor.value()?;
    cursor.end()
}

#[test]
fn errors_say_what_and_where() {
    let of = |text: &str| whole(text).expect_err("refused").to_string();
    assert_eq!(of(r#"{"a":{"b":1,"b":2}}"#), r#"duplicate key "b" at byte 12 (/a)"#);
    assert_eq!(of(r#"{"a":[1,{"x/y":tru}]}"#), "expected a value at byte 15 (/a/1/x~1y)");
    assert_eq!(of(r#"{"a":"#), "the document is cut off at byte 5 (/a)");
    assert_eq!(of(r#"{"a":"b"#), "the document is cut off at byte 7 (/a)");
    assert_eq!(of(r#"{"a":1,"\u0061":2}"#), r#"duplicate key "a" at byte 7 (the top of the document)"#);
    assert_eq!(of("1 2"), "text after the end of the document at byte 2 (the top of the document)");
    assert!(of(&"[".repeat(200)).starts_with("nested deeper than 120 levels"));
    assert_eq!(of(r#"{"a":[1e308,-1e309]}"#), "a number beyond 64-bit floats at byte 12 (/a/1)");
    assert!(of(&"9".repeat(310)).starts_with("a number beyond 64-bit floats at byte 0"));
    assert!(of(r#""\ud800""#).starts_with("half of a surrogate pair"));
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?"
            .prop_filter("finite", |n| n.parse::<f64>().is_ok_and(f64::is_finite)),
        any::<String>().prop_map(|s| serde_json::to_string(&s).expect("a string")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|v| format!("[{}]", v.join(" , "))),
            prop::collection::btree_map("[a-c\"\\\\é]{0,3}", inner, 0..6).prop_map(|m| {
                let entries: Vec<_> =
                    m.iter().map(|(k, v)| format!("{}:\n{v}", serde_json::to_string(k).expect("a key"))).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

/// The walk that hands every entry on, as deep as it goes.
fn entry_by_entry(cursor: &mut Cursor<'_>) -> Result<(), JsonError> {
    match cursor.shape() {
        Shape::Object => cursor.object(|cursor, _| entry_by_entry(cursor)),
        Shape::Array => cursor.array(|cursor, _| entry_by_entry(cursor)),
        Shape::Scalar => cursor.skip(),
    }
}

#[test]
fn both_walks_find_the_same_faults() {
    let deep = "[".repeat(200);
    let texts = [
        r#"{"a":1,"a":2}"#,
        r#"{"b":1,"a":2,"b":3}"#,
        r#"{"a":{"x/y":[0,{"k":tru}]}}"#,
        r#"{"a" 1}"#,
        r#"{"a":1 2}"#,
        "[1 2]",
        r#"{1:2}"#,
        r#"{"a":"#,
        r#"{"a":"b"#,
        r#"["\ud800"]"#,
        r#"{"\q":1}"#,
        "[1,]",
        r#"{"a":1,}"#,
        " [ ] ",
        " { } ",
        "",
        &deep,
        r#"{"a":1,"\u0061":2}"#,
        "{\"a\": \"\u{1}\"}",
        r#"{"a":[1,{"b":1,"b":2}]}"#,
        r#" { "a" : [ 1 , "x" , { } ] } "#,
    ];
    for text in texts {
        assert_eq!(Cursor::new(text).skip(), entry_by_entry(&mut Cursor::new(text)), "{text}");
    }
}

#[test]
fn a_second_walk_sees_what_is_cut_off() {
    for text in ["", "[1", r#"{"a":"b"#, r#"{"a":{}"#, "]", "}", "tru"] {
        assert!(Cursor::again(text).skip().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_second_walk_passes_the_same(text in json(), more in "[ ,}\\]]?") {
        let text = format!(" {text}{more}");
        let [mut first, mut second] = [Cursor::new(&text), Cursor::again(&text)];
        prop_assert_eq!(first.skip(), second.skip());
        prop_assert_eq!(first.offset(), second.offset());
        prop_assert_eq!(entry_by_entry(&mut Cursor::new(&text)), entry_by_entry(&mut Cursor::again(&text)));
    }

    #[test]
    fn accepts_what_serde_json_accepts(text in json()) {
        prop_assert_eq!(whole(&text), Ok(()));
    }

    #[test]
    fn agrees_with_serde_json_on_broken_text(text in json(), at in any::<prop::sample::Index>(), with in "[\\[\\]{}:,\"\\\\0-9eu.\\x00-\\x1f a-]?") {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..=at, with.chars());
        let broken: String = chars.into_iter().collect();
        prop_assert_eq!(Cursor::new(&broken).skip(), entry_by_entry(&mut Cursor::new(&broken)), "{}", broken);
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&broken).is_ok()
            // RawValue skips strings without looking at escapes; a full read does.
            && serde_json::from_str::<serde_json::Value>(&broken).is_ok();
        match whole(&broken) {
            Ok(()) => prop_assert!(theirs, "{}", broken),
            Err(e) => prop_assert!(!theirs || e.what().starts_with("duplicate"), "{}: {}", broken, e),
        }
    }
}
