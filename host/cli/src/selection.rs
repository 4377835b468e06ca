//! Which rules run, with which parameters, and what that takes away from the defaults.

use crate::error::CliError;
use crate::nearest::did_you_mean;
use crate::params::Given;
use eksamine_engine::{LoadedRule, Scan, official_manifest};
use eksamine_pack::{Params, RuleMeta};
use eksamine_results::{PackRef, Weakening};
use std::collections::BTreeSet;

/// What the command line chose.
pub(crate) struct Selection {
    pub(crate) scan: Scan,
    pub(crate) weakenings: Vec<Weakening>,
}

/// Chooses among the rules of a pack; no `--rule` chooses all.
pub(crate) fn select(
    pack: &PackRef,
    rules: Vec<LoadedRule>,
    chosen: &[String],
    given: &[String],
) -> Result<Selection, CliError> {
    let ids: Vec<String> = rules.iter().map(|r| r.meta().id.clone()).collect();
    for id in chosen {
        known(id, &ids)?;
    }
    let given = given.iter().map(|g| Given::split(g)).collect::<Result<Vec<_>, _>>()?;
    let selected = |id: &String| chosen.is_empty() || chosen.contains(id);
    check_places(&given, &ids, selected)?;
    let mut selection = Selection { scan: Scan::default(), weakenings: Vec::new() };
    let left_out: Vec<&str> = ids.iter().filter(|id| !selected(id)).map(String::as_str).collect();
    if !left_out.is_empty() {
        selection.weakenings.push(Weakening {
            kind: "rules-deselected".into(),
            subject: pack.name.clone(),
            detail: format!("{} of {} rules were left out: {}", left_out.len(), ids.len(), left_out.join(", ")),
        });
    }
    for rule in rules.into_iter().filter(|r| selected(&r.meta().id)) {
        let (params, weakenings) = parameters(rule.meta(), &given)?;
        selection.weakenings.extend(weakenings);
        selection.scan.add(rule, params);
    }
    Ok(selection)
}

/// What the chosen rules read: rule and kind. Nothing is loaded to know it.
pub(crate) fn needs(chosen: &[String]) -> Result<Vec<(String, String)>, CliError> {
    let rules: Vec<RuleMeta> = official_manifest()?.rules.into_iter().map(|packed| packed.rule).collect();
    let ids: Vec<String> = rules.iter().map(|rule| rule.id.clone()).collect();
    chosen.iter().try_for_each(|id| known(id, &ids))?;
    let selected = rules.iter().filter(|rule| chosen.is_empty() || chosen.contains(&rule.id));
    Ok(selected.flat_map(|rule| rule.facts.iter().map(|need| (rule.id.clone(), need.kind.clone()))).collect())
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

fn check_places(given: &[Given<'_>], ids: &[String], selected: impl Fn(&String) -> bool) -> Result<(), CliError> {
    let mut seen = BTreeSet::new();
    for Given { rule, name, .. } in given {
        known(rule, ids)?;
        if !seen.insert((rule, name)) {
            return Err(CliError::usage(format!("--param {rule}.{name} is given twice"))
                .hint("several values of one parameter are written as a,b,c or as a JSON array"));
        }
        if !selected(&(*rule).to_owned()) {
            return Err(CliError::usage(format!("--param {rule}.{name} is for a rule that is not selected"))
                .hint(format!("add --rule {rule}, or leave the parameter out")));
        }
    }
    Ok(())
}

/// Every parameter of a rule; a value other than the default is a weakening, even a stricter one: the reader decides.
fn parameters(rule: &RuleMeta, given: &[Given<'_>]) -> Result<(Params, Vec<Weakening>), CliError> {
    let (mut params, mut weakenings) = (rule.defaults(), Vec::new());
    for one in given.iter().filter(|g| g.rule == rule.id) {
        let value = one.value(rule)?;
        let default = params.get(one.name).cloned().unwrap_or_default();
        if value != default {
            weakenings.push(Weakening {
                kind: "parameter-changed".into(),
                subject: format!("{}.{}", rule.id, one.name),
                detail: format!("{value} instead of {default}"),
            });
            params.insert(one.name.to_owned(), value);
        }
    }
    Ok((params, weakenings))
}
