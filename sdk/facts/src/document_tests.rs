//! Quoting: what was kept while the document was read is what stands in it.

use super::*;

const TEXT: &str = r#" { "schema" : "eksamine.facts/v1", "collected_at" : "2026-11-23T10:00:00Z" ,
 "collector":{"name":"x","tier":[1, 2]}, "scope":{"region" : "eu-west-1"},
 "facts": { "k": { "gaps" : [ {"subject":"s","status":"denied","reason":"r"} ], "items":[ {"a":{"b/c":[1, "x"]}} , 7 ] ,
   "status":"partial" , "reason" : null }, "d":{"status":"denied","permission":"p"}, "e":{"items":[],"status":"complete"}}}"#;

#[test]
fn a_quote_is_the_text_at_that_place() {
    let document = Document::read(TEXT, &Projection::default()).expect("a document");
    let places = [
        "",
        "/schema",
        "/collected_at",
        "/collector/tier/1",
        "/scope",
        "/scope/region",
        "/scope/none",
        "/none",
        "/facts",
        "/facts/k",
        "/facts/k/status",
        "/facts/k/reason",
        "/facts/k/gaps",
        "/facts/k/gaps/0/subject",
        "/facts/k/gaps/1",
        "/facts/k/permission",
        "/facts/k/items",
        "/facts/k/items/0/a/b~1c/1",
        "/facts/k/items/1",
        "/facts/k/items/2",
        "/facts/k/items/1/a",
        "/facts/d/permission",
        "/facts/d/items/0",
        "/facts/e/items",
        "/facts/none/status",
    ];
    for place in places {
        let tokens: Vec<String> = pointer::tokens(place).expect("a pointer").map(Into::into).collect();
        let walked = descend(TEXT, &tokens.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(document.quote(place), walked, "{place}");
    }
    assert_eq!(document.quote("/facts/k/reason"), Some("null"));
    assert_eq!(document.quote("/facts/k/gaps/0/subject"), Some("\"s\""));
    assert_eq!(document.quote("/facts/k/items/01"), None);
}

/// What serde would take and `schema facts` does not.
#[test]
fn small_parts_are_read_to_the_letter() {
    let why = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        Document::read(TEXT.replace(from, to), &Projection::default()).expect_err(to).to_string()
    };
    let starts = |error: String, what: &str| assert!(error.starts_with(what), "{error}");
    starts(why(r#"{"region" : "eu-west-1"}"#, r#"["aws"]"#), "expected an object at byte ");
    starts(
        why(r#"{"subject":"s","status":"denied","reason":"r"}"#, r#"["s","denied","r"]"#),
        "expected an object at byte ",
    );
    starts(why(r#""status":"denied","permission""#, r#""status":{"denied":null},"permission""#), "invalid type: map");
    let unknown = r#"unknown status "gone", expected one of complete, partial, absent, denied, error, not-collected"#;
    starts(why(r#""status":"denied","permission""#, r#""status":"gone","permission""#), unknown);
    let gap = why(r#""status":"denied","reason""#, r#""status":"complete","reason""#);
    starts(gap.clone(), "a gap that is complete: it is absent, denied, error or not-collected at byte ");
    assert!(gap.ends_with("(/facts/k/gaps/0)"), "{gap}");
}
