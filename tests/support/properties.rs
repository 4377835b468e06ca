//! What every rule is held to without any work of its author.

use crate::mutate::{CHANGES, Change, change, items, places, shuffled, with_noise, with_status};
use crate::rules::{Case, judge_with};
use eksamine_engine::{Engine, LoadedRule};
use eksamine_pack::{FactNeed, Need};
use eksamine_results::{RuleResult, Status};
use serde_json::Value;
use std::collections::BTreeSet;

/// A rule of some engine with its cases, and what is held against it.
pub struct Subject<'s> {
    /// The sandbox.
    pub engine: &'s Engine,
    /// The rule.
    pub rule: &'s LoadedRule,
    /// Its cases.
    pub cases: &'s [Case],
}

type Complaints = Vec<String>;

impl Subject<'_> {
    fn judge(&self, case: &Case, document: &Value) -> RuleResult {
        let text = document.to_string();
        judge_with(self.engine, self.rule, &text, &case.params)
            .unwrap_or_else(|e| panic!("{}/{}: {e:#}", case.rule, case.name))
    }

    fn documents(&self) -> impl Iterator<Item = (&Case, Value)> {
        self.cases.iter().map(|case| (case, serde_json::from_str(&case.facts).expect("a case is JSON")))
    }

    fn needs(&self) -> &[FactNeed] {
        &self.rule.meta().facts
    }

    /// *deny-one*: a decisive kind that is denied, partial, failed or not collected never ends in `pass` or
    /// `not-applicable`, and no failure is invented; a supporting kind changes nothing.
    pub fn deny_one(&self) -> Complaints {
        let mut complaints = Vec::new();
        for need in self.needs() {
            let mut decided = need.need != Need::Conditional;
            for (case, document) in self.documents() {
                let before = self.judge(case, &document).status;
                for status in ["denied", "partial", "error", "not-collected", "absent"] {
                    let after = self.judge(case, &with_status(&document, &need.kind, status)).status;
                    decided |= is_good(before) && !is_good(after);
                    if let Some(complaint) = denied(need, case, before, after, status) {
                        let name = &case.name;
                        complaints
                            .push(format!("{name}: {} {status}: {before} became {after}: {complaint}", need.kind));
                    }
                }
            }
            if !decided {
                complaints.push(format!("{}: conditional, yet its lack decides no case", need.kind));
            }
        }
        complaints
    }

    /// *field-drop*: a declared field deleted, nulled, emptied or retyped never turns `fail`, `error` or `manual` into
    /// `pass` or `not-applicable`, unless the rule declares what its absence means.
    pub fn field_drop(&self) -> Complaints {
        let mut complaints = Vec::new();
        self.change_each_field(|case, before, what, after, exempt| {
            if !is_good(before.status) && is_good(after.status) && !exempt {
                complaints.push(format!("{}: {what}: {} became {}", case.name, before.status, after.status));
            }
        });
        complaints
    }

    /// *declared but useless*: a field whose change alters no case need not be asked for.
    pub fn useless_fields(&self) -> Complaints {
        let all = self.needs().iter().flat_map(|n| n.fields.iter().map(|f| format!("{} {f}", n.kind)));
        let mut useless: BTreeSet<String> = all.collect();
        self.change_each_field(|_, before, what, after, _| {
            if bytes(before) != bytes(after) {
                useless.retain(|field| !what.starts_with(&format!("{field} ")));
            }
        });
        useless.into_iter().map(|field| format!("{field}: no case changes with it")).collect()
    }

    /// Calls `seen(case, before, "KIND PATH at PLACE change", after, exempt)` for every change of every declared field.
    fn change_each_field(&self, mut seen: impl FnMut(&Case, &RuleResult, &str, &RuleResult, bool)) {
        for (case, document) in self.documents() {
            let before = self.judge(case, &document);
            for need in self.needs() {
                let absent = need.absent.iter().map(|a| &a.path);
                let paths: BTreeSet<&String> = need.fields.iter().chain(absent).collect();
                for (index, item) in items(&document, &need.kind).iter().enumerate() {
                    for path in &paths {
                        let declared = need.absent.iter().any(|a| a.path == **path);
                        for place in places(item, path) {
                            let place = format!("/facts/{}/items/{index}{place}", need.kind);
                            for how in CHANGES {
                                let Some(changed) = change(&document, &place, how) else {
                                    continue;
                                };
                                let after = self.judge(case, &changed);
                                let what = format!("{} {path} at {place} {how:?}", need.kind);
                                seen(case, &before, &what, &after, declared && how != Change::Retyped);
                            }
                        }
                    }
                }
            }
        }
    }

    /// *empty document*: nothing was looked at, so nothing passes.
    pub fn empty_document(&self) -> Complaints {
        let mut complaints = Vec::new();
        for (case, mut document) in self.documents() {
            document["facts"] = serde_json::json!({});
            let status = self.judge(case, &document).status;
            if is_good(status) {
                complaints.push(format!("{}: an empty document ends in {status}", case.name));
            }
        }
        complaints
    }

    /// *shuffle*: the order of items changes neither the status nor what was found.
    pub fn shuffle(&self) -> Complaints {
        let mut complaints = Vec::new();
        for (case, document) in self.documents() {
            let before = self.judge(case, &document);
            for by in [0, 1, 3] {
                let after = self.judge(case, &shuffled(&document, by));
                if before.status != after.status || found(&before) != found(&after) {
                    complaints.push(format!("{}: {:#?}\nbecame\n{:#?}", case.name, found(&before), found(&after)));
                }
            }
        }
        complaints
    }

    /// *twice*: same bytes.
    pub fn twice(&self) -> Complaints {
        let differs = |(case, document): &(&Case, Value)| {
            bytes(&self.judge(case, document)) != bytes(&self.judge(case, document))
        };
        self.documents().filter(differs).map(|(case, _)| case.name.clone()).collect()
    }

    /// *projection-neutral*: on whole items, with fields that nobody knows, the answer is the same.
    pub fn projection_neutral(&self) -> Complaints {
        let whole = Subject { rule: &self.rule.with_whole_items(), ..*self };
        let mut complaints = Vec::new();
        for (case, document) in self.documents() {
            if bytes(&self.judge(case, &document)) != bytes(&whole.judge(case, &with_noise(&document))) {
                complaints.push(format!("{}: whole items change the answer", case.name));
            }
        }
        complaints
    }
}

fn denied(need: &FactNeed, case: &Case, before: Status, after: Status, status: &str) -> Option<&'static str> {
    // Of an absent source it is known that it holds nothing, which may be a failure.
    if after == Status::Fail && before != Status::Fail && status != "absent" {
        return Some("a failure was invented");
    }
    let excused = need.unless.as_ref().is_some_and(|name| case.params.get(name) == Some(&Value::Bool(true)));
    match need.need {
        Need::Required if is_good(after) => Some("a required kind is missing"),
        Need::Supporting if before != after => Some("a supporting kind changes nothing"),
        Need::Conditional if is_good(after) && !is_good(before) && !excused && status != "absent" => {
            Some("a lack cannot make things good")
        }
        _ => None,
    }
}

fn is_good(status: Status) -> bool {
    matches!(status, Status::Pass | Status::NotApplicable)
}

fn bytes(result: &RuleResult) -> String {
    serde_json::to_string(result).expect("a result is JSON")
}

/// What was found, whatever the order. The place of an item that has no name changes with the order.
fn found(result: &RuleResult) -> BTreeSet<(String, String, String, Vec<String>)> {
    let unnumbered = |subject: &str| match subject.strip_prefix("/facts/") {
        Some(place) => place.split('/').next().unwrap_or_default().to_owned(),
        None => subject.to_owned(),
    };
    let of = |finding: &eksamine_results::Finding| {
        let mut observed: Vec<String> = finding
            .evidence
            .iter()
            .map(|e| e.observed.as_ref().map_or_else(|| format!("{:?}", e.cut), |v| v.get().to_owned()))
            .collect();
        observed.sort();
        (finding.status.to_string(), unnumbered(&finding.subject), finding.message.clone(), observed)
    };
    result.findings.iter().map(of).collect()
}
