//! What makes further nodes, and who will reach the metadata service of those. A NodeClass of Auto Mode has no such
//! setting: of its nodes, those that are there tell.

use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::derive::imds::{Reach, of_class, of_template};
use eksamine_facts::derive::launch;
use eksamine_facts::ec2::LaunchTemplateVersion;
use eksamine_facts::eks::Nodegroup;
use eksamine_facts::nodes::Ec2NodeClass;
use eksamine_rule::prelude::*;

/// Fields of a launch template and of an EC2NodeClass that decide.
const TEMPLATE: [&str; 3] = ["HttpEndpoint", "HttpTokens", "HttpPutResponseHopLimit"];
const CLASS: [&str; 3] = ["httpEndpoint", "httpTokens", "httpPutResponseHopLimit"];

pub(crate) fn judge(world: &World<'_>, tally: &mut Tally) {
    let mut templates = None;
    for item in world.facts.items::<Nodegroup>() {
        tally.judge(item.subject(|g| &g.arn), || {
            let group = item.get()?;
            let Some(used) = group.launch_template.declared()? else { return without_template(world, &item, group) };
            let all: &Vec<_> = templates.get_or_insert_with(|| world.facts.items().collect());
            with_template(world, &item, all, (used.id.get()?, used.version.get()?))
        });
    }
    for item in world.facts.items::<Ec2NodeClass>() {
        let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
        let subject = Subject::kubernetes(("karpenter.k8s.aws", "v1", "EC2NodeClass"), None, &name, item.place());
        tally.judge(subject, || {
            let source = format!("the EC2NodeClass {}", name.get()?);
            let outcome = outcome(&source, &of_class(item.get()?)?);
            Ok(CLASS.iter().fold(outcome, |o, field| o.at(item.at(&format!("/spec/metadataOptions/{field}")))))
        });
    }
}

fn outcome(source: &str, reach: &Reach) -> Outcome {
    match reach {
        Reach::Nobody => pass(format!("{source} turns the instance metadata service of its next nodes off")),
        Reach::Host | Reach::Changing => {
            pass(format!("{source} closes the instance metadata service of its next nodes to pods"))
        }
        Reach::Pods(why) => manual(format!(
            "{source} opens the instance metadata service of its next nodes to pods ({why}): is everything that will run \
             there meant to have the role of the node?"
        )),
    }
}

fn with_template(
    world: &World<'_>,
    item: &Item<Nodegroup>,
    all: &[Item<LaunchTemplateVersion>],
    (id, version): (&Text, &Text),
) -> Result<Outcome, Unknown> {
    let name = item.get()?.name.get()?;
    let Some(template) = template(world, all, id, version)? else {
        let text = format!(
            "EC2 did not return the launch template of the node group {name}: it was deleted, or is hidden by the account's \
             managed resource visibility. Will pods reach the instance metadata service of its next nodes?"
        );
        return Ok(manual(text).at(item.at("/launchTemplate")).at("/facts/aws.ec2.launchtemplateversions/status"));
    };
    let places = TEMPLATE.map(|field| template.at(&format!("/LaunchTemplateData/MetadataOptions/{field}")));
    let Some(reach) = of_template(template.get()?)? else {
        let says = format!("the launch template {id} version {version} leaves that to the image and the account");
        let outcome = silent(world, name, &says, None)?.at(item.at("/launchTemplate"));
        return Ok(places.into_iter().fold(outcome, Outcome::at));
    };
    let source = format!("the node group {name}, by its launch template {id} version {version},");
    Ok(places.into_iter().fold(outcome(&source, &reach), Outcome::at))
}

/// What EKS gives the nodes of a group without a launch template (EKS user guide, "Upgrade from Amazon Linux 2 to Amazon
/// Linux 2023"). Of other images it does not say.
fn without_template(world: &World<'_>, item: &Item<Nodegroup>, group: &Nodegroup) -> Result<Outcome, Unknown> {
    let (name, image) = (group.name.get()?, group.ami_type.get()?);
    let known = match image.as_str() {
        image if image.starts_with("AL2023_") => Some(Reach::Host),
        image if image.starts_with("AL2_") => {
            Some(Reach::Pods("EKS starts Amazon Linux 2 so: HttpTokens is optional and the hop limit is 2".to_owned()))
        }
        _ => None,
    };
    let says = match known {
        Some(_) => "it has no launch template".to_owned(),
        None => format!("it has no launch template, and EKS does not tell what it gives images of the type {image}"),
    };
    Ok(silent(world, name, &says, known)?.at(item.at("/amiType")).at(item.at("/launchTemplate")))
}

/// Nodes that are there tell what the next ones will be like; without any, what is known of the image.
fn silent(world: &World<'_>, group: &Text, says: &str, known: Option<Reach>) -> Result<Outcome, Unknown> {
    if *world.nodes.has_group(group).get()? {
        return Ok(not_applicable(format!("the next nodes of the node group {group} will be as those that are there")));
    }
    let source = format!("the node group {group}, by the default of EKS for its image,");
    Ok(known.map_or_else(
        || {
            manual(format!(
                "the node group {group} has no nodes that tell what its next ones will be like: {says}. Will pods reach the \
                 instance metadata service there?"
            ))
        },
        |reach| outcome(&source, &reach),
    ))
}

/// A version of a launch template; `None` when EC2 did not return it.
fn template<'t>(
    world: &World<'_>,
    all: &'t [Item<LaunchTemplateVersion>],
    id: &Text,
    version: &Text,
) -> Result<Option<&'t Item<LaunchTemplateVersion>>, Unknown> {
    let template_of = |item: &Item<LaunchTemplateVersion>| Known::derived(|| item.get()?.template_id.get().cloned());
    let its_own = all.iter().filter(|item| template_of(item).peek().is_some_and(|of| *of == *id));
    let found = Known::derived(|| launch::version(version, its_own, |item| item.get()));
    let nameless = all.iter().any(|item| template_of(item).peek().is_none());
    if nameless && (*version == *"$Latest" || matches!(found.peek(), Some(None))) {
        return Err(Unknown::because(format!("{id} version {version} may be one whose template is not known")));
    }
    // One that was not read may be the one, or a later one.
    if version.starts_with('$') || matches!(found.peek(), Some(None)) {
        world.facts.complete::<LaunchTemplateVersion>()?;
    }
    found.get().copied()
}
