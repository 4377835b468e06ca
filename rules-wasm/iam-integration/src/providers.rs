//! OIDC providers whose tokens the API server accepts beside IAM's.

use crate::Params;
use crate::words::list;
use crate::world::World;
use eksamine_facts::derive::identity::{Source, username_prefix};
use eksamine_facts::eks::{IdentityProviderConfig, OidcConfig};
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;

/// Bindings shown.
const SHOWN: usize = 5;

pub(crate) fn subject(item: &Item<IdentityProviderConfig>) -> Subject {
    match item.known().peek().and_then(|config| config.oidc.peek()) {
        Some(oidc) => Subject::named(&oidc.arn, item.place()),
        None => Subject::of(item.place()),
    }
}

/// The names it gives; none once it is being deleted.
pub(crate) fn source(item: &Item<IdentityProviderConfig>) -> Result<Source, Unknown> {
    let oidc = item.get()?.oidc.get()?;
    if is_in_use(oidc)? { Source::oidc(oidc) } else { Ok(Source::default()) }
}

fn is_in_use(oidc: &OidcConfig) -> Result<bool, Unknown> {
    match oidc.status.get()?.as_str() {
        "ACTIVE" | "CREATING" => Ok(true),
        "DELETING" => Ok(false),
        other => Err(Unknown::because(format!("{other} is no status of an identity provider"))),
    }
}

pub(crate) fn outcome(item: &Item<IdentityProviderConfig>, world: &World, params: &Params) -> Result<Outcome, Unknown> {
    let oidc = item.get()?.oidc.get()?;
    let (name, issuer) = (oidc.name.get()?, oidc.issuer_url.get()?);
    let shown = |outcome: Outcome| {
        let fields = ["identityProviderConfigName", "issuerUrl", "status", "usernamePrefix", "groupsPrefix"];
        fields.into_iter().fold(outcome, |outcome, field| outcome.at(item.at(&format!("/oidc/{field}"))))
    };
    if !is_in_use(oidc)? {
        return Ok(shown(not_applicable(format!("the OIDC provider {name} ({issuer}) is being deleted"))));
    }
    if params.allowed_oidc_issuers.iter().any(|allowed| bare(allowed) == bare(issuer)) {
        let text = format!(
            "the OIDC provider {name} ({issuer}) is a second source of identities beside IAM, accepted by \
             allowed_oidc_issuers{}",
            names(oidc)
        );
        return Ok(shown(pass(text)));
    }
    let text = format!("the OIDC provider {name} lets in, past IAM, whom {issuer} vouches for{}", names(oidc));
    Ok(with_bindings(shown, &text, item, world))
}

/// An issuer as whoever wrote the list means it: a slash at the end, and capitals in the name of a host, make another
/// one to OIDC only.
fn bare(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let host = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let path = url[host..].find('/').map_or(url.len(), |path| host + path);
    format!("{}{}", url[..path].to_lowercase(), &url[path..])
}

/// What its users and groups are called, where that is known.
fn names(oidc: &OidcConfig) -> String {
    let user = Known::derived(|| username_prefix(oidc));
    let group =
        Known::derived(|| oidc.groups_prefix.declared().map(|p| p.map(ToString::to_string).unwrap_or_default()));
    let claim = Known::derived(|| oidc.groups_claim.declared().map(|c| c.map(ToString::to_string)));
    let text = |prefix: &str, of: &str| match prefix {
        "" => format!("; its {of} may have any name"),
        _ => format!("; its {of} begin with {prefix}"),
    };
    let users = user.peek().map(|prefix| text(prefix, "users")).unwrap_or_default();
    let groups = match claim.peek() {
        Some(None) => "; it gives no groups".to_owned(),
        _ => group.peek().map(|prefix| text(prefix, "groups")).unwrap_or_default(),
    };
    format!("{users}{groups}")
}

/// A failure with the bindings that give rights to names which it alone may give.
fn with_bindings(
    shown: impl Fn(Outcome) -> Outcome,
    text: &str,
    item: &Item<IdentityProviderConfig>,
    world: &World,
) -> Outcome {
    let source = Known::derived(|| source(item));
    let Some(source) = source.peek() else { return shown(fail(text)) };
    let mut titles = Vec::new();
    let mut places = Vec::new();
    for binding in &world.bindings {
        for named in binding.named.peek().into_iter().flatten() {
            if source.makes(named.who, &named.name) {
                titles.push(binding.title.clone());
                places.push(named.place.clone());
            }
        }
    }
    titles.dedup();
    let bound = match titles.len() {
        0 => "; 0 bindings name such a user or group".to_owned(),
        number => {
            format!("; {} for such users or groups: {}", count(number, "binding is", "bindings are"), list(titles))
        }
    };
    let outcome = shown(fail(format!("{text}{bound}")));
    places.into_iter().take(SHOWN).fold(outcome, |outcome, place| outcome.at(place))
}
