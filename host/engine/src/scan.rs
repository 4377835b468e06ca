//! All selected rules over one document, on all cores, in the order they were given.

use crate::Stop;
use crate::conclude::conclude;
use crate::evaluate::{Run, Told, evaluate};
use crate::load::{Engine, LoadedRule};
use eksamine_facts::{Document, Fields, Projection, SCHEMA};
use eksamine_pack::Params;
use eksamine_results::{RuleResult, Weakening};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rules with their parameter values: what a scan is made of.
#[derive(Default)]
pub struct Scan {
    rules: Vec<(LoadedRule, Params)>,
}

/// What came of it.
#[derive(Debug)]
pub struct Judged {
    /// One for each rule, in order.
    pub results: Vec<RuleResult>,
    /// Lacks that parameters excused.
    pub weakenings: Vec<Weakening>,
}

impl Scan {
    /// Adds a rule. `params` holds every parameter, defaults included.
    pub fn add(&mut self, rule: LoadedRule, params: Params) {
        self.rules.push((rule, params));
    }

    /// What these rules want of a document.
    #[must_use]
    pub fn projection(&self) -> Projection {
        let mut projection = Projection::default();
        for need in self.rules.iter().flat_map(|(rule, _)| &rule.meta.facts) {
            // `RuleMeta` refuses paths that are no pointers.
            if let Ok(fields) = Fields::new(&need.fields) {
                projection.add(&need.kind, &fields);
            }
        }
        projection
    }
}

/// When a document that holds nothing was taken, for want of a better time.
const NEVER: &str = "1970-01-01T00:00:00Z";

/// What came of one rule.
type Ended = (RuleResult, Vec<Weakening>);

/// Runs every rule. `document` must have been read with [`Scan::projection`].
#[must_use]
pub fn judge(engine: &Engine, scan: &Scan, document: &Document, as_of: &str) -> Judged {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Ended>>> = scan.rules.iter().map(|_| Mutex::default()).collect();
    let work = || {
        while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < scan.rules.len()) {
            let (rule, params) = &scan.rules[index];
            let result = one(engine, rule, params, document, as_of);
            if let Ok(mut slot) = done[index].lock() {
                *slot = Some(result);
            }
        }
    };
    let helpers = std::thread::available_parallelism().map_or(1, usize::from).min(scan.rules.len())
        - usize::from(!scan.rules.is_empty());
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            // Without another thread the work is done by this one.
            drop(std::thread::Builder::new().stack_size(4 << 20).spawn_scoped(scope, work));
        }
        work();
    });
    let mut judged = Judged { results: Vec::new(), weakenings: Vec::new() };
    for (slot, (rule, params)) in done.into_iter().zip(&scan.rules) {
        let lost = || broken(rule, params, document, "no result was recorded");
        let (result, weakenings) = slot.into_inner().ok().flatten().unwrap_or_else(lost);
        judged.results.push(result);
        judged.weakenings.extend(weakenings);
    }
    judged
}

/// What a rule says of parameters that its schema allows and it does not, such as a pattern that is none.
///
/// It is asked over a document that holds nothing. What it says there with its defaults as well is not about parameters.
#[must_use]
pub fn refusal(engine: &Engine, rule: &LoadedRule, params: &Params) -> Option<String> {
    let nothing = format!(r#"{{"schema":"{SCHEMA}","collected_at":"{NEVER}","scope":{{}},"facts":{{}}}}"#);
    let document = Document::read(nothing, &Projection::default()).ok()?;
    let says = |params: Params| {
        let told = Told { params: serde_json::Value::Object(params).to_string(), as_of: NEVER };
        match evaluate(engine, rule, &document, &told).answer {
            Err(Stop::GaveUp(reason)) => Some(reason),
            _ => None,
        }
    };
    says(params.clone()).filter(|_| says(rule.meta.defaults()).is_none())
}

fn one(engine: &Engine, rule: &LoadedRule, params: &Params, document: &Document, as_of: &str) -> Ended {
    let run = || {
        let told = Told { params: serde_json::Value::Object(params.clone()).to_string(), as_of };
        let run = evaluate(engine, rule, document, &told);
        finish(rule, params, document, run)
    };
    // A panic of the host costs one rule, not the scan.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let words =
            panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        broken(rule, params, document, words.unwrap_or("a panic"))
    })
}

fn broken(rule: &LoadedRule, params: &Params, document: &Document, why: &str) -> Ended {
    let run = Run { answer: Err(Stop::Host(why.to_owned())), looked: Vec::new(), asked: Vec::new() };
    finish(rule, params, document, run)
}

fn finish(rule: &LoadedRule, params: &Params, document: &Document, run: Run) -> Ended {
    let meta = &rule.meta;
    let end = conclude(meta, document, params, run);
    let weakenings = end.excused.iter().map(|(kind, parameter)| Weakening {
        kind: "lack-excused".into(),
        subject: meta.id.clone(),
        detail: format!("{kind} could not be read; the parameter {parameter} excuses it"),
    });
    let weakenings = weakenings.collect();
    let reproducible = end.cause.as_ref().is_none_or(|c| !matches!(&*c.kind, "deadline" | "facts-changed"));
    let result = RuleResult {
        rule: meta.id.clone(),
        title: meta.title.clone(),
        severity: meta.severity,
        status: end.status,
        cause: end.cause,
        summary: end.summary,
        pack: rule.pack.clone(),
        parameters: params.clone(),
        controls: meta.controls.clone(),
        findings: end.findings,
        missing: end.missing,
        reproducible,
        extra: end.extra,
    };
    (result, weakenings)
}
