//! The only way to a verdict: judgements go into a tally, and the tally concludes.
//!
//! fail > unknown > manual > pass, and a judgement that asked for an unknown field cannot pass.

use eksamine_facts::{Known, Subject, Unknown, Watch};

/// Findings of one status that are kept; beyond it they are counted.
const KEPT: usize = 1_000;
/// Passes that are kept; beyond it they are counted.
const KEPT_PASSES: usize = 50;

/// The contract's status, in the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// At least one proven violation.
    Fail,
    /// Facts that the judgement needs could not be read.
    Unknown,
    /// The facts are there and cannot decide.
    Manual,
    /// As demanded.
    Pass,
    /// Nothing here that the rule speaks about.
    NotApplicable,
}

const ALL: [Status; 5] = [Status::Fail, Status::Unknown, Status::Manual, Status::Pass, Status::NotApplicable];

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A place in the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub(crate) at: String,
    pub(crate) note: Option<String>,
}

impl Evidence {
    /// The place at an RFC 6901 pointer.
    pub fn at(pointer: impl Into<String>) -> Self {
        Self { at: pointer.into(), note: None }
    }

    /// The same place with what to see there.
    #[must_use]
    pub fn noting(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// One thing judged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How it was judged.
    pub status: Status,
    /// An ARN, or `k8s:<group>/<version>/<kind>/<namespace>/<name>`.
    pub subject: String,
    /// One sentence.
    pub message: String,
    /// Where to look.
    pub evidence: Vec<Evidence>,
}

/// A judgement in the making: what [`pass`], [`fail`] and [`manual`] begin.
#[derive(Debug, Clone)]
#[must_use = "an outcome counts when the tally gets it"]
pub struct Outcome {
    status: Status,
    message: String,
    evidence: Vec<Evidence>,
}

/// As demanded.
pub fn pass(message: impl Into<String>) -> Outcome {
    Outcome::new(Status::Pass, message)
}

/// A proven violation.
pub fn fail(message: impl Into<String>) -> Outcome {
    Outcome::new(Status::Fail, message)
}

/// The facts are there and cannot decide; `message` says what a human must look at.
pub fn manual(message: impl Into<String>) -> Outcome {
    Outcome::new(Status::Manual, message)
}

/// The rule does not speak about this thing.
pub fn not_applicable(message: impl Into<String>) -> Outcome {
    Outcome::new(Status::NotApplicable, message)
}

impl Outcome {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), evidence: Vec::new() }
    }

    pub(crate) const fn status(&self) -> Status {
        self.status
    }

    /// Adds a place to look at.
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.evidence.push(Evidence { at: pointer.into(), note: None });
        self
    }

    /// Adds evidence found [`aside`].
    pub fn with(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// Adds a place with a remark.
    pub fn noting(mut self, pointer: impl Into<String>, note: impl Into<String>) -> Self {
        self.evidence.push(Evidence { at: pointer.into(), note: Some(note.into()) });
        self
    }
}

/// Looks for evidence in facts that do not decide. What is not known there yields no evidence and leaves the judgement
/// as it is; nothing but evidence comes out, so nothing can be concluded from it.
pub fn aside(look: impl Fn() -> Result<Vec<Evidence>, Unknown>) -> Vec<Evidence> {
    Known::derived(look).peek().cloned().unwrap_or_default()
}

/// What the rule answers; only a tally makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Of the rule as a whole.
    pub status: Status,
    /// One sentence.
    pub summary: String,
    /// In the order judged.
    pub findings: Vec<Finding>,
    /// Totals by status where findings were left out, as a JSON object.
    pub extra: Option<String>,
}

/// Collects judgements.
#[derive(Debug)]
pub struct Tally {
    findings: Vec<Finding>,
    totals: [usize; ALL.len()],
    /// Unknown fields asked for inside judgements.
    charged: u32,
    watch: Watch,
    things: &'static str,
}

impl Default for Tally {
    fn default() -> Self {
        Self { findings: Vec::new(), totals: [0; ALL.len()], charged: 0, watch: Watch::start(), things: "items" }
    }
}

impl Tally {
    /// Says what is being counted, in the plural: `tally.counts("namespaces")`.
    pub fn counts(&mut self, things: &'static str) {
        self.things = things;
    }

    /// Judges one thing. An [`Unknown`] that leaves `judgement` becomes an `unknown` finding about `subject`; one that
    /// was met and swallowed inside makes a pass, a manual or a not-applicable unknown all the same.
    pub fn judge(&mut self, subject: impl Into<Subject>, judgement: impl FnOnce() -> Result<Outcome, Unknown>) {
        let watch = Watch::start();
        let outcome = judgement();
        let asked = watch.asked();
        self.charged = self.charged.wrapping_add(asked);
        let outcome = match outcome {
            Err(unknown) => Outcome::new(Status::Unknown, format!("cannot tell: {unknown}")),
            Ok(outcome) if asked > 0 && outcome.status != Status::Fail => Outcome {
                status: Status::Unknown,
                message: format!("cannot tell: a field is not known ({})", outcome.message),
                evidence: outcome.evidence,
            },
            Ok(outcome) => outcome,
        };
        self.add(subject.into().into_text(), outcome);
    }

    /// Judges one thing whose evidence is the same however it ends.
    pub fn judge_at(
        &mut self,
        subject: impl Into<Subject>,
        place: impl Into<String>,
        judgement: impl FnOnce() -> Result<Outcome, Unknown>,
    ) {
        self.judge(subject, judgement);
        if let Some(finding) = self.findings.last_mut()
            && finding.evidence.is_empty()
        {
            finding.evidence.push(Evidence { at: place.into(), note: None });
        }
    }

    /// How many have been judged so.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.totals[status as usize]
    }

    fn add(&mut self, subject: String, outcome: Outcome) {
        self.totals[outcome.status as usize] += 1;
        let cap = if outcome.status == Status::Pass { KEPT_PASSES } else { KEPT };
        if self.totals[outcome.status as usize] <= cap {
            let Outcome { status, message, evidence } = outcome;
            self.findings.push(Finding { status, subject, message, evidence });
        }
    }

    /// Concludes. `nothing`: why there was nothing to judge, when there was nothing.
    #[must_use]
    pub fn finish(self, nothing: &str) -> Verdict {
        let stray = self.watch.asked().wrapping_sub(self.charged);
        let first = ALL.into_iter().find(|s| self.count(*s) > 0);
        let (status, summary) = match first {
            Some(Status::Fail) => (Status::Fail, self.sentence(Status::Fail)),
            Some(Status::Unknown) => (Status::Unknown, self.sentence(Status::Unknown)),
            _ if stray > 0 => (Status::Unknown, "a field that is not known was read outside of any judgement".into()),
            Some(status) => (status, self.sentence(status)),
            None => (Status::NotApplicable, nothing.to_owned()),
        };
        let left_out = self.totals.iter().sum::<usize>() > self.findings.len();
        let extra = left_out.then(|| self.totals_json());
        Verdict { status, summary, findings: self.findings, extra }
    }

    /// One thing: its own message. Several: how many of how many, and the first message.
    fn sentence(&self, status: Status) -> String {
        let (count, all) = (self.count(status), self.totals.iter().sum::<usize>());
        let first = self.findings.iter().find(|f| f.status == status).map_or("", |f| f.message.as_str());
        if all == 1 {
            return first.to_owned();
        }
        let things = self.things;
        let verb = match (status, count) {
            (Status::Fail, 1) => "fails",
            (Status::Fail, _) => "fail",
            (Status::Unknown, _) => "cannot be judged",
            (Status::Manual, 1) => "needs a human answer",
            (Status::Manual, _) => "need a human answer",
            (Status::Pass, 1) => "passes",
            (Status::Pass, _) => "pass",
            (Status::NotApplicable, 1) => "is outside this rule",
            (Status::NotApplicable, _) => "are outside this rule",
        };
        match status {
            Status::Pass if count == all => format!("all {all} {things} pass"),
            Status::Pass => format!("{count} of {all} {things} {verb}"),
            _ => format!("{count} of {all} {things} {verb}: {first}"),
        }
    }

    fn totals_json(&self) -> String {
        let totals: Vec<String> = ALL.into_iter().map(|s| format!("\"{}\":{}", s.word(), self.count(s))).collect();
        format!("{{\"totals\":{{{}}}}}", totals.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        let mut tally = Tally::default();
        tally.counts("things");
        tally
    }

    #[test]
    fn precedence_is_fail_unknown_manual_pass() {
        let verdict = |outcomes: Vec<Result<Outcome, Unknown>>| {
            let mut tally = tally();
            outcomes.into_iter().for_each(|o| tally.judge("s".to_owned(), || o));
            tally.finish("nothing").status
        };
        assert_eq!(verdict(vec![]), Status::NotApplicable);
        assert_eq!(verdict(vec![Ok(pass("p")), Ok(not_applicable("n"))]), Status::Pass);
        assert_eq!(verdict(vec![Ok(pass("p")), Ok(manual("m"))]), Status::Manual);
        assert_eq!(verdict(vec![Ok(fail("f")), Ok(manual("m")), Ok(pass("p"))]), Status::Fail);
    }

    #[test]
    fn a_swallowed_unknown_cannot_pass() {
        let lost = Known::<bool>::default();
        let mut inside = tally();
        inside.judge("s".to_owned(), || Ok(pass(format!("{}", lost.get().is_err()))));
        assert_eq!(inside.finish("").status, Status::Unknown);

        let mut outside = tally();
        let open = lost.get().copied().unwrap_or_default();
        outside.judge("s".to_owned(), || Ok(if open { fail("open") } else { pass("closed") }));
        assert_eq!(outside.finish("").status, Status::Unknown);

        let mut proven = tally();
        proven.judge("s".to_owned(), || {
            drop(lost.get());
            Ok(fail("seen elsewhere"))
        });
        assert_eq!(proven.finish("").status, Status::Fail);
    }

    #[test]
    fn caps_count_and_never_change_the_status() {
        let mut tally = tally();
        (0..2_000).for_each(|i| tally.judge(format!("{i}"), || Ok(fail("f"))));
        (0..60).for_each(|i| tally.judge(format!("{i}"), || Ok(pass("p"))));
        let verdict = tally.finish("");
        assert_eq!((verdict.status, verdict.findings.len()), (Status::Fail, 1_050));
        assert_eq!(verdict.summary, "2000 of 2060 things fail: f");
        let totals = r#"{"totals":{"fail":2000,"unknown":0,"manual":0,"pass":60,"not-applicable":0}}"#;
        assert_eq!(verdict.extra.as_deref(), Some(totals));
    }
}
