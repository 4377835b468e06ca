//! A fact kind, explained from the catalogue.

use super::rule::section;
use crate::error::CliError;
use crate::nearest::did_you_mean;
use eksamine_facts::catalogue::{AWS, AwsKind, CLOUD_CONTROL, Call, Kind, KubernetesKind, Service, Verb};
use eksamine_pack::{Need, RuleMeta};
use eksamine_report::{Page, bold, dim, plain};
use std::collections::BTreeSet;

pub(super) fn explain(name: &str, rules: &[RuleMeta], width: usize) -> Result<String, CliError> {
    let read = rules.iter().flat_map(|rule| &rule.facts).map(|need| need.kind.as_str());
    let names: BTreeSet<&str> = AWS.iter().map(|row| row.kind).chain(read).collect();
    let kind = Kind::find(name).map_err(|error| {
        let meant = did_you_mean(name, names.iter().copied());
        CliError::usage(error.to_string()).hints(meant).hint(format!("kinds in use: {}", listed(&names)))
    })?;
    let mut page = Page::new(width);
    page.line(0, &[bold(name)]);
    page.line(0, &[dim(format!("tier {}", kind.tier()))]);
    section(&mut page, "Where it comes from", |page| source(page, &kind));
    section(&mut page, "What must be granted", |page| {
        let permission = kind.permission();
        page.line(2, &[plain(if permission.is_empty() { "nothing".to_owned() } else { permission })]);
        if !kind.needs().is_empty() {
            page.line(2, &[plain(format!("asked for the items of: {}", kind.needs().join(", ")))]);
        }
    });
    section(&mut page, "Who reads it", |page| readers(page, name, rules));
    Ok(page.into_text())
}

fn listed(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

fn source(page: &mut Page, kind: &Kind<'_>) {
    match kind {
        Kind::Aws(row) => aws(page, row),
        Kind::CloudControl(kind) => {
            page.line(2, &[plain(format!("resources of type {} through Cloud Control API", kind.type_name))]);
            call(page, CLOUD_CONTROL.registry, &CLOUD_CONTROL.describe_type);
            call(page, CLOUD_CONTROL.service, &CLOUD_CONTROL.list);
            call(page, CLOUD_CONTROL.service, &CLOUD_CONTROL.get);
            page.line(2, &[plain("write-only properties are left out")]);
        }
        Kind::Kubernetes(kind) => kubernetes(page, kind),
    }
}

fn aws(page: &mut Page, row: &AwsKind) {
    page.line(2, &[plain(row.doc)]);
    let mut seen = BTreeSet::new();
    for each in row.calls().filter(|c| seen.insert(c.operation)) {
        call(page, row.service, each);
    }
    page.line(2, &[plain("items are told apart by "), dim(row.identity.join("  "))]);
    if !row.redact.is_empty() {
        page.line(2, &[plain("values never kept: "), dim(row.redact.join("  "))]);
    }
}

fn call(page: &mut Page, service: &Service, call: &Call) {
    let pages = if call.paging.is_some() { ", page by page" } else { "" };
    page.line(2, &[bold(format!("{} {}", service.name, call.operation)), plain(pages)]);
}

fn kubernetes(page: &mut Page, kind: &KubernetesKind<'_>) {
    match kind.verb() {
        Verb::List => page.line(2, &[bold(format!("GET {}", kind.path())), plain(", page by page, all namespaces")]),
        Verb::GetNamed { namespace, names } => {
            page.line(2, &[plain(format!("by name only, in {namespace}: {}", names.join(", ")))]);
        }
        Verb::GetOfNodes => page.line(2, &[plain("what each node's kubelet says of itself, over the node proxy (--tier 2 or --kubelets proxy), straight or from files (--kubelets)")]),
    }
    page.line(
        2,
        &[plain("as served; values of environment variables are replaced by a marker, managed fields left out")],
    );
}

fn readers(page: &mut Page, name: &str, rules: &[RuleMeta]) {
    let mut any = false;
    for (rule, need) in rules.iter().filter_map(|rule| Some((rule, rule.fact(name)?))) {
        any = true;
        let how = match need.need {
            Need::Required => "required",
            Need::Conditional => "conditional",
            Need::Supporting => "supporting",
        };
        page.line(2, &[bold(&*rule.id), plain(format!("  {how}"))]);
        page.hanging(4, 4, &[dim(need.fields.join("  "))]);
    }
    if !any {
        page.line(2, &[plain("no rule; a rule of your own may")]);
    }
}
