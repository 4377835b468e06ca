//! A rule, explained.

use eksamine_pack::{FactNeed, Need, Param, RuleMeta};
use eksamine_report::{Page, bold, dim, plain};
use serde_json::Value;

pub(super) fn explain(rule: &RuleMeta, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(0, &[bold(&*rule.id), plain(format!("  {}", rule.title))]);
    let mut about = vec![format!("severity {}", rule.severity.word()), format!("since {}", rule.since)];
    about.extend(rule.identifiers.iter().cloned());
    page.line(0, &[dim(about.join(", "))]);
    section(&mut page, "What is judged", |page| page.paragraphs(2, &rule.description));
    section(&mut page, "Why", |page| page.paragraphs(2, &rule.rationale));
    section(&mut page, "What it reads", |page| rule.facts.iter().for_each(|need| fact(page, need)));
    if !rule.params.is_empty() {
        section(&mut page, "Parameters", |page| {
            for (name, param) in &rule.params {
                parameter(page, &rule.id, name, param);
            }
        });
    }
    section(&mut page, "By hand", |page| {
        page.verbatim(2, &rule.audit);
        page.line(2, &[bold("question: "), plain(&*rule.question)]);
    });
    section(&mut page, "How to mend a failure", |page| remediation(page, rule));
    if !rule.controls.is_empty() {
        section(&mut page, "Demanded by", |page| controls(page, rule));
    }
    page.into_text()
}

pub(super) fn section(page: &mut Page, title: &str, write: impl FnOnce(&mut Page)) {
    page.gap();
    page.line(0, &[bold(title)]);
    write(page);
}

fn fact(page: &mut Page, need: &FactNeed) {
    let decisive = match need.need {
        Need::Required => "required".to_owned(),
        Need::Conditional if need.when.is_empty() => "decisive when the rule looks at it".to_owned(),
        Need::Conditional => format!("decisive while {} is set", need.when.join(" or ")),
        Need::Supporting => "adds evidence only".to_owned(),
    };
    let excused = need.unless.as_ref().map(|p| format!("; its lack is excused by {p}")).unwrap_or_default();
    page.line(2, &[bold(&*need.kind), plain(format!("  {decisive}{excused}"))]);
    page.hanging(4, 4, &[dim(need.fields.join("  "))]);
    for absence in &need.absent {
        let text = format!("no {} means: {} ", absence.path, absence.means);
        page.line(4, &[plain(text), dim(format!("({})", absence.source))]);
    }
}

fn parameter(page: &mut Page, rule: &str, name: &str, param: &Param) {
    page.line(2, &[bold(name), plain(format!("  {}", param.description.trim()))]);
    page.line(4, &[plain(format!("takes {}", takes(param)))]);
    page.line(4, &[plain(format!("default {}  ", param.default)), dim(format!("--param {rule}.{name}=…"))]);
}

/// `array of api, audit; minItems 1`: the schema's own words, without its punctuation.
fn takes(param: &Param) -> String {
    let words = |list: &Value| list.as_array().map(|l| l.iter().map(word).collect::<Vec<_>>().join(", "));
    let mut text = param.types().join(" or ");
    if let Some(of) = param.schema.get("items").and_then(|items| words(items.get("enum")?)) {
        text.push_str(&format!(" of {of}"));
    }
    for (key, value) in &param.schema {
        match key.as_str() {
            "type" => {}
            "items" if value.get("enum").is_some() => {}
            "enum" => text.push_str(&format!(": {}", words(value).unwrap_or_default())),
            other => text.push_str(&format!("; {other} {value}")),
        }
    }
    text
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn remediation(page: &mut Page, rule: &RuleMeta) {
    let remediation = &rule.remediation;
    page.paragraphs(2, &remediation.text);
    for (tool, text) in
        [("aws", &remediation.aws), ("kubectl", &remediation.kubectl), ("terraform", &remediation.terraform)]
    {
        if let Some(text) = text {
            page.line(2, &[dim(format!("{tool}:"))]);
            page.verbatim(4, text);
        }
    }
}

fn controls(page: &mut Page, rule: &RuleMeta) {
    for control in &rule.controls {
        let versions = match control.versions.as_slice() {
            [] => String::new(),
            versions => format!("  in {}", versions.join(", ")),
        };
        page.line(2, &[plain(format!("{} {}{versions}", control.benchmark, control.id))]);
    }
}
