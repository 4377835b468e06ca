//! Listeners that end TLS: row 1.

use crate::policy::Version;
use crate::words::{list, name};
use crate::world::{Line, World};
use eksamine_facts::Text;
use eksamine_facts::elbv2::{Listener, LoadBalancer, TargetGroup};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// Protocols in which a load balancer encrypts what it sends to its targets.
pub(crate) const ENCRYPTED: [&str; 3] = ["HTTPS", "TLS", "SSL"];

/// How a security policy stands to `min_ssl_policy`.
pub(crate) enum Strength {
    Enough,
    Weaker(String),
    /// Its name does not say which TLS it begins with.
    Unheard(String),
}

/// Of the policies of a listener, those that are of AWS's own.
pub(crate) fn strength(world: &World<'_>, policies: &[&str]) -> Strength {
    let Some((min_name, min)) = &world.demands.min_ssl_policy else { return Strength::Enough };
    let versions = policies.iter().filter_map(|name| Some((Version::of(name)?, *name)));
    match versions.min() {
        None if policies.is_empty() => Strength::Unheard(format!("without a policy to compare with {min_name}")),
        None => {
            let names = list(policies.iter().map(|name| (*name).to_owned()));
            Strength::Unheard(format!("by security policy {names}: is that as strong as {min_name}?"))
        }
        Some((version, name)) if version < *min => {
            Strength::Weaker(format!("accepts {version} ({name}); {min_name} begins with {min}"))
        }
        Some(_) => Strength::Enough,
    }
}

pub(crate) fn judge(
    world: &World<'_>,
    line: &Line<'_>,
    balancer: &LoadBalancer,
    listener: &Item<Listener>,
    noun: &Listener,
) -> Result<Outcome, Unknown> {
    let certificates = noun.certificates.get()?.all_known()?;
    let certificate = certificates.first().ok_or_else(|| Unknown::because("Certificates is empty"))?.arn.get()?;
    let strength = match &world.demands.min_ssl_policy {
        Some(_) => strength(world, &[noun.ssl_policy.get()?]),
        None => Strength::Enough,
    };
    if let Strength::Weaker(text) = &strength {
        return Ok(fail(format!("{line} {text}")).at(listener.at("/SslPolicy")));
    }
    if world.demands.backend_tls
        && let Some((text, place)) = plain_targets(world, balancer, noun)?
    {
        return Ok(fail(format!("{line} ends TLS and sends {text} (require_backend_tls)")).at(place));
    }
    if let Strength::Unheard(text) = strength {
        return Ok(manual(format!("{line} ends TLS {text}")).at(listener.at("/SslPolicy")));
    }
    let outcome = pass(format!("{line} ends TLS with certificate {certificate}"));
    Ok(outcome.at(listener.at("/Certificates/0/CertificateArn")).at(listener.at("/SslPolicy")))
}

/// Target groups to which nothing is encrypted: what is sent to which of them, and where one says so.
fn plain_targets(
    world: &World<'_>,
    balancer: &LoadBalancer,
    listener: &Listener,
) -> Result<Option<(String, String)>, Unknown> {
    // Rules of an Application Load Balancer may lead to any of its target groups; others have no rules.
    let has_rules = *balancer.kind.get()? == *"application";
    let named = named(listener)?;
    if named.is_empty() && !has_rules {
        return Err(Unknown::because("the listener names no target group"));
    }
    let of_balancer = if has_rules { Some(balancer.arn.get()?) } else { None };
    let (mut plain, mut rest, mut seen) = (BTreeSet::new(), Ok(()), BTreeSet::new());
    for item in world.balancers.target_groups() {
        let target = Known::derived(|| target(item.get()?, of_balancer, &named));
        match target.peek() {
            Some(None) => {}
            Some(Some((protocol, own))) => {
                seen.insert(own.clone());
                if !ENCRYPTED.contains(&protocol.as_str()) {
                    plain.insert((format!("{protocol} to target group {}", name(own)), item.at("/Protocol")));
                }
            }
            None => rest = target.get().map(|_| ()),
        }
    }
    if let Some((_, place)) = plain.first() {
        let place = place.clone();
        return Ok(Some((list(plain.into_iter().map(|(text, _)| text)), place)));
    }
    rest?;
    world.facts.complete::<TargetGroup>()?;
    match named.into_iter().find(|name| !seen.contains(name)) {
        Some(lost) => Err(Unknown::because(format!("target group {lost} is not among those that were read"))),
        None => Ok(None),
    }
}

/// The target groups that a listener forwards to where no rule says otherwise.
fn named(listener: &Listener) -> Result<BTreeSet<Text>, Unknown> {
    let mut named = BTreeSet::new();
    for action in listener.default_actions.get()?.iter() {
        let action = action.get()?;
        named.extend(action.target_group.declared()?.cloned());
        let groups = action.forward.declared()?.map(|forward| forward.target_groups.declared()).transpose()?.flatten();
        for group in groups.into_iter().flat_map(|groups| groups.iter()) {
            named.insert(group.get()?.arn.get()?.clone());
        }
    }
    Ok(named)
}

/// Protocol and ARN of a target group, when it is one of these or of this load balancer.
fn target(
    group: &TargetGroup,
    balancer: Option<&Text>,
    named: &BTreeSet<Text>,
) -> Result<Option<(Text, Text)>, Unknown> {
    let arn = group.arn.get()?;
    let is_one = match balancer.map(|_| group.load_balancers.declared()).transpose()?.flatten() {
        Some(balancers) => balancers.all_known()?.into_iter().any(|one| Some(one) == balancer),
        None => false,
    };
    if !is_one && !named.contains(arn) {
        return Ok(None);
    }
    Ok(Some((group.protocol.get()?.clone(), arn.clone())))
}
