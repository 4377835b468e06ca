//! Rows 2 and 3: whether the default service account of each namespace is inert.

use crate::Automount;
use crate::mounts::Getting;
use crate::pods::Pods;
use crate::roles::annotated;
use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::core::ServiceAccount;
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

/// What is wrong with the token.
enum Token {
    /// Nobody gets it.
    Kept,
    /// Whoever does not say otherwise gets it.
    Given(Getting),
    /// Some ask for it.
    Asked(Getting),
}

pub(crate) fn judge(world: &World<'_>, pods: &Pods, tally: &mut Tally) {
    for item in &world.accounts {
        let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
        if name.peek().is_none_or(|name| *name == "default") {
            tally.judge(subject(item), || default_account(world, pods, item));
        } else if annotated(item).peek().is_none() {
            // It may have a role, and share it.
            tally.judge(subject(item), || Err(Unknown::because(annotated(item).reason())));
        }
    }
}

pub(crate) fn is_default(item: &Item<ServiceAccount>) -> bool {
    item.known().peek().and_then(|a| a.metadata.peek()?.name.peek()).is_some_and(|name| *name == "default")
}

fn subject(item: &Item<ServiceAccount>) -> Subject {
    match item.known().peek().and_then(|a| a.metadata.peek()) {
        Some(m) => Subject::kubernetes(("", "v1", "ServiceAccount"), Some(&m.namespace), &m.name, item.place()),
        None => Subject::of(item.place()),
    }
}

fn default_account(world: &World<'_>, pods: &Pods, item: &Item<ServiceAccount>) -> Result<Outcome, Unknown> {
    let metadata = item.get()?.metadata.get()?;
    metadata.name.get()?;
    let namespace = metadata.namespace.get()?;
    let exempt = world.exempt.covers(namespace);
    let role = annotated(item);
    let token = Known::derived(|| if exempt { Ok(Token::Kept) } else { token(pods, item, namespace) });
    let mut faults = Vec::new();
    let mut places = Vec::new();
    if let Some(Some((_, role))) = role.peek() {
        faults.push(format!("has the IAM role {role}, which every pod gets that names no service account"));
        places.push(item.at("/metadata/annotations/eks.amazonaws.com~1role-arn"));
    }
    let open = token.peek().and_then(|token| open(token));
    if let Some((text, getting)) = &open {
        places.push(item.at("/automountServiceAccountToken"));
        places.extend(getting.example.iter().map(|(_, place)| place.clone()));
        if world.params.default_sa_automount == Automount::Fail {
            faults.push(text.clone());
        }
    }
    let whose = format!("the service account default of {namespace}");
    if !faults.is_empty() {
        let text = format!("{whose} {}", faults.join(", and "));
        return Ok(places.into_iter().fold(fail(text), Outcome::at));
    }
    role.get()?;
    token.get()?;
    if let Some((text, _)) = open {
        let text = format!("{whose} has no IAM role; it {text}, which default_sa_automount only notes");
        return Ok(places.into_iter().fold(pass(text), Outcome::at));
    }
    if exempt {
        let text = format!("{whose} has no IAM role; who gets its token is not judged (exempt_namespaces_regex)");
        return Ok(not_applicable(text).at(item.at("/metadata/namespace")));
    }
    let text = format!("{whose} is inert: it has no IAM role, and no pod gets its token");
    Ok(pass(text).at(item.at("/automountServiceAccountToken")))
}

fn token(pods: &Pods, item: &Item<ServiceAccount>, namespace: &Text) -> Result<Token, Unknown> {
    let given = item.get()?.automount_token.declared()? != Some(&false);
    let getting = pods.mounts.of(namespace, given)?;
    Ok(match (given, getting.pods) {
        (true, _) => Token::Given(getting),
        (false, 0) => Token::Kept,
        (false, _) => Token::Asked(getting),
    })
}

fn open(token: &Token) -> Option<(String, &Getting)> {
    let pods = |getting: &Getting| count(getting.pods, "pod", "pods");
    match token {
        Token::Kept => None,
        Token::Given(getting) => {
            let gets = if getting.pods == 1 { "gets" } else { "get" };
            let text =
                format!("gives its token to every pod that does not say otherwise ({} {gets} it)", pods(getting));
            Some((text, getting))
        }
        Token::Asked(getting) => {
            let asks = if getting.pods == 1 { "asks" } else { "ask" };
            let text = format!("gives its token to {}, which {asks} for it", pods(getting));
            Some((text, getting))
        }
    }
}
