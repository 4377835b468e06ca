//! One kind: its ways to the items, the calls of each, the pages of each call.

use super::answer::{all, parse, replace};
use super::client::Aws;
use super::failure::{CallError, Class};
use super::input::{self, Names, Target, own, taken};
use super::outcome::{Found, gap};
use crate::outcome::gathered;
use eksamine_facts::catalogue::{Adds, AwsKind, Call, Each, Part, Service, Values};
use eksamine_facts::redact::MARKER;
use eksamine_facts::{Availability, Gap, Gathered, Item, Tree, pointer};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Targets worked on at a time; how many calls are in flight is the service's gate to decide.
const ABREAST: usize = 32;
/// A service that never ends its pages is broken.
const PAGES: usize = 10_000;

/// What collecting a kind needs to know.
pub(super) struct Collector<'a> {
    pub(super) aws: &'a Aws,
    pub(super) names: Names<'a>,
    /// The prerequisites.
    pub(super) known: &'a BTreeMap<String, Gathered>,
}

impl Collector<'_> {
    pub(super) async fn kind(&self, row: &AwsKind) -> Gathered {
        let (mut items, mut gaps, mut whole) = (BTreeMap::new(), Vec::new(), false);
        for way in row.ways {
            let found = self.chain(row.service, way, None).await;
            whole |= found.asked && found.gaps.is_empty();
            gaps.extend(found.gaps);
            for item in found.results {
                // Two ways may lead to one item; the first answer stays.
                items.entry(identity(row, &item)).or_insert(item);
            }
        }
        // Two ways that fail for one reason leave one gap.
        let mut seen = BTreeSet::new();
        gaps.retain(|gap| seen.insert((gap.subject.clone(), gap.reason.clone())));
        let completed = stream::iter(items.into_values()).map(|item| self.completed(row, item));
        let completed: Vec<(Item, Vec<Gap>)> = completed.buffered(ABREAST).collect().await;
        let (items, further): (Vec<_>, Vec<_>) = completed.into_iter().unzip();
        gaps.extend(further.into_iter().flatten());
        gathered(items, gaps, whole)
    }

    /// An item with its parts and without what must not be shown.
    async fn completed(&self, row: &AwsKind, mut item: Tree<'static>) -> (Item, Vec<Gap>) {
        let gaps = self.parts(row, &mut item).await;
        for path in row.redact {
            let tokens: Vec<_> = pointer::tokens(path).into_iter().flatten().collect();
            replace(&mut item, &tokens.iter().map(AsRef::as_ref).collect::<Vec<_>>(), MARKER);
        }
        (Item::new(&item, row.identity), gaps)
    }

    /// Completes an item with its `$` parts. A part that was not read whole is left out, and the gaps say so.
    async fn parts(&self, row: &AwsKind, item: &mut Tree<'static>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for Part { name, calls } in row.parts {
            let found = self.chain(row.service, calls, Some(item)).await;
            if found.gaps.is_empty() {
                item.set(*name, Tree::Array(found.results));
            }
            let of = row.identity.first().and_then(|p| item.at(p)?.as_text()).unwrap_or_default();
            gaps.extend(found.gaps.into_iter().map(|gap| Gap { subject: format!("{of} {name}"), ..gap }));
        }
        gaps
    }

    /// Calls of which each is made for what the one before gave.
    pub(super) async fn chain(&self, service: &Service, calls: &[Call], item: Option<&Tree<'static>>) -> Found {
        let mut found = Found { results: item.cloned().into_iter().collect(), ..Found::default() };
        for call in calls {
            let (targets, unread) = self.targets(call, std::mem::take(&mut found.results));
            found.gaps.extend(unread);
            found.asked |= !targets.is_empty();
            let answers = stream::iter(targets).map(|target| self.fetch(service, call, target, item));
            let answers: Vec<Found> = answers.buffered(ABREAST).collect().await;
            found = answers.into_iter().fold(found, Found::and);
        }
        found
    }

    fn targets(&self, call: &Call, results: Vec<Tree<'static>>) -> (Vec<Target>, Vec<Gap>) {
        let region = |of: &Tree<'_>| Some(of.at(call.region?)?.as_text()?.to_owned());
        let one = |of: Tree<'static>| Target { region: region(&of), of: Some(of), chunk: Vec::new() };
        let chunks = |values: &[Tree<'static>], size| -> Vec<Target> {
            let mut by_region: BTreeMap<Option<String>, Vec<Tree<'static>>> = BTreeMap::new();
            values.iter().for_each(|value| by_region.entry(region(value)).or_default().push(value.clone()));
            let of_region = |(region, values): (Option<String>, Vec<Tree<'static>>)| -> Vec<Target> {
                let target = |chunk: &[_]| Target { of: None, chunk: chunk.to_vec(), region: region.clone() };
                values.chunks(size).map(target).collect()
            };
            by_region.into_iter().flat_map(of_region).collect()
        };
        match &call.each {
            Each::Once => (vec![Target::default()], Vec::new()),
            Each::Element => (results.into_iter().map(one).collect(), Vec::new()),
            Each::Within(at) => {
                let found = results.iter().flat_map(|result| all(result, at)).map(own).map(one);
                (found.collect(), Vec::new())
            }
            Each::ElementChunks(size) => (chunks(&results, *size), Vec::new()),
            Each::Value(_) | Each::AnyOf(_) => {
                let (values, unread) = self.values(call.each.values());
                (values.into_iter().map(one).collect(), unread)
            }
            Each::Chunks(_, size) => {
                let (values, unread) = self.values(call.each.values());
                (chunks(&values, *size), unread)
            }
        }
    }

    /// The distinct values in the items of prerequisites, and the gaps that incomplete ones leave.
    fn values(&self, of: &[Values]) -> (Vec<Tree<'static>>, Vec<Gap>) {
        let (mut distinct, mut unread) = (BTreeMap::new(), BTreeMap::new());
        for values in of {
            let Some(parent) = self.known.get(values.kind) else {
                let why = format!("{} was not gathered", values.kind);
                unread.insert(values.kind, prerequisite(values.kind, Availability::NotCollected, why, None));
                continue;
            };
            for item in &parent.items {
                let Ok(tree) = Tree::parse(item.text()) else { continue };
                let found = all(&tree, values.at).into_iter().flat_map(|found| taken(values.take, found, self.names));
                distinct.extend(found.map(|value| (value.canonical(), value)));
            }
            unread.extend(incomplete(values.kind, parent).map(|gap| (values.kind, gap)));
        }
        (distinct.into_values().collect(), unread.into_values().collect())
    }

    /// One target, all pages. A batch that fails because one of its things is not there is asked for in halves.
    fn fetch<'s>(
        &'s self,
        service: &'s Service,
        call: &'s Call,
        target: Target,
        item: Option<&'s Tree<'static>>,
    ) -> BoxFuture<'s, Found> {
        Box::pin(async move {
            let mut found = Found::default();
            let Err((page, error)) = self.pages(service, call, &target, item, &mut found).await else { return found };
            if error.class(call) == Class::NotFound && target.chunk.len() > 1 {
                let (left, right) = target.chunk.split_at(target.chunk.len() / 2);
                let half = |chunk: &[_]| Target { of: None, chunk: chunk.to_vec(), region: target.region.clone() };
                let left = self.fetch(service, call, half(left), item).await;
                return left.and(self.fetch(service, call, half(right), item).await);
            }
            found.gaps.extend(gap(call, &target, page, &error));
            found
        })
    }

    async fn pages(
        &self,
        service: &Service,
        call: &Call,
        target: &Target,
        item: Option<&Tree<'static>>,
        found: &mut Found,
    ) -> Result<(), (usize, CallError)> {
        let mut input = input::build(call, self.names, target, item).map_err(|why| (1, CallError::Input(why)))?;
        if let Some((member, limit)) = call.paging.as_ref().and_then(|paging| paging.limit) {
            input.set(member, Tree::Token(Cow::Owned(limit.to_string())));
        }
        let mut last: Option<String> = None;
        for page in 1..=PAGES {
            let asked = self.aws.call_in(target.region.as_deref(), service, call, &input);
            let body = asked.await.map_err(|error| (page, error))?;
            let answer = parse(service, call.operation, &body).map_err(|error| (page, error))?;
            expected(call, &answer).map_err(|error| (page, error))?;
            self.read(call, target, &answer, found);
            let next = call.paging.as_ref().and_then(|p| answer.get(p.next)?.as_text()).filter(|t| !t.is_empty());
            let (Some(paging), Some(next)) = (&call.paging, next) else { return Ok(()) };
            if last.as_deref() == Some(next) {
                return Err((page + 1, CallError::Malformed("the same page token again".to_owned())));
            }
            last = Some(next.to_owned());
            input.set(paging.token, Tree::text(next.to_owned()));
        }
        Err((PAGES, CallError::Malformed("pages without end".to_owned())))
    }

    /// The results of one page, with what they lack, and the failures it tells of.
    fn read(&self, call: &Call, target: &Target, answer: &Tree<'_>, found: &mut Found) {
        for result in all(answer, call.results) {
            let mut result = own(result);
            for adds in call.adds {
                match adds {
                    Adds::Region => {
                        let region = target.region.as_deref().unwrap_or(self.names.region);
                        result.set("$region", Tree::text(region.to_owned()));
                    }
                    Adds::Account => result.set("$account", Tree::text(self.names.account.to_owned())),
                    Adds::Parent(pointer) => {
                        if let Some(parent) = target.of.as_ref().and_then(|of| of.at(pointer)) {
                            result.set("$parent", own(parent));
                        }
                    }
                }
            }
            found.results.push(result);
        }
        let Some(failures) = &call.failures else { return };
        for failure in all(answer, failures.at) {
            let text =
                |at| failure.at(at).map_or_else(String::new, |t| t.as_text().map_or(t.canonical(), str::to_owned));
            let (subject, reason) = (text(failures.subject), text(failures.code));
            if !call.not_found.contains(&reason.as_str()) {
                found.gaps.push(Gap { subject, status: Availability::Error, reason, permission: None });
            }
        }
    }
}

/// An answer without its list is no empty list: what was not said must not count as "none".
fn expected(call: &Call, answer: &Tree<'_>) -> Result<(), CallError> {
    match pointer::tokens(call.results).and_then(|mut tokens| tokens.next()) {
        Some(first) if answer.get(&first).is_none() => {
            Err(CallError::Malformed(format!("{} answered without {first}", call.operation)))
        }
        _ => Ok(()),
    }
}

/// What tells an item from others of its kind; an item without all of it is told by everything it has.
fn identity(row: &AwsKind, item: &Tree<'_>) -> String {
    let parts: Option<Vec<String>> = row.identity.iter().map(|p| item.at(p).map(Tree::canonical)).collect();
    parts.map_or_else(|| item.canonical(), |parts| parts.join(" "))
}

fn incomplete(kind: &str, parent: &Gathered) -> Option<Gap> {
    let reason = parent.reason.as_deref().unwrap_or("no reason was given");
    let permission = parent.permission.clone();
    match parent.status {
        // Where a kind does not exist, nothing hangs on it.
        Availability::Complete | Availability::Absent if parent.gaps.is_empty() => None,
        Availability::NotCollected => {
            Some(prerequisite(kind, Availability::NotCollected, format!("needs {kind}: {reason}"), permission))
        }
        status => {
            let why = format!("needs {kind}, which is {status}: {reason}");
            Some(prerequisite(kind, Availability::Error, why, permission))
        }
    }
}

fn prerequisite(kind: &str, status: Availability, reason: String, permission: Option<String>) -> Gap {
    Gap { subject: kind.to_owned(), status, reason, permission }
}
