//! The host's last word: from what a rule said, and what it lacked, to its status.

use crate::Stop;
use crate::bindings::eksamine::rule::types;
use crate::evaluate::Run;
use crate::quote::quote;
use eksamine_facts::catalogue::Kind;
use eksamine_facts::{Availability, Document};
use eksamine_pack::{FactNeed, Need, Params, RuleMeta};
use eksamine_results::{Cause, Finding, Missing, Status};
use serde_json::Value;
use serde_json::value::RawValue;

/// The status of a rule with everything that explains it.
pub(crate) struct Conclusion {
    pub(crate) status: Status,
    pub(crate) cause: Option<Cause>,
    pub(crate) summary: String,
    pub(crate) findings: Vec<Finding>,
    pub(crate) missing: Vec<Missing>,
    pub(crate) extra: Option<Box<RawValue>>,
    /// Kinds whose lack a parameter excused.
    pub(crate) excused: Vec<(String, String)>,
}

pub(crate) fn conclude(meta: &RuleMeta, document: &Document, params: &Params, run: Run) -> Conclusion {
    let Run { answer, looked, asked } = run;
    let met = |need: &FactNeed| {
        let kinds = if need.asked { &asked } else { &looked };
        kinds.contains(&need.kind)
    };
    let (missing, excused) = lacks(meta, document, params, &met);
    let judged = answer.and_then(|verdict| judge(meta, document, verdict, &looked));
    match judged {
        Ok(answer) if answer.status == types::Status::Unknown && missing.is_empty() => {
            Conclusion { missing: unsettling(meta, document, &met), ..answer.with_lacks(meta, missing, excused) }
        }
        Ok(answer) => answer.with_lacks(meta, missing, excused),
        Err(stop) => Conclusion {
            status: Status::Error,
            summary: format!("the rule was stopped: {stop}"),
            cause: Some(Cause { kind: stop.kind().to_owned(), message: stop.to_string() }),
            findings: Vec::new(),
            missing,
            extra: None,
            excused,
        },
    }
}

/// A rule's answer, checked and quoted.
struct Answer {
    status: types::Status,
    summary: String,
    findings: Vec<Finding>,
    extra: Option<Box<RawValue>>,
}

fn judge(meta: &RuleMeta, document: &Document, verdict: types::Verdict, looked: &[String]) -> Result<Answer, Stop> {
    let bad = |what: String| Err(Stop::BadAnswer(what));
    let worst = verdict.findings.iter().map(|f| rank(f.status)).min();
    match verdict.status {
        types::Status::Fail if worst != Some(0) => {
            return bad("it answers fail without a finding that fails".into());
        }
        status if worst.is_some_and(|worst| worst < rank(status)) => {
            return bad(format!("it answers {} and a finding of its own is worse", word(status)));
        }
        types::Status::Pass | types::Status::NotApplicable if looked.is_empty() => {
            return Err(Stop::DidNotLook);
        }
        _ => {}
    }
    let mut findings = Vec::new();
    for finding in verdict.findings {
        if finding.subject.is_empty() {
            return bad("a finding without a subject".into());
        }
        findings.push(Finding {
            status: status(finding.status),
            subject: finding.subject,
            message: finding.message,
            evidence: quote(meta, document, finding.evidence)?,
            extra: object(finding.extra)?,
        });
    }
    Ok(Answer { status: verdict.status, summary: verdict.summary, findings, extra: object(verdict.extra)? })
}

impl Answer {
    fn with_lacks(self, meta: &RuleMeta, missing: Vec<Missing>, excused: Vec<(String, String)>) -> Conclusion {
        let chosen = missing.iter().all(|m| m.status == Availability::NotCollected.word());
        let (status, summary, cause) = match self.status {
            types::Status::Fail => (Status::Fail, self.summary, None),
            _ if !missing.is_empty() && chosen => (Status::Manual, meta.question.clone(), None),
            _ if !missing.is_empty() => (Status::Error, lack_sentence(&missing), None),
            types::Status::Unknown => {
                let cause = Cause { kind: "unknown-fields".into(), message: self.summary.clone() };
                (Status::Error, self.summary, Some(cause))
            }
            types::Status::Manual => (Status::Manual, meta.question.clone(), None),
            types::Status::Pass => (Status::Pass, self.summary, None),
            types::Status::NotApplicable => (Status::NotApplicable, self.summary, None),
        };
        Conclusion { status, cause, summary, findings: self.findings, missing, extra: self.extra, excused }
    }
}

/// Decisive facts that are not there, and those whose lack a parameter excuses.
fn lacks(
    meta: &RuleMeta,
    document: &Document,
    params: &Params,
    met: &dyn Fn(&FactNeed) -> bool,
) -> (Vec<Missing>, Vec<(String, String)>) {
    let (mut missing, mut excused) = (Vec::new(), Vec::new());
    for need in &meta.facts {
        let kind = document.kind(&need.kind);
        let found = kind.map_or(Availability::NotCollected, |k| k.status);
        let lacks = match (need.need, found) {
            (_, Availability::Complete) | (Need::Supporting, _) | (Need::Conditional, Availability::Absent) => false,
            (Need::Required, _) => true,
            (Need::Conditional, _) => met(need) && need.is_decisive(params),
        };
        if !lacks {
            continue;
        }
        match need.unless.as_ref().filter(|name| params.get(*name) == Some(&Value::Bool(true))) {
            Some(name) => excused.push((need.kind.clone(), name.clone())),
            None => missing.push(lack(need, document, found)),
        }
    }
    (missing, excused)
}

/// What a rule looked at and did not get, although its parameters did not make it decisive: the best guess at why it
/// could not tell, and at what to grant.
fn unsettling(meta: &RuleMeta, document: &Document, met: &dyn Fn(&FactNeed) -> bool) -> Vec<Missing> {
    let conditional = meta.facts.iter().filter(|need| need.need == Need::Conditional && met(need));
    let found = |need: &FactNeed| document.kind(&need.kind).map_or(Availability::NotCollected, |kind| kind.status);
    let lacking = conditional.map(|need| (need, found(need)));
    let lacking = lacking.filter(|(_, found)| !matches!(found, Availability::Complete | Availability::Absent));
    lacking.map(|(need, found)| lack(need, document, found)).collect()
}

fn lack(need: &FactNeed, document: &Document, found: Availability) -> Missing {
    let kind = document.kind(&need.kind);
    let gap = kind.and_then(|k| k.gaps.first());
    let reason = kind
        .and_then(|k| k.reason.clone())
        .or_else(|| gap.map(|g| format!("{}: {}", g.subject, g.reason)))
        .unwrap_or_else(|| match found {
            Availability::NotCollected => "the document does not hold this kind".to_owned(),
            other => other.word().to_owned(),
        });
    let known = Kind::find(&need.kind).ok();
    let permission = kind
        .and_then(|k| k.permission.clone())
        .or_else(|| gap.and_then(|g| g.permission.clone()))
        // A document that others wrote may not say it.
        .or_else(|| known.as_ref().filter(|_| found == Availability::Denied).map(Kind::permission));
    let options = known.as_ref().and_then(Kind::options);
    let option = (found == Availability::NotCollected).then(|| match options {
        Some(options) => format!("gather with {options}"),
        None => "gather again: eksamine scan and eksamine gather read it".to_owned(),
    });
    Missing { fact: need.kind.clone(), status: found.word().to_owned(), reason, permission: permission.or(option) }
}

fn lack_sentence(missing: &[Missing]) -> String {
    let first = &missing[0];
    let more = match missing.len() {
        1 => String::new(),
        n => format!(", and {} more", n - 1),
    };
    format!("could not look at {} ({}){more}", first.fact, first.status)
}

/// Lower is worse.
const fn rank(status: types::Status) -> u8 {
    match status {
        types::Status::Fail => 0,
        types::Status::Unknown => 1,
        types::Status::Manual => 2,
        types::Status::Pass => 3,
        types::Status::NotApplicable => 4,
    }
}

const fn word(status: types::Status) -> &'static str {
    match status {
        types::Status::Fail => "fail",
        types::Status::Unknown => "unknown",
        types::Status::Manual => "manual",
        types::Status::Pass => "pass",
        types::Status::NotApplicable => "not-applicable",
    }
}

/// An unknown finding is an error finding: it names what could not be told.
const fn status(status: types::Status) -> Status {
    match status {
        types::Status::Fail => Status::Fail,
        types::Status::Unknown => Status::Error,
        types::Status::Manual => Status::Manual,
        types::Status::Pass => Status::Pass,
        types::Status::NotApplicable => Status::NotApplicable,
    }
}

fn object(text: Option<String>) -> Result<Option<Box<RawValue>>, Stop> {
    let Some(text) = text else { return Ok(None) };
    let raw = eksamine_facts::Tree::parse(&text).ok().filter(|t| matches!(t, eksamine_facts::Tree::Object(_)));
    match raw.and_then(|tree| RawValue::from_string(tree.canonical()).ok()) {
        Some(raw) => Ok(Some(raw)),
        None => Err(Stop::BadAnswer("extra is no JSON object".into())),
    }
}
