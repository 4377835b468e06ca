//! Which rules run, with which parameters, and what that takes away from the defaults.

use crate::error::CliError;
use crate::nearest::did_you_mean;
use crate::params::Given;
use crate::settings::Settings;
use eksamine_engine::{Engine, LoadedRule, Scan, official_manifest, refusal};
use eksamine_pack::{Params, RuleMeta};
use eksamine_results::{PackRef, Weakening};
use std::collections::BTreeSet;

/// Which rules.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Rule to run; may be repeated. Without it those of the profile run, and without a profile all.
    #[arg(long = "rule", value_name = "ID", value_delimiter = ',')]
    pub(crate) rules: Vec<String>,
    /// Profile to judge by: a name that this program knows (all, cis-eks-1.8, …) or a file. Otherwise eksamine.toml
    /// names one, which is looked for in the working directory and above it.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
}

/// What was chosen, before anything is loaded.
pub(crate) struct Chosen {
    all: Vec<RuleMeta>,
    ids: BTreeSet<String>,
    by: String,
    settings: Settings,
}

/// What the command line chose.
pub(crate) struct Selection {
    pub(crate) pack: PackRef,
    pub(crate) scan: Scan,
    pub(crate) weakenings: Vec<Weakening>,
}

impl SelectionArgs {
    /// What these arguments and the files that apply choose among the rules. Nothing is loaded to know it.
    pub(crate) fn chosen(&self) -> Result<Chosen, CliError> {
        let all: Vec<RuleMeta> = official_manifest()?.rules.into_iter().map(|packed| packed.rule).collect();
        let ids: Vec<String> = all.iter().map(|rule| rule.id.clone()).collect();
        self.rules.iter().try_for_each(|id| known(id, &ids))?;
        let folder = std::env::current_dir()
            .map_err(|error| CliError::usage(format!("cannot tell the working directory: {error}")))?;
        let settings = Settings::find(&folder, self.profile.as_deref(), &all)?;
        let (by, ids) = match &settings.profile {
            _ if !self.rules.is_empty() => ("--rule".to_owned(), self.rules.iter().cloned().collect()),
            Some((name, selected)) => (format!("profile {name}"), selected.iter().cloned().collect()),
            None => (String::new(), ids.into_iter().collect()),
        };
        Ok(Chosen { all, ids, by, settings })
    }
}

impl Chosen {
    /// What the chosen rules read: rule and kind.
    pub(crate) fn needs(&self) -> Vec<(String, String)> {
        let chosen = self.all.iter().filter(|rule| self.ids.contains(&rule.id));
        chosen.flat_map(|rule| rule.facts.iter().map(|need| (rule.id.clone(), need.kind.clone()))).collect()
    }

    /// The chosen rules, loaded, with their parameters. Everything given is checked before facts are gathered or judged.
    pub(crate) fn select(&self, engine: &Engine, params: &[String]) -> Result<Selection, CliError> {
        let given = self.given(params)?;
        // What is given to rules that do not run must be right as well: tomorrow they may.
        let wanted = |id: &str| self.ids.contains(id) || given.iter().any(|given| given.rule == id);
        let (pack, rules) = engine.official(wanted)?;
        let weakenings = self.left_out(&pack).into_iter().collect();
        let mut selection = Selection { pack, scan: Scan::default(), weakenings };
        for rule in rules {
            let (params, weakenings) = parameters(rule.meta(), &given)?;
            if !weakenings.is_empty() {
                taken(engine, &rule, &params, &weakenings)?;
            }
            if self.ids.contains(&rule.meta().id) {
                selection.weakenings.extend(weakenings);
                selection.scan.add(rule, params);
            }
        }
        Ok(selection)
    }

    fn left_out(&self, pack: &PackRef) -> Option<Weakening> {
        let left_out: Vec<&str> =
            self.all.iter().map(|rule| rule.id.as_str()).filter(|id| !self.ids.contains(*id)).collect();
        (!left_out.is_empty()).then(|| Weakening {
            kind: "rules-deselected".into(),
            subject: pack.name.clone(),
            detail: format!(
                "{} of {} rules were left out by {}: {}",
                left_out.len(),
                self.all.len(),
                self.by,
                left_out.join(", ")
            ),
        })
    }

    /// All values from the weakest place to the strongest: profile, file, command line.
    fn given(&self, params: &[String]) -> Result<Vec<Given>, CliError> {
        let ids: Vec<String> = self.all.iter().map(|rule| rule.id.clone()).collect();
        let mut given = Vec::new();
        for layer in &self.settings.layers {
            for (rule, values) in &layer.values {
                known(rule, &ids).map_err(|error| error.within(&layer.place))?;
                given.extend(values.iter().map(|(name, value)| Given::of_file(layer, rule, name, value)));
            }
        }
        let arguments = params.iter().map(|argument| Given::split(argument)).collect::<Result<Vec<_>, _>>()?;
        self.check_places(&arguments, &ids)?;
        given.extend(arguments);
        Ok(given)
    }

    fn check_places(&self, arguments: &[Given], ids: &[String]) -> Result<(), CliError> {
        let mut seen = BTreeSet::new();
        for Given { rule, name, .. } in arguments {
            known(rule, ids)?;
            if !seen.insert((rule, name)) {
                return Err(CliError::usage(format!("--param {rule}.{name} is given twice"))
                    .hint("several values of one parameter are written as a,b,c or as a JSON array"));
            }
            if !self.ids.contains(rule) {
                return Err(CliError::usage(format!("--param {rule}.{name} is for a rule that is not selected"))
                    .hint(format!("add --rule {rule}, or leave the parameter out")));
            }
        }
        Ok(())
    }
}

/// A rule of this id, or an error that names the nearest.
pub(crate) fn known(id: &str, ids: &[String]) -> Result<(), CliError> {
    if ids.iter().any(|known| known == id) {
        return Ok(());
    }
    Err(CliError::usage(format!("there is no rule {id:?}"))
        .hints(did_you_mean(id, ids.iter().map(String::as_str)))
        .hint("eksamine rules lists them all"))
}

/// Schemas tell types and words; whether a text is a pattern, say, only the rule knows.
fn taken(engine: &Engine, rule: &LoadedRule, params: &Params, changed: &[Weakening]) -> Result<(), CliError> {
    let Some(why) = refusal(engine, rule, params) else { return Ok(()) };
    let id = &rule.meta().id;
    let changed: Vec<String> = changed.iter().map(|w| format!("{}: {}", w.subject, w.detail)).collect();
    Err(CliError::usage(format!("{id} does not take its parameters: {why}"))
        .hint(changed.join("; "))
        .hint(format!("eksamine explain {id} says what it takes")))
}

/// Every parameter of a rule; a value other than the default is a weakening, even a stricter one: the reader decides.
fn parameters(rule: &RuleMeta, given: &[Given]) -> Result<(Params, Vec<Weakening>), CliError> {
    let defaults = rule.defaults();
    let (mut params, mut from) = (defaults.clone(), Params::new());
    for one in given.iter().filter(|given| given.rule == rule.id) {
        params.insert(one.name.clone(), one.value(rule)?);
        from.insert(one.name.clone(), one.from.clone().into());
    }
    let changed = params.iter().filter(|(name, value)| defaults.get(*name) != Some(value));
    let weakenings = changed.map(|(name, value)| {
        let default = defaults.get(name).cloned().unwrap_or_default();
        let from = from.get(name).and_then(|from| from.as_str()).map(|from| format!(" ({from})")).unwrap_or_default();
        Weakening {
            kind: "parameter-changed".into(),
            subject: format!("{}.{name}", rule.id),
            detail: format!("{value} instead of {default}{from}"),
        }
    });
    let weakenings = weakenings.collect();
    Ok((params, weakenings))
}
