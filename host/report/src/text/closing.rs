//! The last lines: what weakens the scan, the totals, what to do next.

use crate::mapping::words;
use crate::page::{Page, bold, dim, plain, styled};
use anstyle::AnsiColor;
use eksamine_pack::Severity;
use eksamine_results::{RuleResult, ScanResult, Status};
use std::cmp::Reverse;
use std::collections::BTreeSet;

pub(super) fn write(page: &mut Page, result: &ScanResult) {
    page.gap();
    for weakening in &result.weakenings {
        let word = styled(AnsiColor::Yellow.on_default(), "weaker: ");
        page.line(0, &[word, plain(format!("{} {}: {}", weakening.kind, weakening.subject, weakening.detail))]);
    }
    page.gap();
    totals(page, result);
    next(page, result);
}

fn totals(page: &mut Page, result: &ScanResult) {
    let mut spans = vec![bold(count(result.results.len(), "rule")), plain(": ")];
    let mut first = true;
    for status in Status::ALL {
        let number = result.results.iter().filter(|r| r.status == status).count();
        if number == 0 {
            continue;
        }
        if !first {
            spans.push(plain(", "));
        }
        first = false;
        spans.push(styled(words(status).style, format!("{number} {status}")));
        if status == Status::Fail {
            spans.push(plain(format!(" ({})", severities(&result.results))));
        }
    }
    page.line(0, &spans);
}

fn severities(results: &[RuleResult]) -> String {
    let of = |severity| results.iter().filter(|r| r.status == Status::Fail && r.severity == severity).count();
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low]
        .into_iter()
        .filter(|s| of(*s) > 0)
        .map(|s| format!("{} {}", of(s), s.word()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// At most three lines: mend, grant, answer.
fn next(page: &mut Page, result: &ScanResult) {
    let worst = |status| result.results.iter().filter(move |r| r.status == status).min_by_key(|r| Reverse(r.severity));
    if let Some(rule) = worst(Status::Fail) {
        let command = format!("eksamine explain {}", rule.rule);
        page.line(0, &[dim("next: "), bold(command), dim("  why it matters, how to mend it")]);
    }
    let errors = result.results.iter().filter(|r| r.status == Status::Error);
    let grants: BTreeSet<&str> = errors.flat_map(|r| &r.missing).filter_map(|m| m.permission.as_deref()).collect();
    if !grants.is_empty() {
        let grants = grants.into_iter().collect::<Vec<_>>().join("; ");
        page.line(0, &[dim("next: "), plain("grant "), bold(grants), plain(" and gather again")]);
    }
    if let Some(rule) = worst(Status::Manual) {
        let command = format!("eksamine explain {}", rule.rule);
        page.line(0, &[dim("next: "), bold(command), dim("  how to look by hand")]);
    }
}

fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
