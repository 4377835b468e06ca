//! One rule: how it ended, why, what was seen and where.

use super::Detail;
use crate::mapping::words;
use crate::page::{Page, bold, dim, plain, styled};
use anstyle::{AnsiColor, Style};
use eksamine_pack::Severity;
use eksamine_results::{Evidence, Finding, Missing, RuleResult, Status};

/// Findings of a rule that are shown before the rest becomes a number.
const SHOWN: usize = 5;
/// Characters of an observed value that are shown.
const LONGEST: usize = 160;
/// The column below the status word.
const BODY: usize = 7;

pub(super) fn write(page: &mut Page, rule: &RuleResult, detail: Detail) {
    let words = words(rule.status);
    let severity = format!("{:<9}", rule.severity.word());
    let heading = format!("{:<BODY$}", words.heading);
    let heading = if heading.ends_with(' ') { heading } else { heading + "  " };
    let title = plain(format!("  {}", rule.title));
    page.hanging(
        0,
        BODY,
        &[styled(words.style, heading), styled(colour(rule.severity), severity), bold(&*rule.rule), title],
    );
    match rule.status {
        Status::Manual => page.line(BODY, &[bold("question: "), plain(&*rule.summary)]),
        _ => page.line(BODY, &[plain(&*rule.summary)]),
    }
    if let Some(cause) = rule.cause.as_ref().filter(|cause| !rule.summary.contains(&cause.message)) {
        page.line(BODY, &[bold(format!("{}: ", cause.kind)), plain(&*cause.message)]);
    }
    for alike in
        rule.missing.chunk_by(|a, b| (&a.status, &a.reason, &a.permission) == (&b.status, &b.reason, &b.permission))
    {
        missing(page, alike);
    }
    findings(page, rule, detail);
    if !rule.reproducible {
        page.line(BODY, &[plain("the wall clock ended it, so that another run may end otherwise")]);
    }
}

/// Facts that lack for the same reason, which is said once.
fn missing(page: &mut Page, alike: &[Missing]) {
    let Some(first) = alike.first() else { return };
    let facts = alike.iter().map(|missing| missing.fact.as_str()).collect::<Vec<_>>().join(", ");
    let verb = if alike.len() == 1 { "is" } else { "are" };
    page.line(BODY, &[plain(format!("{facts} {verb} {}: {}", first.status, first.reason))]);
    if let Some(permission) = &first.permission {
        let verb = if first.status == "not-collected" { "to look: " } else { "grant: " };
        page.line(BODY + 2, &[bold(verb), plain(permission.as_str())]);
    }
}

fn findings(page: &mut Page, rule: &RuleResult, detail: Detail) {
    let telling = |f: &&Finding| detail == Detail::Full || !matches!(f.status, Status::Pass | Status::NotApplicable);
    let mut shown: Vec<&Finding> = rule.findings.iter().filter(telling).collect();
    shown.sort_by_key(|f| f.status);
    let most = if detail == Detail::Full { shown.len() } else { SHOWN };
    for finding in shown.iter().take(most) {
        let mut spans = vec![plain("- ")];
        if finding.status != rule.status {
            spans.push(styled(words(finding.status).style, format!("{} ", finding.status)));
        }
        spans.push(bold(&*finding.subject));
        page.hanging(BODY, BODY + 2, &spans);
        page.hanging(BODY + 2, BODY + 2, &[plain(&*finding.message)]);
        finding.evidence.iter().for_each(|e| evidence(page, e));
    }
    let left = shown.len().saturating_sub(most);
    if left > 0 {
        page.line(BODY, &[dim(format!("… {left} more (-v shows all)"))]);
    }
}

fn evidence(page: &mut Page, evidence: &Evidence) {
    let seen = match (&evidence.observed, &evidence.cut) {
        (Some(value), _) => short(value.get()),
        (None, Some(cut)) => format!("{} ({} bytes, {})", short(&cut.begins), cut.bytes, cut.digest),
        (None, None) => "nothing".to_owned(),
    };
    let note = evidence.note.as_ref().map(|note| format!("  ({note})")).unwrap_or_default();
    page.line(BODY + 4, &[plain(seen), dim(format!(" at {}", evidence.at)), plain(note)]);
}

fn short(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST).chain(['…']).collect()
}

const fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => Style::new(),
    }
}
