//! Whether what runs was scanned, by its digest.

use crate::proof::{Limits, Proof};
use crate::registries::{index, key};
use crate::reports::Reports;
use eksamine_facts::derive::index::Index;
use eksamine_facts::ecr::{ImageDetail, ImageScan};
use eksamine_facts::inspector2::CoveredResource;
use eksamine_rule::prelude::*;
use std::cell::OnceCell;

/// ECR's words for scans that gave a result.
const DONE: [&str; 2] = ["ACTIVE", "COMPLETE"];
/// For those that will.
const COMING: [&str; 2] = ["IN_PROGRESS", "PENDING"];
/// For those that will not.
const NONE: [&str; 7] = [
    "FAILED",
    "FINDINGS_UNAVAILABLE",
    "IMAGE_ARCHIVED",
    "IMAGE_SIZE_EXCEEDED",
    "LIMIT_EXCEEDED",
    "SCAN_ELIGIBILITY_EXPIRED",
    "UNSUPPORTED_IMAGE",
];
/// Manifests that stand for several images, one for each platform.
const INDEXES: [&str; 2] =
    ["application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"];

const OF_PLATFORMS: &str =
    "it is an index of images for several platforms: ECR scans those, and which one runs is not known";

/// The scans of images that run.
pub(crate) struct Scans<'f, 's> {
    facts: &'f Facts<'s>,
    scans: OnceCell<Index<Item<ImageScan>>>,
    images: OnceCell<Index<Item<ImageDetail>>>,
    covered: OnceCell<Index<Item<CoveredResource>>>,
}

/// How what runs stands.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// Scanned, within all limits.
    Good(Evidence),
    /// Not scanned, or beyond a limit.
    Bad(String, Evidence),
    /// A human must look.
    Unclear(String, Evidence),
}

/// What ECR knows of one digest.
enum Scan {
    Done(Proof),
    Coming(String, Evidence),
    None(String, Evidence),
    /// Its platforms' images are scanned, and nobody says which one runs.
    Index(Evidence),
}

impl<'f, 's> Scans<'f, 's> {
    pub(crate) fn new(facts: &'f Facts<'s>) -> Self {
        Self { facts, scans: OnceCell::new(), images: OnceCell::new(), covered: OnceCell::new() }
    }

    fn scans(&self) -> &Index<Item<ImageScan>> {
        self.scans.get_or_init(|| {
            index(self.facts, |item: &ImageScan| {
                let digest = item.image_id.get()?.image_digest.get()?;
                Ok(key(item.region.get()?, &format!("{}@{digest}", item.repository_name.get()?)))
            })
        })
    }

    fn images(&self) -> &Index<Item<ImageDetail>> {
        self.images.get_or_init(|| {
            index(self.facts, |item: &ImageDetail| {
                let digest = item.image_digest.get()?;
                Ok(key(item.region.get()?, &format!("{}@{digest}", item.repository_name.get()?)))
            })
        })
    }

    /// A digest that runs, of a repository of the account. A report of another accepted scanner does as well.
    pub(crate) fn standing<'r>(
        &self,
        (region, repository, digest): (&str, &str, &str),
        limits: &Limits,
        reports: impl FnOnce() -> Option<&'r Reports<'r, 's>>,
    ) -> Result<Standing, Unknown>
    where
        's: 'r,
    {
        let own = Known::derived(|| self.scan(region, repository, digest));
        let standing = Known::derived(|| match own.get()? {
            Scan::Done(proof) => within(limits, proof),
            Scan::Coming(why, at) => Ok(Standing::Unclear(why.clone(), at.clone())),
            Scan::Index(at) => Ok(Standing::Unclear(OF_PLATFORMS.to_owned(), at.clone())),
            Scan::None(why, at) => Ok(Standing::Bad(why.clone(), at.clone())),
        });
        // Where ECR has a result, that counts: nobody's kinder one replaces it.
        if !matches!(own.peek(), Some(Scan::Done(_)))
            && let Some(reports) = reports()
            && let Some(proof) = reports.of_digest(digest)?
        {
            return within(limits, proof);
        }
        standing.get().cloned()
    }

    fn scan(&self, region: &str, repository: &str, digest: &str) -> Result<Scan, Unknown> {
        let id = key(region, &format!("{repository}@{digest}"));
        let Some(item) = self.scans().find(&id)? else {
            self.facts.complete::<ImageScan>()?;
            return self.without_scan(&id);
        };
        let noun = item.get()?;
        let state = noun.image_scan_status.get()?;
        let status = state.status.get()?.as_str();
        let at = Evidence::at(item.at("/imageScanStatus/status"));
        if DONE.contains(&status) {
            return Ok(Scan::Done(proof(item)));
        }
        if COMING.contains(&status) {
            return Ok(Scan::Coming(format!("its scan is {status}"), at));
        }
        if !NONE.contains(&status) {
            return Err(Unknown::because(format!("the scan is {status:?}, which this rule does not know")));
        }
        let description = state.description.declared()?.map_or_else(String::new, |text| format!(" ({text})"));
        Ok(Scan::None(format!("its scan is {status}{description}"), at))
    }

    fn without_scan(&self, id: &str) -> Result<Scan, Unknown> {
        let Some(item) = self.images().find(id)? else {
            self.facts.complete::<ImageDetail>()?;
            let at = Evidence::at(format!("/facts/{}/status", <ImageDetail as eksamine_facts::Noun>::KIND));
            return Ok(Scan::None("the repository does not hold it any more".to_owned(), at));
        };
        let at = Evidence::at(item.at("/imageManifestMediaType"));
        if INDEXES.contains(&item.get()?.image_manifest_media_type.get()?.as_str()) {
            return Ok(Scan::Index(at));
        }
        Ok(Scan::None("it was never scanned".to_owned(), at))
    }

    /// What is known of a scan without its being demanded.
    pub(crate) fn notes(&self, account: &str, (region, repository, digest): (&str, &str, &str)) -> Vec<Evidence> {
        let mut notes = aside(|| {
            let found = self.scans().seen(&key(region, &format!("{repository}@{digest}")));
            let note = |item: &Item<ImageScan>| {
                Evidence::at(item.at("/imageScanStatus/status")).noting("the scan of what runs")
            };
            Ok(found.map(note).into_iter().collect())
        });
        if notes.is_empty() {
            notes = aside(|| self.coverage(&format!("{region}:{account}:repository/{repository}/{digest}")));
        }
        notes
    }

    /// What Amazon Inspector says about an image, by what follows the service in its ARN.
    fn coverage(&self, of_arn: &str) -> Result<Vec<Evidence>, Unknown> {
        let covered = self.covered.get_or_init(|| {
            index(self.facts, |item: &CoveredResource| {
                let arn = item.resource_id.get()?;
                Ok(arn.splitn(4, ':').last().unwrap_or_default().to_owned())
            })
        });
        let Some(item) = covered.seen(of_arn) else { return Ok(Vec::new()) };
        let reason = Evidence::at(item.at("/scanStatus/reason")).noting("Amazon Inspector about what runs");
        let last = item.get()?.last_scanned_at.declared()?.map(|_| Evidence::at(item.at("/lastScannedAt")));
        Ok([reason].into_iter().chain(last).collect())
    }
}

fn proof(item: &Item<ImageScan>) -> Proof {
    let findings = || item.get()?.image_scan_findings.get();
    let count = |severity: &str| {
        Known::derived(|| {
            let Some(counts) = findings()?.finding_severity_counts.in_view()? else { return Ok(0) };
            let count = counts.entry(severity);
            Ok(count.declared()?.map_or(0, |count| **count))
        })
    };
    Proof {
        by: "ECR",
        place: item.at("/imageScanStatus/status"),
        done: Known::derived(|| Ok(findings()?.image_scan_completed_at.get()?.seconds())),
        critical: count("CRITICAL"),
        high: count("HIGH"),
    }
}

/// A scan against the limits.
pub(crate) fn within(limits: &Limits, proof: &Proof) -> Result<Standing, Unknown> {
    let at = Evidence::at(&*proof.place).noting(format!("scanned by {}", proof.by));
    Ok(match limits.breach(proof)? {
        None => Standing::Good(at),
        Some(why) => Standing::Bad(format!("the scan by {} has {why}", proof.by), at),
    })
}
