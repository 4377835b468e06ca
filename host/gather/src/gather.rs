//! One gathering: AWS and Kubernetes at once, where neither waits for the other's items, into one document.

use crate::aws;
use crate::kubernetes;
use crate::plan::{BySource, Plan};
use crate::progress::{Meter, Progress, Source};
use crate::ways_in::WaysIn;
use eksamine_facts::catalogue::{AwsKind, CloudControlKind, Kind, KubernetesKind};
use eksamine_facts::{Availability, Gathered, Tree, write_document};
use eksamine_results::Weakening;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What came of it.
#[derive(Debug)]
pub struct Gathering {
    /// The facts document, canonical.
    pub document: String,
    /// What makes it weaker than an ordinary one.
    pub weakenings: Vec<Weakening>,
    /// How many calls AWS was made, each counted once.
    pub aws_calls: usize,
    /// How many requests the API server was made.
    pub kubernetes_requests: usize,
}

type Facts = BTreeMap<String, Gathered>;
type Asked<'a> = (&'a str, KubernetesKind<'a>);

/// Gathers what is planned. `collected_at` is the clock's RFC 3339 word: the time enters here and nowhere else.
pub async fn gather(plan: &Plan, ways_in: &WaysIn, collected_at: &str, progress: &dyn Progress) -> Gathering {
    let sorted = plan.by_source();
    let aws_meter = Meter::new(Source::Aws, sorted.rows.len() + sorted.types.len(), progress);
    let kubernetes_meter = Meter::new(Source::Kubernetes, sorted.kubernetes.len(), progress);
    let both = Both { plan, ways_in, aws_meter, kubernetes_meter };
    let mut facts = both.gather(&sorted).await;
    facts.extend(plan.above().map(|name| (name.to_owned(), above(name))));
    let document = write_document(&ways_in.scope, collected_at, &collector(plan, ways_in), facts);
    Gathering {
        document,
        weakenings: ways_in.weakenings.clone(),
        aws_calls: ways_in.aws.as_ref().map_or(0, |signed_in| signed_in.aws.calls()),
        kubernetes_requests: ways_in.kubernetes.as_ref().map_or(0, kubernetes::Kubernetes::requests),
    }
}

fn above(kind: &str) -> Gathered {
    let options = Kind::find(kind).ok().and_then(|kind| kind.options()).unwrap_or_else(|| "--tier 1".to_owned());
    let reason = format!("nobody asked for it: with {options}, eksamine looks");
    Gathered::missing(Availability::NotCollected, reason, None)
}

/// Who gathered, how, and as whom.
fn collector(plan: &Plan, ways_in: &WaysIn) -> Tree<'static> {
    let mut entries = vec![
        (Cow::Borrowed("name"), Tree::text("eksamine")),
        (Cow::Borrowed("version"), Tree::text(env!("CARGO_PKG_VERSION"))),
        (Cow::Borrowed("tier"), Tree::Token(Cow::Owned(plan.tier().to_string()))),
        (Cow::Borrowed("way_in"), Tree::text(ways_in.way_in())),
    ];
    if let Some(caller) = ways_in.caller() {
        entries.push((Cow::Borrowed("caller"), Tree::text(caller.to_owned())));
    }
    // A document that is judged elsewhere is as weak there.
    if !ways_in.weakenings.is_empty() {
        let weakenings = ways_in.weakenings.iter().map(|weakening| {
            let text = |key, value: &str| (Cow::Borrowed(key), Tree::text(value.to_owned()));
            let Weakening { kind, subject, detail } = weakening;
            Tree::Object(vec![text("kind", kind), text("subject", subject), text("detail", detail)])
        });
        entries.push((Cow::Borrowed("weakenings"), Tree::Array(weakenings.collect())));
    }
    Tree::Object(entries)
}

struct Both<'a> {
    plan: &'a Plan,
    ways_in: &'a WaysIn,
    aws_meter: Meter<'a>,
    kubernetes_meter: Meter<'a>,
}

impl Both<'_> {
    async fn gather(&self, sorted: &BySource<'_>) -> Facts {
        let needs = sorted.needs();
        let (waiting, ready): (Vec<_>, Vec<_>) =
            sorted.kubernetes.iter().copied().partition(|(_, kind)| !kind.needs().is_empty());
        // What AWS rows and kubelets wait for (nodes, and pods where somebody asks about their images) waits for nothing
        // else.
        let (first, rest): (Vec<_>, Vec<_>) = ready.into_iter().partition(|(name, _)| needs.contains(name));
        let nothing = Facts::new();
        let chained = self.chained(sorted, &first, &waiting);
        let (mut facts, others) = futures::join!(chained, self.kubernetes(&rest, &nothing));
        facts.extend(others);
        facts
    }

    /// What others wait for, and then those others.
    async fn chained(&self, sorted: &BySource<'_>, first: &[Asked<'_>], waiting: &[Asked<'_>]) -> Facts {
        let after = late(&sorted.rows);
        let (late, early): (Vec<_>, Vec<_>) = sorted.rows.iter().copied().partition(|row| after.contains(row.kind));
        let types = sorted.types.iter().map(|(_, kind)| *kind).collect();
        let nothing = Facts::new();
        let (mut facts, aws) = futures::join!(self.kubernetes(first, &nothing), self.aws(early, types, Facts::new()));
        facts.extend(aws);
        let known = known(&late, &facts);
        let (rows, kinds) = futures::join!(self.aws(late, Vec::new(), known), self.kubernetes(waiting, &facts));
        facts.extend(rows);
        facts.extend(kinds);
        facts
    }

    async fn kubernetes(&self, kinds: &[Asked<'_>], known: &Facts) -> Facts {
        match &self.ways_in.kubernetes {
            Ok(kubernetes) => {
                let (kubelets, meter) = (self.plan.kubelets(), &self.kubernetes_meter);
                kubernetes::Run { kubernetes, kubelets, meter }.gather(kinds, known).await
            }
            Err(closed) => {
                let kinds = kinds.iter().map(|(name, _)| ((*name).to_owned(), closed.kind()));
                kinds.inspect(|(name, kind)| self.kubernetes_meter.done(name, kind.status, 0)).collect()
            }
        }
    }

    async fn aws(&self, rows: Vec<&'static AwsKind>, types: Vec<CloudControlKind<'_>>, known: Facts) -> Facts {
        let progress = |step: aws::Progress<'_>| self.aws_meter.done(step.kind, step.status, step.items);
        match &self.ways_in.aws {
            Ok(signed_in) => {
                let (scope, tier) = (&self.ways_in.scope, self.plan.tier());
                let run = aws::Run { aws: &signed_in.aws, scope, rows, types, tier, progress: &progress };
                aws::gather(&run, known).await
            }
            Err(why) => {
                let rows = rows.iter().map(|row| row.kind.to_owned());
                let types = types.iter().map(|kind| format!("cfn.{}", kind.type_name));
                let missing = || Gathered::missing(Availability::NotCollected, why.clone(), None);
                let kinds = rows.chain(types).map(|name| (name, missing()));
                kinds.inspect(|(name, kind)| self.aws_meter.done(name, kind.status, 0)).collect()
            }
        }
    }
}

impl BySource<'_> {
    /// The kinds whose items others wait for.
    fn needs(&self) -> BTreeSet<&'static str> {
        let rows = self.rows.iter().flat_map(|row| row.needs());
        rows.chain(self.kubernetes.iter().flat_map(|(_, kind)| kind.needs())).collect()
    }
}

/// The rows that wait for Kubernetes, themselves or through a row that they need.
fn late(rows: &[&'static AwsKind]) -> BTreeSet<&'static str> {
    let mut late = BTreeSet::new();
    loop {
        let before = late.len();
        for row in rows {
            if row.needs().iter().any(|need| need.starts_with("k8s.") || late.contains(need)) {
                late.insert(row.kind);
            }
        }
        if late.len() == before {
            return late;
        }
    }
}

/// What those rows need and is there already.
fn known(rows: &[&'static AwsKind], facts: &Facts) -> Facts {
    let needs: BTreeSet<&str> = rows.iter().flat_map(|row| row.needs()).collect();
    needs.into_iter().filter_map(|need| Some((need.to_owned(), facts.get(need)?.clone()))).collect()
}
