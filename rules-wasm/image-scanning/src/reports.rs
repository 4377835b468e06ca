//! Reports of scanners that are not AWS's, found by what they are about.

use crate::nouns::{Artifact, ManifestSummary, Report, VulnerabilityReport};
use crate::proof::Proof;
use crate::{Params, Scanner};
use eksamine_facts::derive::images::{Image, Reference};
use eksamine_facts::derive::time::seconds;
use eksamine_rule::prelude::*;
use std::collections::BTreeMap;

const IMAGE_ID: &str = "kubescape.io/image-id";
const STATUS: &str = "kubescape.io/status";
const TIMESTAMP: &str = "kubescape.io/timestamp";
/// What the status says of a scan that is done; others say why there is none.
const DONE: [&str; 3] = ["ready", "completed", "learning"];

/// The reports of the scanners that are accepted.
pub(crate) struct Reports<'f, 's> {
    facts: &'f Facts<'s>,
    trivy: bool,
    kubescape: bool,
    by_digest: BTreeMap<String, Proof>,
    /// By registry, repository and tag, for images that do not run.
    by_name: BTreeMap<String, Proof>,
    /// The least reason why there may be further ones.
    doubt: Option<String>,
}

impl<'f, 's> Reports<'f, 's> {
    /// Reads them; `None` when no such scanner is accepted.
    pub(crate) fn read(facts: &'f Facts<'s>, params: &Params) -> Option<Self> {
        let accepts = |scanner| params.accepted_scanners.contains(&scanner);
        let (trivy, kubescape) = (accepts(Scanner::TrivyOperator), accepts(Scanner::Kubescape));
        if !trivy && !kubescape {
            return None;
        }
        let (by_digest, by_name) = (BTreeMap::new(), BTreeMap::new());
        let mut reports = Self { facts, trivy, kubescape, by_digest, by_name, doubt: None };
        if trivy {
            facts.items::<VulnerabilityReport>().for_each(|item| reports.add_trivys(&item));
        }
        if kubescape {
            facts.items::<ManifestSummary>().for_each(|item| reports.add_kubescapes(&item));
        }
        Some(reports)
    }

    fn add_trivys(&mut self, item: &Item<VulnerabilityReport>) {
        let keys = Known::derived(|| {
            let report = item.get()?.report.get()?;
            let artifact = report.artifact.get()?;
            Ok((artifact.digest.declared()?.map(ToString::to_string), name(report, artifact)?))
        });
        let Some((digest, name)) = keys.peek() else { return self.doubtful(keys.reason()) };
        let report = || item.get()?.report.get();
        let done = || {
            let text = report()?.update_timestamp.get()?;
            seconds(text)
                .ok_or_else(|| Unknown::because(format!("updateTimestamp {:?} is no RFC 3339 time", text.as_str())))
        };
        let proof = Proof {
            by: "Trivy Operator",
            place: item.at("/report/updateTimestamp"),
            done: Known::derived(done),
            critical: Known::derived(|| report()?.summary.get()?.critical_count.get().copied()),
            high: Known::derived(|| report()?.summary.get()?.high_count.get().copied()),
        };
        if let Some(digest) = digest {
            keep(&mut self.by_digest, digest, &proof);
        }
        if let Some(name) = name {
            keep(&mut self.by_name, name, &proof);
        }
    }

    fn add_kubescapes(&mut self, item: &Item<ManifestSummary>) {
        let image = Known::derived(|| {
            let Some(metadata) = item.get()?.metadata.in_view()? else { return Ok(None) };
            let Some(annotations) = metadata.annotations.declared()? else { return Ok(None) };
            let status = annotations.entry(STATUS);
            if status.declared()?.is_some_and(|status| !DONE.contains(&status.as_str())) {
                return Ok(None);
            }
            // Without it nothing was scanned, and the status says why.
            let Some(image) = annotations.entry(IMAGE_ID).declared()?.copied() else { return Ok(None) };
            Ok(Reference::parse_running(image).map_err(Unknown::because)?.and_then(|image| image.digest))
        });
        let Some(digest) = image.peek() else { return self.doubtful(image.reason()) };
        let done = || {
            let annotations = item.get()?.metadata.get()?.annotations.get()?;
            let text = annotations.entry(TIMESTAMP).get().copied()?;
            text.parse()
                .map_err(|_| Unknown::because(format!("{TIMESTAMP} {:?} is no number of seconds", text.as_str())))
        };
        let counts =
            || Known::derived(|| Err(Unknown::because("lists of Kubescape's summaries hold no numbers of findings")));
        let proof = Proof {
            by: "Kubescape",
            place: item.at("/metadata/annotations/kubescape.io~1image-id"),
            done: Known::derived(done),
            critical: counts(),
            high: counts(),
        };
        if let Some(digest) = digest {
            keep(&mut self.by_digest, digest, &proof);
        }
    }

    fn doubtful(&mut self, why: String) {
        if self.doubt.as_ref().is_none_or(|least| why < *least) {
            self.doubt = Some(why);
        }
    }

    /// The report about a digest.
    ///
    /// # Errors
    /// [`Unknown`] when there is none and not all could be read.
    pub(crate) fn of_digest(&self, digest: &str) -> Result<Option<&Proof>, Unknown> {
        self.found(self.by_digest.get(digest))
    }

    /// The reports about an image, one for each digest that runs, if they are about all of them.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn of_image(&self, reference: &Reference, image: &Image) -> Result<Option<Vec<&Proof>>, Unknown> {
        let running: Vec<_> = image.running().map(|(digest, _)| self.by_digest.get(digest)).collect();
        let found = match (&reference.digest, running.as_slice()) {
            // What runs under an id of the node's own may be another image of that name.
            _ if image.runs_unnamed().is_some() => None,
            (Some(digest), []) => self.by_digest.get(digest).map(|proof| vec![proof]),
            (None, []) => self.by_name.get(&name_of(reference)).map(|proof| vec![proof]),
            _ => running.into_iter().collect(),
        };
        self.found(found)
    }

    /// What was not found is missing only when everything could be read, and what was found is the newest only when every
    /// report says what it is about.
    fn found<T>(&self, found: Option<T>) -> Result<Option<T>, Unknown> {
        if found.is_none() {
            if self.trivy {
                self.facts.complete::<VulnerabilityReport>()?;
            }
            if self.kubescape {
                self.facts.complete::<ManifestSummary>()?;
            }
        }
        match &self.doubt {
            Some(why) => Err(Unknown::because(format!("a report of a scanner: {why}"))),
            None => Ok(found),
        }
    }
}

/// Of several reports about one thing the newest. Where that is not known, only what all of them say is.
fn keep(into: &mut BTreeMap<String, Proof>, key: &str, proof: &Proof) {
    let Some(kept) = into.get_mut(key) else {
        into.insert(key.to_owned(), proof.clone());
        return;
    };
    // What cannot be read may be as late and as bad as can be.
    let worst = |known: &Known<i64>| known.peek().copied().unwrap_or(i64::MAX);
    let rank = |one: &Proof| [&one.done, &one.critical, &one.high].map(worst);
    let is_dated = kept.done.peek().is_some() && proof.done.peek().is_some();
    let other = if rank(proof) > rank(kept) { std::mem::replace(kept, proof.clone()) } else { proof.clone() };
    if !is_dated {
        let both = |one: &Known<i64>, other: &Known<i64>| match (one.peek(), other.peek()) {
            (Some(one), Some(other)) if one == other => Known::value(*one),
            _ => Known::derived(|| Err(Unknown::because("which of its reports is the newest is not known"))),
        };
        kept.critical = both(&kept.critical, &other.critical);
        kept.high = both(&kept.high, &other.high);
    }
}

/// Registry, repository and tag of a report, as a [`Reference`] spells them.
fn name(report: &Report, artifact: &Artifact) -> Result<Option<String>, Unknown> {
    let Some(registry) = report.registry.declared()? else { return Ok(None) };
    let (server, repository) = (registry.server.declared()?, artifact.repository.declared()?);
    let (Some(server), Some(repository), Some(tag)) = (server, repository, artifact.tag.declared()?) else {
        return Ok(None);
    };
    let reference = Reference::parse(&format!("{server}/{repository}:{tag}")).map_err(Unknown::because)?;
    Ok(Some(name_of(&reference)))
}

fn name_of(reference: &Reference) -> String {
    format!("{}:{}", reference.name(), reference.tag.as_deref().unwrap_or("latest"))
}
