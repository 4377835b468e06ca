//! What every rule is held to without any work of its author.

use crate::mutate::{Around, CHANGES, Change, change, items, places, shuffled, with_noise, with_status};
use crate::rules::{Case, judge_with};
use eksamine_engine::{Engine, LoadedRule};
use eksamine_pack::{FactNeed, Need};
use eksamine_results::{RuleResult, Status};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// What is held against a rule whose fields were changed one at a time.
#[derive(Debug, Default)]
pub struct ChangedFields {
    /// *field-drop*: a declared field deleted, nulled, emptied or retyped never turns `fail`, `error` or `manual` into
    /// `pass` or `not-applicable`, unless the rule declares what its absence means; nor does what holds such fields, but
    /// that it may be empty. Of what earlier cases hold too and the answer does not point at, each place is changed in one
    /// of these ways.
    pub dropped: Complaints,
    /// *declared but useless*: a field whose change alters no case need not be asked for.
    pub useless: Complaints,
}

/// The same of one case.
#[derive(Default)]
struct OfCase {
    dropped: Complaints,
    /// Fields whose change altered it.
    useful: BTreeSet<String>,
}

/// The names of the cases that hold an item, in their order.
type Holders<'s> = BTreeMap<Held<'s>, Vec<&'s str>>;

/// A case's status and parameters, a kind, and an item's text.
type Held<'s> = (Status, String, &'s str, String);

fn held<'s>(case: &Case, kind: &'s str, item: &Value) -> Held<'s> {
    (case.status, Value::from(case.params.clone()).to_string(), kind, item.to_string())
}

impl Subject<'_> {
    fn judge(&self, case: &Case, document: &str) -> RuleResult {
        judge_with(self.engine, self.rule, document, &case.params)
            .unwrap_or_else(|e| panic!("{}/{}: {e:#}", case.rule, case.name))
    }

    /// Complaints about each case, in the order of the cases.
    fn each_case(&self, property: impl Fn(&Case, Value) -> Complaints + Sync) -> Complaints {
        on_all_cores(self.cases, |case| property(case, parsed(case))).into_iter().flatten().collect()
    }

    fn needs(&self) -> &[FactNeed] {
        &self.rule.meta().facts
    }

    /// *deny-one*: a decisive kind that is denied, partial, failed or not collected never ends in `pass` or
    /// `not-applicable`, and no failure is invented; a supporting kind changes nothing. What a kind of
    /// [`MAY_BE_MISSED`] would have shown may be missed, if the answer points at the lack.
    pub fn deny_one(&self) -> Complaints {
        let of_cases = on_all_cores(self.cases, |case| self.deny_each(case, &parsed(case)));
        let decided: BTreeSet<&str> = of_cases.iter().flat_map(|(_, decided)| decided.iter().copied()).collect();
        let idle = self.needs().iter().filter(|n| n.need == Need::Conditional && !decided.contains(&*n.kind));
        let idle = idle.map(|need| format!("{}: conditional, yet its lack decides no case", need.kind));
        let complaints = of_cases.iter().flat_map(|(complaints, _)| complaints.iter().cloned());
        complaints.chain(idle).collect()
    }

    /// Complaints about one case, and the kinds whose lack decides it.
    fn deny_each(&self, case: &Case, document: &Value) -> (Complaints, BTreeSet<&str>) {
        let (mut complaints, mut decided) = (Vec::new(), BTreeSet::new());
        let before = self.judge(case, &document.to_string()).status;
        for need in self.needs() {
            for status in ["denied", "partial", "error", "not-collected", "absent"] {
                let after = self.judge(case, &with_status(document, &need.kind, status).to_string());
                if is_good(before) && !is_good(after.status) {
                    decided.insert(&*need.kind);
                }
                if let Some(complaint) = denied(need, case, before, &after, status) {
                    let (name, kind, after) = (&case.name, &need.kind, after.status);
                    complaints.push(format!("{name}: {kind} {status}: {before} became {after}: {complaint}"));
                }
            }
        }
        (complaints, decided)
    }

    /// Every change of every declared field of every case, judged once for the two properties that ask it.
    pub fn changed_fields(&self) -> ChangedFields {
        let (known, holders) = (Mutex::default(), self.holders());
        let of_cases = on_all_cores(self.cases, |case| self.changed_fields_of(case, &holders, &known, &mut |_| true));
        let mut useless: BTreeSet<String> =
            self.needs().iter().flat_map(|n| n.fields.iter().map(|f| format!("{} {f}", n.kind))).collect();
        let mut dropped = Vec::new();
        for of_case in of_cases {
            useless.retain(|field| !of_case.useful.contains(field));
            dropped.extend(of_case.dropped);
        }
        let useless = useless.into_iter().map(|field| format!("{field}: no case changes with it")).collect();
        ChangedFields { dropped, useless }
    }

    /// The first complaint of *field-drop*: a mutant that has one is caught.
    pub fn caught(&self) -> Option<String> {
        let holders = self.holders();
        self.cases.iter().find_map(|case| {
            let go_on = &mut |complaint: Option<&String>| complaint.is_none();
            self.changed_fields_of(case, &holders, &Mutex::default(), go_on).dropped.pop()
        })
    }

    fn holders(&self) -> Holders<'_> {
        let mut holders = Holders::new();
        for case in self.cases {
            let document = parsed(case);
            for need in self.needs() {
                for item in items(&document, &need.kind) {
                    let names = holders.entry(held(case, &need.kind, item)).or_default();
                    if names.last() != Some(&case.name.as_str()) {
                        names.push(&case.name);
                    }
                }
            }
        }
        holders
    }

    /// `go_on` is asked after each change, with what was found against it. Nothing can be held against a change of a case
    /// that is good anyway: of those only fields are looked at of which it is not `known` that they alter a case.
    fn changed_fields_of(
        &self,
        case: &Case,
        holders: &Holders<'_>,
        known: &Mutex<BTreeSet<String>>,
        go_on: &mut dyn FnMut(Option<&String>) -> bool,
    ) -> OfCase {
        let document = parsed(case);
        let before = self.judge(case, &document.to_string());
        let (was, mut of_case) = (bytes(&before), OfCase::default());
        for need in self.needs() {
            let paths: Vec<Changeable<'_>> =
                changeable(need).into_iter().filter(|it| it.is_field || !is_good(before.status)).collect();
            for (index, item) in items(&document, &need.kind).iter().enumerate() {
                let around = Around::item(&document, &need.kind, index);
                let earlier = || holders[&held(case, &need.kind, item)].iter().position(|name| *name == case.name);
                let is_bystander = !is_good(before.status) && !points_at(&before, &need.kind, index);
                let repeats = is_bystander.then(earlier).flatten().unwrap_or_default();
                for changeable in &paths {
                    let Changeable { path, may_be_absent, .. } = changeable;
                    let field = format!("{} {path}", need.kind);
                    if is_good(before.status) && known.lock().is_ok_and(|known| known.contains(&field)) {
                        continue;
                    }
                    for (place, how, changed) in changeable.changes(item, repeats) {
                        let after = self.judge(case, &around.with(&changed));
                        if !of_case.useful.contains(&field) && bytes(&after) != was {
                            of_case.useful.insert(field.clone());
                            known.lock().expect("no holder panics").insert(field.clone());
                        }
                        let exempt = *may_be_absent && how != Change::Retyped;
                        let complaint = (!is_good(before.status) && is_good(after.status) && !exempt).then(|| {
                            let what = format!("{field} at items/{index}{place} {how:?}");
                            format!("{}: {what}: {} became {}", case.name, before.status, after.status)
                        });
                        let enough = !go_on(complaint.as_ref());
                        of_case.dropped.extend(complaint);
                        if enough {
                            return of_case;
                        }
                    }
                }
            }
        }
        of_case
    }

    /// *empty document*: nothing was looked at, so nothing passes.
    pub fn empty_document(&self) -> Complaints {
        self.each_case(|case, mut document| {
            document["facts"] = serde_json::json!({});
            let status = self.judge(case, &document.to_string()).status;
            let complaint = is_good(status).then(|| format!("{}: an empty document ends in {status}", case.name));
            complaint.into_iter().collect()
        })
    }

    /// *shuffle*: the order of items changes neither the status nor what was found.
    pub fn shuffle(&self) -> Complaints {
        self.each_case(|case, document| {
            let before = self.judge(case, &document.to_string());
            let afters = [0, 1, 3].map(|by| self.judge(case, &shuffled(&document, by).to_string()));
            let differs = |after: &&RuleResult| before.status != after.status || found(&before) != found(after);
            let complaint = |after| format!("{}: {:#?}\nbecame\n{:#?}", case.name, found(&before), found(after));
            afters.iter().filter(differs).map(complaint).collect()
        })
    }

    /// *twice*: same bytes.
    pub fn twice(&self) -> Complaints {
        self.each_case(|case, document| {
            let document = document.to_string();
            let differs = bytes(&self.judge(case, &document)) != bytes(&self.judge(case, &document));
            differs.then(|| case.name.clone()).into_iter().collect()
        })
    }

    /// *projection-neutral*: on whole items, with fields that nobody knows, the answer is the same.
    pub fn projection_neutral(&self) -> Complaints {
        let whole = Subject { rule: &self.rule.with_whole_items(), ..*self };
        self.each_case(|case, document| {
            let cut = self.judge(case, &document.to_string());
            let differs = bytes(&cut) != bytes(&whole.judge(case, &with_noise(&document).to_string()));
            differs.then(|| format!("{}: whole items change the answer", case.name)).into_iter().collect()
        })
    }
}

/// Whether an answer gives any place of an item as evidence.
fn points_at(answer: &RuleResult, kind: &str, item: usize) -> bool {
    let place = format!("/facts/{kind}/items/{item}");
    let is_there = |at: &str| at.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    answer.findings.iter().flat_map(|finding| &finding.evidence).any(|evidence| is_there(&evidence.at))
}

/// A path whose values are changed.
struct Changeable<'n> {
    path: &'n str,
    /// A declared field, or what lies in one; else an object or a list that holds some.
    is_field: bool,
    /// Whether its absence is an answer: its own, or that of all that is read of it.
    may_be_absent: bool,
    hows: &'static [Change],
}

/// The declared fields, in all ways, and what holds them: that may be empty, and have an element less.
fn changeable(need: &FactNeed) -> Vec<Changeable<'_>> {
    let declared = |path: &str| need.absent.iter().any(|absent| absent.path == path);
    let fields: BTreeSet<&str> =
        need.fields.iter().chain(need.absent.iter().map(|a| &a.path)).map(String::as_str).collect();
    let mut holders: BTreeSet<&str> = BTreeSet::new();
    for field in &need.fields {
        holders.extend(field.match_indices('/').skip(1).map(|(end, _)| &field[..end]));
    }
    let mut all = Vec::new();
    for path in &fields {
        all.push(Changeable { path, is_field: true, may_be_absent: declared(path), hows: &CHANGES });
    }
    for path in holders.difference(&fields) {
        let below = format!("{path}/");
        let may_be_absent = need.fields.iter().filter(|field| field.starts_with(&below)).all(|field| declared(field));
        let hows: &[Change] = match (may_be_absent, path.ends_with("/*")) {
            (true, _) => &[Change::Retyped],
            (false, true) => &[Change::Nulled, Change::Retyped],
            (false, false) => &[Change::Deleted, Change::Nulled, Change::Retyped],
        };
        all.push(Changeable { path, is_field: false, may_be_absent, hows });
    }
    all
}

impl Changeable<'_> {
    /// The item with each place that the path names changed in each of the ways that have a meaning there; of a bystander
    /// that so many earlier cases hold, in one of those that could be held against the rule, each time in the next.
    fn changes(&self, item: &Value, repeats: usize) -> Vec<(String, Change, Value)> {
        let hows = if repeats > 0 && self.may_be_absent { &[Change::Retyped] } else { self.hows };
        let ways = |place: &String| -> Vec<(String, Change, Value)> {
            hows.iter().filter_map(|how| Some((place.clone(), *how, change(item, place, *how)?))).collect()
        };
        let of_place = |(number, place): (usize, String)| {
            let mut ways = ways(&place);
            match (repeats, ways.len()) {
                (0, _) | (_, 0) => ways,
                (_, some) => vec![ways.swap_remove((repeats + number) % some)],
            }
        };
        places(item, self.path).into_iter().enumerate().flat_map(of_place).collect()
    }
}

fn parsed(case: &Case) -> Value {
    serde_json::from_str(&case.facts).expect("a case is JSON")
}

/// What `work` makes of each, in their order.
fn on_all_cores<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        while let Some((number, one)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, all.get(n)?)))
        {
            done.push((number, work(one)));
        }
        done
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let name = std::thread::current().name().unwrap_or("main").to_owned();
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let thread = || std::thread::Builder::new().name(name.clone()).spawn_scoped(scope, share).expect("a thread");
        let others: Vec<_> = (1..cores).map(|_| thread()).collect();
        let mine = share();
        mine.into_iter().chain(others.into_iter().flat_map(|o| o.join().expect("no property panics"))).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

const KUBELETS: &str = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io";

/// Where a decision table says both that a kind can prove a failure and that its lack lets the rule pass: the state of the
/// key that secrets are encrypted with, until a parameter makes it decisive, and kubelets that AWS configures.
const MAY_BE_MISSED: [(&str, &str); 3] = [
    ("secret-encryption", "aws.kms.keys"),
    ("kubelet-configure-client-ca", KUBELETS),
    ("kubelet-read-only-port-secured", KUBELETS),
];

fn denied(need: &FactNeed, case: &Case, before: Status, after: &RuleResult, status: &str) -> Option<&'static str> {
    let place = format!("/facts/{}/status", need.kind);
    let mut passes = after.findings.iter().filter(|finding| finding.status == Status::Pass).peekable();
    let says_so = passes.peek().is_some() && passes.all(|pass| pass.evidence.iter().any(|e| e.at == place));
    let named = MAY_BE_MISSED.contains(&(case.rule.as_str(), need.kind.as_str()));
    let missed = named && says_so && (need.asked || !need.is_decisive(&case.params));
    let after = after.status;
    // Of an absent source it is known that it holds nothing, which may be a failure.
    if after == Status::Fail && before != Status::Fail && status != "absent" {
        return Some("a failure was invented");
    }
    let excused = need.unless.as_ref().is_some_and(|name| case.params.get(name) == Some(&Value::Bool(true)));
    match need.need {
        Need::Required if is_good(after) => Some("a required kind is missing"),
        Need::Supporting if before != after => Some("a supporting kind changes nothing"),
        Need::Conditional if is_good(after) && !is_good(before) && !excused && !missed && status != "absent" => {
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
