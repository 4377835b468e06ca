//! How the account's own registries scan: what the registry's rules make of each repository, and who does the work.

use crate::{Params, Scanner};
use eksamine_facts::derive::index::Index;
use eksamine_facts::ecr::{RegistryScanning, RepositoryScanning};
use eksamine_facts::inspector2::AccountStatus;
use eksamine_facts::{Noun, Text};
use eksamine_rule::prelude::*;
use std::cell::OnceCell;

/// What is known of them, read when it is first asked for.
pub(crate) struct Registries<'f, 's, 'p> {
    facts: &'f Facts<'s>,
    params: &'p Params,
    /// Of the cluster.
    pub(crate) account: Known<String>,
    repositories: OnceCell<Index<Item<RepositoryScanning>>>,
    registries: OnceCell<Index<Item<RegistryScanning>>>,
    inspector: OnceCell<Index<Item<AccountStatus>>>,
}

/// How the images of a repository are scanned.
pub(crate) enum Setting {
    /// By this scanner, in these words.
    On(String),
    /// Not, or not by an accepted one.
    Off(String),
    /// A human must look.
    Unclear(String),
}

/// A setting, and where it stands.
pub(crate) struct Found {
    pub(crate) setting: Setting,
    pub(crate) evidence: Vec<Evidence>,
}

impl<'f, 's, 'p> Registries<'f, 's, 'p> {
    pub(crate) fn new(facts: &'f Facts<'s>, params: &'p Params) -> Self {
        let account = || {
            let scope = facts.scope()?;
            let account = scope.account_of_cluster().map(str::to_owned);
            account.ok_or_else(|| Unknown::because("the facts do not say which account the cluster is in"))
        };
        Self {
            facts,
            params,
            account: Known::derived(account),
            repositories: OnceCell::new(),
            registries: OnceCell::new(),
            inspector: OnceCell::new(),
        }
    }

    /// Every repository of the account that could be told apart, by region and name.
    pub(crate) fn repositories(&self) -> &Index<Item<RepositoryScanning>> {
        self.repositories.get_or_init(|| {
            index(self.facts, |item: &RepositoryScanning| Ok(key(item.region.get()?, item.repository_name.get()?)))
        })
    }

    /// How a repository of the account is scanned.
    pub(crate) fn setting(&self, region: &str, repository: &str) -> Result<Found, Unknown> {
        let Some(item) = self.repositories().find(&key(region, repository))? else {
            self.facts.complete::<RepositoryScanning>()?;
            return self.without_repository(region, repository);
        };
        self.setting_of(region, item)
    }

    /// The same of one that was found.
    pub(crate) fn setting_of(&self, region: &str, item: &Item<RepositoryScanning>) -> Result<Found, Unknown> {
        let noun = item.get()?;
        let (frequency, name) = (noun.scan_frequency.get()?.as_str(), noun.repository_name.get()?);
        let mut evidence = vec![Evidence::at(item.at("/scanFrequency"))];
        evidence.extend(aside(|| filters(item)));
        let Some(registry) = self.registry(region)? else { return Ok(unread(region)) };
        evidence.push(Evidence::at(registry.at("/scanningConfiguration/scanType")));
        let sort = registry.get()?.scanning_configuration.get()?.scan_type.get()?;
        let (word, scanner) = match sort.as_str() {
            "BASIC" => ("basic", Scanner::EcrBasic),
            "ENHANCED" => ("enhanced", Scanner::EcrEnhanced),
            other => return Err(Unknown::because(format!("scanType is {other:?}, which this rule does not know"))),
        };
        let setting = match frequency {
            "MANUAL" => {
                evidence.push(
                    Evidence::at(registry.at("/scanningConfiguration/rules")).noting("the rules of the registry"),
                );
                Setting::Off(off(name, word))
            }
            "SCAN_ON_PUSH" | "CONTINUOUS_SCAN" if !self.params.accepted_scanners.contains(&scanner) => {
                Setting::Off(format!("ECR's {word} scanning scans {name}, and accepted_scanners does not name it"))
            }
            "SCAN_ON_PUSH" => Setting::On(format!("ECR's {word} scanning scans {name} on push")),
            "CONTINUOUS_SCAN" => Setting::On(format!("ECR's {word} scanning scans {name} continuously")),
            other => {
                return Err(Unknown::because(format!("scanFrequency is {other:?}, which this rule does not know")));
            }
        };
        let setting = match setting {
            Setting::On(words) if scanner == Scanner::EcrEnhanced => self.inspected(region, words, &mut evidence)?,
            setting => setting,
        };
        Ok(Found { setting, evidence })
    }

    /// Enhanced scanning is Amazon Inspector's work.
    fn inspected(&self, region: &str, words: String, evidence: &mut Vec<Evidence>) -> Result<Setting, Unknown> {
        let account = self.account.get()?;
        let states = self.inspector.get_or_init(|| {
            index(self.facts, |item: &AccountStatus| Ok(key(item.region.get()?, item.account_id.get()?)))
        });
        let Some(item) = states.find(&key(region, account))? else {
            self.facts.complete::<AccountStatus>()?;
            let why = format!("the facts do not say whether Amazon Inspector is on for account {account} in {region}");
            return Ok(Setting::Unclear(why));
        };
        let state = item.get()?.resource_state.get()?.ecr.get()?;
        evidence.push(Evidence::at(item.at("/resourceState/ecr/status")));
        let status = state.status.get()?;
        let code = aside(|| {
            Ok(state
                .error_code
                .declared()?
                .map_or_else(Vec::new, |_| vec![Evidence::at(item.at("/resourceState/ecr/errorCode"))]))
        });
        evidence.extend(code);
        Ok(match status.as_str() {
            "ENABLED" => Setting::On(words),
            "ENABLING" => Setting::Unclear(format!("Amazon Inspector is being switched on for ECR in {region}")),
            "DISABLED" | "DISABLING" | "SUSPENDED" | "SUSPENDING" => Setting::Off(format!(
                "the registry in {region} leaves scanning to Amazon Inspector, which is {status} for ECR there"
            )),
            other => {
                return Err(Unknown::because(format!("Amazon Inspector is {other:?}, which this rule does not know")));
            }
        })
    }

    fn registry(&self, region: &str) -> Result<Option<&Item<RegistryScanning>>, Unknown> {
        let registries = self.registries.get_or_init(|| {
            index(self.facts, |item: &RegistryScanning| Ok(key(item.region.get()?, item.registry_id.get()?)))
        });
        let found = registries.find(&key(region, self.account.get()?))?;
        if found.is_none() {
            self.facts.complete::<RegistryScanning>()?;
        }
        Ok(found)
    }

    /// In a region that was asked, a repository that is not there does not exist.
    fn without_repository(&self, region: &str, repository: &str) -> Result<Found, Unknown> {
        let Some(registry) = self.registry(region)? else { return Ok(unread(region)) };
        let why = format!("the registry in {region} has no repository {repository}: the image cannot be pulled again");
        Ok(Found { setting: Setting::Unclear(why), evidence: vec![Evidence::at(registry.at("/registryId"))] })
    }
}

fn off(name: &str, word: &str) -> String {
    let how = if word == "basic" { "ECR scans it only when asked" } else { "enhanced scanning leaves it out" };
    format!("no scan filter of the registry matches {name}: {how}")
}

fn unread(region: &str) -> Found {
    let why = format!("the facts hold nothing about the registry in {region}");
    Found {
        setting: Setting::Unclear(why),
        evidence: vec![Evidence::at(format!("/facts/{}/status", RegistryScanning::KIND))],
    }
}

/// The filters that made it so.
fn filters(item: &Item<RepositoryScanning>) -> Result<Vec<Evidence>, Unknown> {
    let filters = item.get()?.applied_scan_filters.declared()?.map_or(0, |filters| filters.len());
    Ok((0..filters).map(|index| Evidence::at(item.at(&format!("/appliedScanFilters/{index}/filter")))).collect())
}

/// Items by what tells them apart.
pub(crate) fn index<T: Noun>(facts: &Facts<'_>, id: fn(&T) -> Result<String, Unknown>) -> Index<Item<T>> {
    Index::new(facts.items::<T>().map(|item| (Known::derived(|| Ok(Text::new(id(item.get()?)?))), item)))
}

/// What tells things apart that are named by region.
pub(crate) fn key(region: &str, name: &str) -> String {
    format!("{region} {name}")
}
