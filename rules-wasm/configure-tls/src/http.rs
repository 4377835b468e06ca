//! Listeners that speak HTTP: rows 2, 3 and 4.

use crate::params::{Facing, InternalHttp};
use crate::world::{Line, World};
use eksamine_facts::List;
use eksamine_facts::elbv2::{Action, Listener, ListenerRule};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// What is done with a plain request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Does {
    Forwards,
    /// With a redirect that does not lead to HTTPS.
    Redirects,
    /// With something else than an error.
    Answers,
    /// With a redirect to HTTPS or an error.
    Refuses,
}

/// Rows 3 and 4: something is done with plain requests.
pub(crate) fn plain(world: &World<'_>, line: &Line<'_>, does: Does) -> Outcome {
    let text = match does {
        Does::Forwards => "forwards requests without TLS",
        Does::Redirects => "redirects requests to something that is not HTTPS",
        Does::Answers => "answers requests itself without TLS",
        Does::Refuses => "answers with a redirect to HTTPS or an error",
    };
    match (line.facing, world.demands.internal_http) {
        _ if does == Does::Refuses => pass(format!("{line} {text}")),
        (Facing::Internet, _) | (Facing::Internal, InternalHttp::Fail) => fail(format!("{line} {text}")),
        (Facing::Internal, InternalHttp::Manual) => {
            manual(format!("{line} {text}: is that accepted inside the network?"))
        }
        (Facing::Internal, InternalHttp::Pass) => pass(format!("{line} {text}, inside the network (internal_http)")),
    }
}

/// The default action, and every rule.
pub(crate) fn judge(
    world: &World<'_>,
    line: &Line<'_>,
    listener: &Item<Listener>,
    noun: &Listener,
) -> Result<Outcome, Unknown> {
    let (by_default, field) = does(noun.default_actions.get()?)?;
    let place = listener.at(&format!("/DefaultActions{field}"));
    if by_default != Does::Refuses {
        return Ok(plain(world, line, by_default).at(place));
    }
    let rules = world.balancers.rules();
    let (mut found, mut rest) = (BTreeSet::new(), Ok(()));
    for rule in rules.of(noun.arn.get()?) {
        let done = Known::derived(|| {
            let noun = rule.get()?;
            let (does, field) = does(noun.actions.get()?)?;
            let name = noun.arn.peek().map_or_else(|| rule.place(), ToString::to_string);
            Ok((does, name, rule.at(&format!("/Actions{field}"))))
        });
        match done.peek() {
            Some((Does::Refuses, ..)) => {}
            Some(done) => drop(found.insert(done.clone())),
            None => rest = done.get().map(|_| ()),
        }
    }
    if let Some((does, ..)) = found.first() {
        let outcome = plain(world, line, *does).at(place);
        return Ok(found.iter().take(3).fold(outcome, |outcome, (_, name, at)| outcome.noting(at, name)));
    }
    rest?;
    // A rule that does not say whose it is may be this listener's.
    for stray in &rules.stray {
        stray.get()?.listener.get()?;
    }
    world.facts.complete::<ListenerRule>()?;
    Ok(plain(world, line, Does::Refuses).at(place))
}

/// What a list of actions ends in, and the field that says so. Requests may have to log in before.
fn does(actions: &List<Action>) -> Result<(Does, String), Unknown> {
    let mut found: Option<(Does, String)> = None;
    for (index, action) in actions.iter().enumerate() {
        let action = action.get()?;
        let (does, field) = match action.kind.get()?.as_str() {
            "forward" => (Does::Forwards, "Type"),
            "redirect" => match action.redirect.get()?.protocol.get()?.as_str() {
                "HTTPS" => (Does::Refuses, "RedirectConfig/Protocol"),
                // `#{protocol}` is the request's.
                _ => (Does::Redirects, "RedirectConfig/Protocol"),
            },
            "fixed-response" => match action.fixed_response.get()?.status_code.get()?.chars().next() {
                Some('4' | '5') => (Does::Refuses, "FixedResponseConfig/StatusCode"),
                _ => (Does::Answers, "FixedResponseConfig/StatusCode"),
            },
            "authenticate-oidc" | "authenticate-cognito" | "jwt-validation" => continue,
            other => return Err(Unknown::because(format!("{other} is no action of a listener"))),
        };
        if found.as_ref().is_none_or(|(before, _)| does < *before) {
            found = Some((does, format!("/{index}/{field}")));
        }
    }
    found.ok_or_else(|| Unknown::because("the actions say nothing of what becomes of a request"))
}
