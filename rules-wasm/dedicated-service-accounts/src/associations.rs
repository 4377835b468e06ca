//! Row 2 by EKS Pod Identity: associations of default service accounts.

use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::eks::PodIdentityAssociation;
use eksamine_rule::prelude::*;

/// A finding for each that is of a default service account, or of which that is not known.
pub(crate) fn judge(world: &World<'_>, tally: &mut Tally) {
    for item in &world.associations {
        let account = Known::derived(|| item.get()?.service_account.get().cloned());
        let readable = Known::derived(|| read(item)).peek().is_some();
        if readable && account.peek().is_some_and(|account| *account != "default") {
            continue;
        }
        tally.judge(item.subject(|a| &a.arn), || {
            if *account.get()? != "default" {
                read(item)?;
            }
            let text = |known: &Known<Text>| known.peek().map_or_else(|| "?".to_owned(), ToString::to_string);
            let association = item.get()?;
            // That there is one decides; which one, is for the reader.
            let role = Known::derived(|| role(association).map(|(role, field)| (role.to_string(), field)));
            let (role, field) =
                role.peek().cloned().unwrap_or_else(|| ("a role that is not known".to_owned(), "/roleArn"));
            let text = format!(
                "an association gives the IAM role {role} to the service account default of {}: every pod gets it that \
                 names no service account",
                text(&association.namespace)
            );
            Ok(fail(text).at(item.at("/serviceAccount")).at(item.at(field)))
        });
    }
}

/// What an association says, as far as sharing of roles depends on it.
pub(crate) fn read(item: &Item<PodIdentityAssociation>) -> Result<(Text, Text, Text, String), Unknown> {
    let association = item.get()?;
    let (role, field) = role(association)?;
    let (namespace, account) = (association.namespace.get()?, association.service_account.get()?);
    Ok((namespace.clone(), account.clone(), role.clone(), item.at(field)))
}

/// The role whose credentials the pod gets, and the field that names it.
fn role(association: &PodIdentityAssociation) -> Result<(&Text, &'static str), Unknown> {
    match association.target_role_arn.declared()? {
        Some(target) => Ok((target, "/targetRoleArn")),
        None => Ok((association.role_arn.get()?, "/roleArn")),
    }
}
