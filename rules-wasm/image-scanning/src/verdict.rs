//! The decision table: where one image stands, and in which words.

use crate::proof::Limits;
use crate::registries::{Found, Registries, Setting, index, key};
use crate::reports::Reports;
use crate::running::{Scans, Standing, within};
use crate::{Params, Scanner};
use eksamine_facts::Noun as _;
use eksamine_facts::derive::images::{Caches, Image, Images, Reference, Registry};
use eksamine_facts::derive::index::Index;
use eksamine_facts::ecr::{PullThroughCacheRule, Repository, RepositoryScanning};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// What it takes to judge.
pub(crate) struct Judge<'f, 's, 'p> {
    facts: &'f Facts<'s>,
    params: &'p Params,
    registries: Registries<'f, 's, 'p>,
    scans: Scans<'f, 's>,
    limits: Limits,
    /// Read when an image needs them.
    reports: OnceCell<Option<Reports<'f, 's>>>,
    caches: OnceCell<Caches>,
    repositories: OnceCell<Index<Item<Repository>>>,
}

/// An image, and who uses it.
struct Used<'i> {
    reference: &'i Reference,
    image: &'i Image,
}

impl<'f, 's, 'p> Judge<'f, 's, 'p> {
    pub(crate) fn new(facts: &'f Facts<'s>, params: &'p Params) -> Self {
        Self {
            facts,
            params,
            registries: Registries::new(facts, params),
            scans: Scans::new(facts),
            limits: Limits::new(facts, params),
            reports: OnceCell::new(),
            caches: OnceCell::new(),
            repositories: OnceCell::new(),
        }
    }

    pub(crate) fn image(&self, reference: &Reference, image: &Image) -> Result<Outcome, Unknown> {
        let it = Used { reference, image };
        let outcome = match reference.registry() {
            Registry::Ecr { account, region } if !self.is_unasked() && *self.registries.account.get()? == account => {
                self.own(&it, &region)?
            }
            // Nobody asked AWS, so that nothing says either whose registry it is.
            Registry::Ecr { account, .. } if self.is_unasked() => {
                self.foreign(&it, &format!("AWS was not asked how the registry of account {account} scans"))?
            }
            Registry::Ecr { account, .. } | Registry::EksAddons { account, .. } => self.foreign(
                &it,
                &format!("it is in the registry of account {account}, whose settings only that account sees"),
            )?,
            _ => self.foreign(&it, &format!("{} is no registry of the account", reference.host))?,
        };
        Ok(image.users().fold(outcome, |outcome, (user, place)| outcome.noting(place, user.to_string())))
    }

    fn is_unasked(&self) -> bool {
        let unasked = self.facts.availability::<RepositoryScanning>() == Availability::NotCollected;
        unasked && self.registries.account.peek().is_none()
    }

    /// From a registry of the account: its settings decide, and what is demanded of the scans of what runs.
    fn own(&self, it: &Used<'_>, region: &str) -> Result<Outcome, Unknown> {
        let Found { setting, evidence } = self.registries.setting(region, &it.reference.repository)?;
        let words = match setting {
            Setting::On(words) => words,
            Setting::Off(why) => {
                return Ok(self.reported(it)?.unwrap_or_else(|| self.off(it, region, &why)).with(evidence));
            }
            Setting::Unclear(why) => return Ok(self.reported(it)?.unwrap_or_else(|| it.ask(&why)).with(evidence)),
        };
        let good = pass(format!("{}: {words}; {}", it.reference, it.image.used()));
        let outcome =
            if self.limits.demanded { self.running(it, region, good)? } else { good.with(self.notes(it, region)) };
        Ok(outcome.with(evidence).with(self.older_setting(region, &it.reference.repository, "false")))
    }

    /// Every digest that runs: a failure before what is not known, and that before what a human must look at.
    fn running(&self, it: &Used<'_>, region: &str, good: Outcome) -> Result<Outcome, Unknown> {
        let (mut seen, mut unknown, mut unclear) = (Vec::new(), None, None);
        for (digest, place) in it.image.running() {
            let own = (region, it.reference.repository.as_str(), digest);
            let standing = Known::derived(|| self.scans.standing(own, &self.limits, || self.reports()));
            match standing.peek() {
                Some(Standing::Good(at)) => seen.push(at.clone()),
                Some(Standing::Bad(why, at)) => {
                    let message = format!("{} runs {digest}: {why}; {}", it.reference, it.image.used());
                    return Ok(self.bad(message).at(place).with(vec![at.clone()]));
                }
                Some(Standing::Unclear(why, at)) => {
                    let message = format!("{} runs {digest}: {why}; {}", it.reference, it.image.used());
                    unclear = unclear.or_else(|| Some(manual(message).at(place).with(vec![at.clone()])));
                }
                None => unknown = unknown.or(Some(standing)),
            }
        }
        if let Some(unknown) = unknown {
            unknown.get()?;
        }
        if let (None, Some(place)) = (&unclear, it.image.runs_unnamed()) {
            let why = "which digest runs is not known, as the node names what it runs by an id of its own";
            return Ok(it.ask(why).at(place));
        }
        Ok(unclear.unwrap_or_else(|| good.with(seen)))
    }

    /// From anywhere else: only a report tells.
    fn foreign(&self, it: &Used<'_>, why: &str) -> Result<Outcome, Unknown> {
        Ok(self.reported(it)?.unwrap_or_else(|| {
            let hint =
                "; a pull-through cache or a copy in a registry of the account would bring it under scans of ECR";
            it.ask(&format!("{why}, and no accepted scanner reports it{hint}"))
        }))
    }

    /// What the reports of other accepted scanners say, where they are about all that runs.
    fn reported(&self, it: &Used<'_>) -> Result<Option<Outcome>, Unknown> {
        let Some(reports) = self.reports() else { return Ok(None) };
        let Some(proofs) = reports.of_image(it.reference, it.image)? else { return Ok(None) };
        let mut outcome = pass(format!("{}: an accepted scanner reports it; {}", it.reference, it.image.used()));
        for proof in proofs {
            outcome = match within(&self.limits, proof)? {
                Standing::Good(at) => outcome.with(vec![at]),
                Standing::Bad(why, at) | Standing::Unclear(why, at) => {
                    let message = format!("{}: {why}; {}", it.reference, it.image.used());
                    return Ok(Some(fail(message).with(vec![at])));
                }
            };
        }
        Ok(Some(outcome))
    }

    fn reports(&self) -> Option<&Reports<'f, 's>> {
        self.reports.get_or_init(|| Reports::read(self.facts, self.params)).as_ref()
    }

    /// Not scanned by anybody who is seen here.
    fn off(&self, it: &Used<'_>, region: &str, why: &str) -> Outcome {
        let repository = &it.reference.repository;
        self.bad(format!("{}: {why}; {}", it.reference, it.image.used()))
            .with(self.older_setting(region, repository, "true"))
            .with(aside(|| self.cache(region, repository)))
    }

    /// A failure, unless somebody else is known to scan.
    fn bad(&self, message: String) -> Outcome {
        if self.params.accepted_scanners.contains(&Scanner::External) {
            manual(format!("{message}; whether an external scanner scans it is not seen here"))
        } else {
            fail(message)
        }
    }

    /// That the repository's own setting says otherwise, which changes nothing.
    fn older_setting(&self, region: &str, repository: &str, other: &str) -> Vec<Evidence> {
        aside(|| {
            let repositories = self.repositories.get_or_init(|| {
                index(self.facts, |item: &Repository| Ok(key(item.region.get()?, item.repository_name.get()?)))
            });
            let Some(item) = repositories.seen(&key(region, repository)) else { return Ok(Vec::new()) };
            let own = *item.get()?.image_scanning_configuration.get()?.scan_on_push.get()?;
            let at = Evidence::at(item.at("/imageScanningConfiguration/scanOnPush"));
            let note = "the repository's own setting, which the rules of the registry have replaced";
            Ok((own.to_string() == other).then(|| at.noting(note)).into_iter().collect())
        })
    }

    /// The cache rule that fills the repository.
    fn cache(&self, region: &str, repository: &str) -> Result<Vec<Evidence>, Unknown> {
        let caches = self.caches.get_or_init(|| {
            let mut caches = Caches::default();
            caches.unless(&self.facts.whole::<PullThroughCacheRule>());
            self.facts.items::<PullThroughCacheRule>().for_each(|item| caches.add(item.known(), &item.place()));
            caches
        });
        let Some(origin) = caches.origin(region, repository).get()?.clone() else { return Ok(Vec::new()) };
        let note = format!("what begins with {}/ is filled from there; a scan filter must match it too", origin.prefix);
        Ok(vec![Evidence::at(format!("{}/upstreamRegistryUrl", origin.place)).noting(note)])
    }

    fn notes(&self, it: &Used<'_>, region: &str) -> Vec<Evidence> {
        let account = self.registries.account.peek().map_or("", String::as_str);
        let repository = it.reference.repository.as_str();
        let of = |(digest, _): (&str, &str)| self.scans.notes(account, (region, repository, digest));
        it.image.running().flat_map(of).collect()
    }

    /// The repositories of the account that no image comes from.
    pub(crate) fn other_repositories(&self, images: &Images<'_>, tally: &mut Tally) {
        let own = |(reference, _): (&Reference, _)| match reference.registry() {
            Registry::Ecr { account, region } if self.registries.account.peek() == Some(&account) => {
                Some(key(&region, &reference.repository))
            }
            _ => None,
        };
        let used: BTreeSet<String> = images.iter().filter_map(own).collect();
        let repositories = self.registries.repositories();
        if Known::derived(|| repositories.find("").map(|_| ())).peek().is_none() {
            let place = format!("/facts/{}/status", RepositoryScanning::KIND);
            tally.judge_at(place.clone(), place, || Err(Unknown::because("the name of a repository is not known")));
        }
        for (key, item) in repositories.iter() {
            if !used.contains(key.as_str()) {
                tally.judge(item.subject(|noun| &noun.repository_arn), || {
                    let region = item.get()?.region.get()?;
                    let Found { setting, evidence } = self.registries.setting_of(region, item)?;
                    Ok(match setting {
                        Setting::On(words) => pass(words),
                        Setting::Off(why) => self.bad(why),
                        Setting::Unclear(why) => manual(why),
                    }
                    .with(evidence))
                });
            }
        }
    }
}

impl Used<'_> {
    fn ask(&self, why: &str) -> Outcome {
        manual(format!("{}: {why}; {}", self.reference, self.image.used()))
    }
}
