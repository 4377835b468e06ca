//! One scan result with everything that can be in one, in every format.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

use eksamine_report::{Detail, Layout, json, text};
use eksamine_results::{ScanResult, summarise};
use eksamine_tests::rules::{bless, root};
use serde_json::Value;
use std::fs;

fn scan() -> (String, ScanResult) {
    let source = fs::read_to_string(root().join("tests/reports/scan.json")).expect("the scan result");
    let result = serde_json::from_str(&source).expect("a scan result");
    (source, result)
}

/// Styles as words, so that a snapshot can be read and every style is seen to end.
fn spelt(text: &str) -> String {
    text.replace("\u{1b}[0m", "⟩").replace("\u{1b}[", "⟨")
}

/// Without its styles.
fn bare(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}

#[test]
fn text_reads_as_blessed() {
    let (_, result) = scan();
    for (file, width, detail) in
        [("short-80.txt", 80, Detail::Short), ("short-50.txt", 50, Detail::Short), ("full-100.txt", 100, Detail::Full)]
    {
        let page = bare(&text(&result, width, detail));
        bless(&root().join("tests/reports").join(file), &page).unwrap_or_else(|error| panic!("{error:#}"));
    }
}

#[test]
fn no_name_steers_the_terminal() {
    let (_, result) = scan();
    let page = text(&result, 80, Detail::Full);
    let styles = page.matches("\u{1b}[").count();
    assert_eq!(page.matches('\u{1b}').count(), styles, "an escape that is no style");
    for c in bare(&page).chars() {
        assert!(c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{c:?}");
    }
    assert!(!bare(&page).lines().any(|line| line.starts_with("PASS   faked")));
}

#[test]
fn every_style_ends_in_its_line() {
    let (_, result) = scan();
    for line in spelt(&text(&result, 80, Detail::Full)).lines() {
        assert_eq!(line.contains('⟨'), line.contains('⟩'), "{line}");
        assert!(line.rfind('⟩') >= line.rfind('⟨'), "{line}");
    }
}

#[test]
fn json_loses_nothing() {
    let (source, result) = scan();
    let source: Value = serde_json::from_str(&source).expect("JSON");
    for layout in [Layout::Pretty, Layout::Compact] {
        let written = json(&result, layout).expect("JSON");
        assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), source);
        assert!(written.ends_with("}\n"));
    }
    assert_eq!(serde_json::to_value(summarise(&result.results)).expect("JSON"), source["summary"]);
}
