//! Fails images that run without anybody looking for vulnerabilities in them.

mod nouns;
mod proof;
mod registries;
mod reports;
mod running;
mod verdict;

use crate::verdict::Judge;
use eksamine_facts::derive::images::{Images, Registry};
use eksamine_rule::inventory::{judge_doubts, read};
use eksamine_rule::prelude::*;

rule!(judge);

/// See `rule.toml`.
#[derive(Debug, Deserialize)]
pub struct Params {
    accepted_scanners: Vec<Scanner>,
    provider_images: ProviderImages,
    scope_repositories: Scope,
    require_running_image_scanned: bool,
    max_scan_age_days: Option<i64>,
    max_critical: Option<i64>,
    max_high: Option<i64>,
}

/// Whose scans count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scanner {
    EcrBasic,
    EcrEnhanced,
    TrivyOperator,
    Kubescape,
    External,
}

/// Whether images of AWS's add-ons are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProviderImages {
    Ignore,
    Judge,
}

/// Which repositories of the account are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    InUse,
    All,
}

/// One finding for each image, and with `scope_repositories = all` one for each further repository.
#[must_use]
pub fn judge(facts: &Facts<'_>, params: &Params, mut tally: Tally) -> Verdict {
    let nobody = |_: &str| false;
    let mut images = Images::new(&nobody);
    read(facts, &mut images);
    let judge = Judge::new(facts, params);
    tally.counts(if params.scope_repositories == Scope::All { "images and repositories" } else { "images" });

    let mut ignored = 0;
    for (reference, image) in images.iter() {
        let addon = matches!(reference.registry(), Registry::EksAddons { .. });
        if addon && params.provider_images == ProviderImages::Ignore {
            ignored += 1;
            continue;
        }
        let place = image.users().next().map_or("/facts/k8s.pods.v1/status", |(_, place)| place);
        tally.judge_at(reference.to_string(), place, || judge.image(reference, image));
    }
    judge_doubts(&images, "/scope".to_owned(), &mut tally);
    if params.scope_repositories == Scope::All {
        judge.other_repositories(&images, &mut tally);
    }
    let ignored = match ignored {
        0 => String::new(),
        1 => "; 1 image of an add-on of AWS is not judged".to_owned(),
        many => format!("; {many} images of add-ons of AWS are not judged"),
    };
    tally.finish(&format!("0 images to judge{ignored}"))
}
