//! The component side: the contract's bindings, and what `rule!` expands to.

use crate::source::{Facts, Source};
use crate::tally::{Status, Tally, Verdict};
use eksamine_facts::{Availability, Gap};
use serde::de::DeserializeOwned;

/// Generated from `wit/rule.wit`.
#[allow(missing_docs, clippy::all, unreachable_pub, unsafe_code, reason = "generated code")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "rule",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "eksamine_rule::bindings",
    });
}

use bindings::eksamine::rule::{context, facts, log, types};

/// The host, through the contract.
#[derive(Debug)]
pub struct Component;

impl Source for Component {
    fn params(&self) -> String {
        context::params()
    }
    fn scope(&self) -> String {
        context::scope()
    }
    fn collected_at(&self) -> String {
        context::collected_at()
    }
    fn as_of(&self) -> String {
        context::as_of()
    }
    fn about(&self, kind: &str) -> (Availability, Option<String>, u32, Vec<Gap>) {
        let about = facts::about(kind);
        let gaps = about.gaps.into_iter().map(|g| Gap {
            subject: g.subject,
            status: availability(g.availability),
            reason: g.reason,
            permission: None,
        });
        (availability(about.availability), about.reason, about.count, gaps.collect())
    }
    fn read(&self, kind: &str, start: u32) -> (u32, String) {
        let chunk = facts::read(kind, start);
        (chunk.count, chunk.items)
    }
}

const fn availability(from: facts::Availability) -> Availability {
    match from {
        facts::Availability::Complete => Availability::Complete,
        facts::Availability::Partial => Availability::Partial,
        facts::Availability::Absent => Availability::Absent,
        facts::Availability::Denied => Availability::Denied,
        facts::Availability::Error => Availability::Error,
        facts::Availability::NotCollected => Availability::NotCollected,
    }
}

/// What a rule's `judge` may return: a verdict, or that or why it could not do its work (a parameter that passes its
/// schema and makes no sense), which the host reports as `error`. Changed parameters are tried beforehand over a document
/// that holds nothing: check them before looking at facts.
pub trait Judged {
    #[doc(hidden)]
    fn into_answer(self) -> Result<Verdict, String>;
}

impl Judged for Verdict {
    fn into_answer(self) -> Result<Verdict, String> {
        Ok(self)
    }
}

impl Judged for Result<Verdict, String> {
    fn into_answer(self) -> Self {
        self
    }
}

/// What `check.evaluate` does for a rule.
#[doc(hidden)]
pub fn __evaluate<P: DeserializeOwned, J: Judged>(
    judge: fn(&Facts<'_>, &P, Tally) -> J,
) -> Result<types::Verdict, String> {
    std::panic::set_hook(Box::new(|panic| {
        log::write(log::Level::Error, &panic.to_string());
    }));
    let params = serde_json::from_str(&Component.params()).map_err(|e| format!("parameters: {e}"))?;
    judge(&Facts::new(&Component), &params, Tally::default()).into_answer().map(wire)
}

fn wire(verdict: Verdict) -> types::Verdict {
    let findings = verdict.findings.into_iter().map(|f| types::Finding {
        status: status(f.status),
        subject: f.subject,
        message: f.message,
        evidence: f.evidence.into_iter().map(|e| types::Evidence { at: e.at, note: e.note }).collect(),
        extra: None,
    });
    types::Verdict {
        status: status(verdict.status),
        summary: verdict.summary,
        findings: findings.collect(),
        extra: verdict.extra,
    }
}

const fn status(status: Status) -> types::Status {
    match status {
        Status::Fail => types::Status::Fail,
        Status::Unknown => types::Status::Unknown,
        Status::Manual => types::Status::Manual,
        Status::Pass => types::Status::Pass,
        Status::NotApplicable => types::Status::NotApplicable,
    }
}

/// Makes a component of a rule: `rule!(judge)`, where `judge` is `fn(&Facts, &Params, Tally) -> Verdict`, or `->
/// Result<Verdict, String>` when the rule may be unable to do its work, and `Params` holds the parameters of `rule.toml`
/// by their names.
#[macro_export]
macro_rules! rule {
    ($judge:ident) => {
        // Natively (tests, benches) a rule is an ordinary library; the exports would collide with other rules'.
        #[cfg(target_family = "wasm")]
        mod __component {
            struct Rule;
            impl $crate::bindings::exports::eksamine::rule::check::Guest for Rule {
                fn evaluate() -> Result<$crate::bindings::eksamine::rule::types::Verdict, String> {
                    $crate::__evaluate(super::$judge)
                }
            }
            $crate::bindings::export_component!(Rule with_types_in $crate::bindings);
        }
    };
}
