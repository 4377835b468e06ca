//! Settings: what a profile and `eksamine.toml` say before the command line does.

use crate::error::CliError;
use crate::nearest::did_you_mean;
use eksamine_pack::{Params, RuleMeta};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The file that is looked for in the working directory and all above it.
const CONFIG: &str = "eksamine.toml";

/// The profiles inside the program: `profiles/`, of which a test says that none is missing here.
const PROFILES: &[(&str, &str)] = &[
    ("all", include_str!("../../../profiles/all.toml")),
    ("cis-eks-1.7", include_str!("../../../profiles/cis-eks-1.7.toml")),
    ("cis-eks-1.8", include_str!("../../../profiles/cis-eks-1.8.toml")),
    ("parity", include_str!("../../../profiles/parity.toml")),
];

/// Values of parameters by rule and name.
type Values = BTreeMap<String, Params>;

/// `eksamine.toml`: what a team judges by.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Profile: a name that the program knows, or a file beside this one.
    profile: Option<String>,
    /// Values of parameters: `[params.RULE]`, `NAME = VALUE`.
    params: Values,
}

/// A profile: which rules, with which parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// One line.
    #[expect(dead_code, reason = "for readers of the file")]
    title: String,
    /// What it is for.
    #[expect(dead_code, reason = "for readers of the file")]
    description: String,
    /// The rules that answer a demand of this edition of a benchmark; without it all do.
    select: Option<Select>,
    /// Ids of rules: alone, or beside those of the benchmark.
    rules: Option<Vec<String>>,
    /// Values of parameters: `[params.RULE]`, `NAME = VALUE`.
    #[serde(default)]
    params: Values,
}

/// An edition of a benchmark.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Select {
    /// `cis-eks`
    benchmark: String,
    /// `1.7`
    version: String,
}

/// Values that stand in a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    /// The file's or the profile's name, which is the same on every machine.
    pub(crate) from: String,
    /// Where the file lies.
    pub(crate) place: String,
    pub(crate) values: Values,
}

/// What files say.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The profile's name or file, and the rules that it selects.
    pub(crate) profile: Option<(String, Vec<String>)>,
    /// From the weakest to the strongest.
    pub(crate) layers: Vec<Layer>,
}

impl Settings {
    /// What applies in `folder` with `--profile profile`.
    pub(crate) fn find(folder: &Path, profile: Option<&str>, rules: &[RuleMeta]) -> Result<Self, CliError> {
        let file = folder.ancestors().map(|above| above.join(CONFIG)).find(|path| path.is_file());
        let config = file.as_deref().map(read::<Config>).transpose()?.unwrap_or_default();
        let mut settings = Self::default();
        let beside = file.as_deref().and_then(Path::parent).unwrap_or(folder);
        let named = match (profile, &config.profile) {
            (Some(name), _) => Some((name, Profile::find(name, folder)?)),
            (None, Some(name)) => {
                let found = Profile::find(name, beside);
                let place = file.as_deref().unwrap_or(folder).display().to_string();
                Some((name.as_str(), found.map_err(|error| error.within(&place))?))
            }
            (None, None) => None,
        };
        if let Some((name, profile)) = named {
            let selected = profile.selected(name, rules)?;
            let place = format!("profile {name}");
            let name = Path::new(name).file_name().map_or(name.into(), |name| name.to_string_lossy());
            settings.layers.push(Layer { from: format!("profile {name}"), place, values: profile.params });
            settings.profile = Some((name.into_owned(), selected));
        }
        if let Some(file) = file {
            let place = file.display().to_string();
            settings.layers.push(Layer { from: CONFIG.to_owned(), place, values: config.params });
        }
        Ok(settings)
    }
}

impl Profile {
    /// A profile of the program, or a file.
    fn find(name: &str, beside: &Path) -> Result<Self, CliError> {
        if let Some((_, text)) = PROFILES.iter().find(|(known, _)| *known == name) {
            return parse(name, text);
        }
        let file = beside.join(name);
        // A pipe (`--profile <(…)`) is a file, too.
        if file.metadata().is_ok_and(|file| !file.is_dir()) {
            return read(&file);
        }
        let names = PROFILES.iter().map(|(name, _)| *name);
        Err(CliError::usage(format!("there is no profile {name:?}, and no such file"))
            .hints(did_you_mean(name, names.clone()))
            .hint(format!("profiles: {}; or the path of a file", names.collect::<Vec<_>>().join(", "))))
    }

    /// The ids of the rules that it selects.
    fn selected(&self, name: &str, rules: &[RuleMeta]) -> Result<Vec<String>, CliError> {
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let listed = self.rules.as_deref().unwrap_or_default();
        if let Some(unknown) = listed.iter().find(|id| !ids.contains(&id.as_str())) {
            let error = CliError::usage(format!("profile {name}: there is no rule {unknown:?}"));
            return Err(error.hints(did_you_mean(unknown, ids)));
        }
        let is_named = |rule: &&RuleMeta| {
            let by_benchmark = self.select.as_ref().is_some_and(|edition| edition.demands(rule));
            by_benchmark || listed.contains(&rule.id) || self.select.is_none() && self.rules.is_none()
        };
        let selected: Vec<String> = rules.iter().filter(is_named).map(|rule| rule.id.clone()).collect();
        if selected.is_empty() {
            let controls = rules.iter().flat_map(|rule| &rule.controls);
            let editions = controls.flat_map(|c| c.versions.iter().map(|version| format!("{} {version}", c.benchmark)));
            let editions: Vec<String> = editions.collect::<BTreeSet<_>>().into_iter().collect();
            return Err(CliError::usage(format!("profile {name} selects no rule"))
                .hint(format!("editions that rules answer: {}", editions.join(", "))));
        }
        Ok(selected)
    }
}

impl Select {
    fn demands(&self, rule: &RuleMeta) -> bool {
        let is = |control: &eksamine_pack::Control| {
            control.benchmark == self.benchmark && control.versions.contains(&self.version)
        };
        rule.controls.iter().any(is)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CliError> {
    let text = fs::read_to_string(path)
        .map_err(|error| CliError::usage(format!("cannot read {}: {error}", path.display())))?;
    parse(&path.display().to_string(), &text)
}

/// What TOML can say and a parameter cannot be.
fn odd(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::Float(float) if !float.is_finite() => Some(format!("{float} is no number that can be judged by")),
        toml::Value::Datetime(time) => Some(format!("{time} is a date: write it as text, in quotes")),
        toml::Value::Array(elements) => elements.iter().find_map(odd),
        toml::Value::Table(entries) => entries.iter().find_map(|(key, value)| Some(format!("{key}: {}", odd(value)?))),
        _ => None,
    }
}

fn parse<T: DeserializeOwned>(place: &str, text: &str) -> Result<T, CliError> {
    if let Some(odd) = toml::from_str(text).ok().as_ref().and_then(odd) {
        return Err(CliError::usage(format!("{place}: {odd}")));
    }
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or_else(String::new, |before| format!(" (line {})", before.matches('\n').count() + 1));
        CliError::usage(format!("{place}: {}{line}", error.message()))
            .hint("eksamine schema config and eksamine schema profile say what these files hold")
    })
}
