//! Whether those who may write are those who should.

use crate::actions::Writes;
use crate::identities::{Identities, Writer, complete, place};
use crate::repositories::Repositories;
use crate::{Params, Severity};
use eksamine_facts::derive::iam::matches;
use eksamine_rule::prelude::*;

/// Writers that are named.
const NAMED: usize = 10;

/// One finding for each identity that should not write, and one for all of them.
pub(crate) fn judge(
    facts: &Facts<'_>,
    params: &Params,
    writes: &Writes,
    repositories: &Repositories<'_, '_>,
    tally: &mut Tally,
) {
    let subject = || {
        let scope = Known::derived(|| facts.scope());
        Subject::of(scope.peek().and_then(|scope| scope.cluster_arn.clone()).unwrap_or_else(|| "/scope".to_owned()))
    };
    let demanded =
        params.allowed_pushers.is_some() || params.max_writers.is_some() || params.iam_user_writers == Severity::Fail;
    if !demanded && !Identities::are_complete(facts) {
        let how = if Identities::any_not_collected(facts) { " (--tier 2 reads them)" } else { "" };
        let ask = "identities of the account were not read, who may write to the repositories is not known";
        tally.judge_at(subject(), place(), || Ok(manual(format!("{ask}{how}"))));
        return;
    }
    let looked = Identities::read(facts).look(repositories, writes);
    let mut writers: Vec<Writer> = looked.iter().filter_map(|one| one.writer.peek()?.clone()).collect();
    writers.sort();
    for one in &looked {
        match one.writer.peek() {
            None => tally.judge_at(one.subject.clone(), one.place.clone(), || one.writer.get().map(|_| manual(""))),
            Some(Some(writer)) => {
                if let Some(outcome) = alone(params, writer) {
                    tally.judge_at(one.subject.clone(), one.place.clone(), || Ok(outcome));
                }
            }
            Some(None) => {}
        }
    }
    let unclear = looked.iter().filter(|one| one.writer.peek().is_none()).count();
    tally.judge_at(subject(), place(), || together(facts, params, &writers, unclear));
}

/// What is to be said about one of them by itself.
fn alone(params: &Params, writer: &Writer) -> Option<Outcome> {
    let does = format!("{} {} may do {}, by {}", writer.word, writer.arn, writer.action, writer.by);
    let listed = params.allowed_pushers.as_ref().map(|list| list.iter().any(|one| matches(one, &writer.arn)));
    let (severity, message) = match (listed, writer.hangs_on.as_str()) {
        (Some(false), "") => (Severity::Fail, format!("{does}, and allowed_pushers does not name it")),
        (Some(false), keys) => {
            (Severity::Manual, format!("{does}, as far as {keys} lets it, and allowed_pushers does not name it"))
        }
        // Without a list all are asked about together.
        (None, _) if writer.word == "user" && params.iam_user_writers == Severity::Fail => {
            (Severity::Fail, format!("{does}: users have keys that do not expire"))
        }
        (Some(true), _) if writer.word == "user" => {
            (params.iam_user_writers, format!("{does}: users have keys that do not expire"))
        }
        _ => return None,
    };
    Some(severity.outcome(message))
}

/// What is to be said about all of them.
fn together(facts: &Facts<'_>, params: &Params, writers: &[Writer], unclear: usize) -> Result<Outcome, Unknown> {
    let count = writers.len();
    let identities =
        if count == 1 { "1 identity of the account".to_owned() } else { format!("{count} identities of the account") };
    let list = list(writers);
    let all_known = || {
        complete(facts)?;
        match unclear {
            0 => Ok(()),
            1 => Err(Unknown::because("of 1 identity it is not known whether it may write")),
            many => Err(Unknown::because(format!("of {many} identities it is not known whether they may write"))),
        }
    };
    let outcome = match (params.max_writers, &params.allowed_pushers) {
        (Some(most), _) if count > most => {
            fail(format!("{identities} may write, more than max_writers = {most}{list}"))
        }
        (_, Some(_)) => {
            all_known()?;
            pass(format!("{identities} may write{list}"))
        }
        (_, None) => {
            all_known()?;
            manual(format!("{identities} may write, and allowed_pushers says nothing{list}"))
        }
    };
    Ok(writers.iter().take(NAMED).fold(outcome, |outcome, writer| outcome.noting(&*writer.place, writer.by.clone())))
}

fn list(writers: &[Writer]) -> String {
    if writers.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = writers.iter().take(NAMED).map(|writer| writer.arn.as_str()).collect();
    let more = writers.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let users = match writers.iter().filter(|writer| writer.word == "user").count() {
        0 => String::new(),
        1 => ", 1 of them a user".to_owned(),
        many => format!(", {many} of them users"),
    };
    format!("{users}: {}{more}", names.join(", "))
}
