//! What makes further nodes: rows 3, 4 and 6.

use crate::Prospective;
use crate::world::{World, remark};
use eksamine_facts::derive::addresses::Network;
use eksamine_facts::derive::launch::{Assigns, launch_template};
use eksamine_facts::eks::{FargateProfile, Nodegroup};
use eksamine_facts::nodes::{ClassMeta, Ec2NodeClass, NodeClass, NodeClassStatus};
use eksamine_facts::{List, Text};
use eksamine_rule::prelude::*;
use std::collections::BTreeSet;

/// Node groups and the classes of node autoscalers.
pub(crate) struct Sources {
    groups: Vec<Item<Nodegroup>>,
    karpenter: Vec<Item<Ec2NodeClass>>,
    auto: Vec<Item<NodeClass>>,
}

/// One of them, in one shape for all.
struct Source {
    /// "node group blue"
    name: String,
    /// What it decides itself.
    assigns: Assigns,
    /// What says so: "its launch template lt-1 version 3".
    by: String,
    /// Where it says so.
    says: Option<String>,
    /// Its subnets with their places.
    subnets: Known<Vec<(Text, String)>>,
}

impl Sources {
    pub(crate) fn read(facts: &Facts<'_>) -> Self {
        Self { groups: facts.items().collect(), karpenter: facts.items().collect(), auto: facts.items().collect() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.groups.len() + self.karpenter.len() + self.auto.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `addressed`: whether there are nodes whose own words can be trusted instead of EC2's.
    pub(crate) fn judge_all(&self, world: &World<'_>, tally: &mut Tally, addressed: bool) {
        for item in &self.groups {
            let templates = Known::derived(|| Ok(item.get()?.launch_template.declared()?.is_some()));
            let templates = templates.peek() == Some(&true);
            tally.judge(item.subject(|g| &g.arn), || {
                concluded(world, addressed, templates, judge_nodegroup(world, item)?)
            });
        }
        for item in &self.karpenter {
            let subject =
                class_subject("karpenter.k8s.aws", "EC2NodeClass", &metadata(item, |c| &c.metadata), item.place());
            tally.judge(subject, || concluded(world, addressed, false, judge_source(world, &karpenter_class(item)?)?));
        }
        for item in &self.auto {
            let subject =
                class_subject("eks.amazonaws.com", "NodeClass", &metadata(item, |c| &c.metadata), item.place());
            tally.judge(subject, || concluded(world, addressed, false, judge_source(world, &auto_class(item)?)?));
        }
    }
}

fn metadata<T: eksamine_facts::Noun>(item: &Item<T>, of: impl Fn(&T) -> &Known<ClassMeta>) -> Known<Text> {
    Known::derived(|| of(item.get()?).get()?.name.get().cloned())
}

fn class_subject(group: &str, kind: &str, name: &Known<Text>, place: String) -> Subject {
    Subject::kubernetes((group, "v1", kind), None, name, place)
}

/// What came of a judgement.
enum Judged {
    Outcome(Outcome),
    /// It takes what EC2 would not tell, and `trust_node_addresses` excuses that.
    Lacking,
}

fn concluded(world: &World<'_>, addressed: bool, templates: bool, judged: Judged) -> Result<Outcome, Unknown> {
    if let Judged::Outcome(outcome) = judged {
        return Ok(outcome);
    }
    let lacking = world.lacking(templates);
    if !addressed {
        let nobody = "could not be read, and there is no node whose own words could be trusted instead";
        return Err(Unknown::because(format!("{} {nobody}", lacking.join(", "))));
    }
    remark(&world.remarks.excused);
    let text = "what its next nodes get is not judged: EC2 was not read, which trust_node_addresses excuses";
    let places = lacking.into_iter().map(|kind| format!("/facts/{kind}/status"));
    Ok(places.fold(not_applicable(text), Outcome::at))
}

fn judge_nodegroup(world: &World<'_>, item: &Item<Nodegroup>) -> Result<Judged, Unknown> {
    let group = item.get()?;
    let mut source = Source {
        name: format!("node group {}", group.name.get()?),
        assigns: Assigns::AsSubnet,
        by: String::new(),
        says: None,
        subnets: Known::derived(|| places(group.subnets.get()?, |at| item.at(&format!("/subnets/{at}")))),
    };
    if let Some(used) = group.launch_template.declared()? {
        let (id, version) = (used.id.get()?, used.version.get()?);
        let Some(found) = world.excusing(|| world.template(id, version))? else { return Ok(Judged::Lacking) };
        let Some(template) = found else { return Ok(Judged::Outcome(not_returned(item))) };
        source.assigns = launch_template(template.get()?)?;
        source.by = format!("its launch template {id} version {version}");
        source.says = match &source.assigns {
            Assigns::Yes(_, field) | Assigns::No(field) => Some(template.at(field)),
            Assigns::AsSubnet => None,
        };
    }
    judge_source(world, &source)
}

fn not_returned(item: &Item<Nodegroup>) -> Outcome {
    let text = "EC2 did not return its launch template: it was deleted, or is hidden by the account's managed resource \
                visibility. Does it give new nodes public addresses?";
    manual(text).at(item.at("/launchTemplate")).at("/facts/aws.ec2.launchtemplateversions/status")
}

fn karpenter_class(item: &Item<Ec2NodeClass>) -> Result<Source, Unknown> {
    let class = item.get()?;
    let name = format!("EC2NodeClass {}", class.metadata.get()?.name.get()?);
    let field = "/spec/associatePublicIPAddress";
    let decides = match class.spec.in_view()? {
        Some(spec) => spec.associate_public_ip_address.declared()?.copied(),
        None => None,
    };
    Ok(class_source(name, field, item.at(field), decides, &class.status, |at| {
        item.at(&format!("/status/subnets/{at}/id"))
    }))
}

fn auto_class(item: &Item<NodeClass>) -> Result<Source, Unknown> {
    let class = item.get()?;
    let name = format!("NodeClass {}", class.metadata.get()?.name.get()?);
    let field = "/spec/advancedNetworking/associatePublicIPAddress";
    let networking = match class.spec.in_view()? {
        Some(spec) => spec.advanced_networking.declared()?,
        None => None,
    };
    let decides = match networking {
        Some(networking) => networking.associate_public_ip_address.declared()?.copied(),
        None => None,
    };
    Ok(class_source(name, field, item.at(field), decides, &class.status, |at| {
        item.at(&format!("/status/subnets/{at}/id"))
    }))
}

fn class_source(
    name: String,
    field: &str,
    place: String,
    decides: Option<bool>,
    status: &Known<NodeClassStatus>,
    at: impl Fn(usize) -> String,
) -> Source {
    let assigns = match decides {
        Some(true) => Assigns::Yes(Network::Internet, field.to_owned()),
        Some(false) => Assigns::No(field.to_owned()),
        None => Assigns::AsSubnet,
    };
    let subnets = Known::derived(|| {
        let subnets = status.then(|s| s.subnets.get());
        let subnets = subnets.map_err(|u| Unknown::because(format!("which subnets {name} stands for: {u}")))?;
        subnets.iter().enumerate().map(|(n, s)| Ok((s.then(|s| s.id.get().cloned())?, at(n)))).collect()
    });
    let by = field.trim_start_matches('/').replace('/', ".");
    Source { name, assigns, by, says: decides.map(|_| place), subnets }
}

fn places(subnets: &List<Text>, at: impl Fn(usize) -> String) -> Result<Vec<(Text, String)>, Unknown> {
    Ok(subnets.all_known()?.into_iter().enumerate().map(|(number, id)| (id.clone(), at(number))).collect())
}

/// What a machine that starts in a subnet gets there.
#[derive(Clone)]
enum Gets {
    Nothing,
    /// An address without a way in: no default route leads to an internet gateway.
    Unserved,
    /// An address that VPC Block Public Access cuts off.
    CutOff,
    /// A public address; where to see why.
    Public(Vec<String>),
}

/// Subnets in which machines get addresses that do not count.
#[derive(Default)]
struct Harmless<'s> {
    unserved: BTreeSet<&'s str>,
    cut_off: BTreeSet<&'s str>,
}

fn judge_source(world: &World<'_>, source: &Source) -> Result<Judged, Unknown> {
    if let Assigns::No(_) = source.assigns {
        let text = format!("{} gives its nodes no public address: {} says so", source.name, source.by);
        return Ok(Judged::Outcome(source.says.iter().fold(pass(text), |outcome, place| outcome.at(place))));
    }
    let itself = match source.assigns {
        // Only what an internet gateway serves can be cut off from it.
        Assigns::Yes(network, _) if network == Network::Carrier || !world.params.honour_vpc_bpa => {
            return Ok(prospect(world, source, &BTreeSet::new(), Vec::new()));
        }
        Assigns::Yes(..) => true,
        _ => false,
    };
    let (mut public, mut harmless, mut places) = (BTreeSet::new(), Harmless::default(), Vec::new());
    let (mut rest, mut lacking) = (Ok(()), false);
    for (subnet, place) in source.subnets.get()? {
        match world.excusing(|| gets(world, subnet, itself)) {
            Ok(Some(Gets::Nothing)) => {}
            Ok(Some(Gets::Unserved)) => drop(harmless.unserved.insert(subnet.as_str())),
            Ok(Some(Gets::CutOff)) => drop(harmless.cut_off.insert(subnet.as_str())),
            Ok(Some(Gets::Public(why))) => {
                public.insert(subnet.as_str());
                places.push(place.clone());
                places.extend(why);
            }
            Ok(None) => lacking = true,
            Err(unknown) => rest = rest.and(Err(unknown)),
        }
    }
    if !public.is_empty() {
        return Ok(prospect(world, source, &public, places));
    }
    rest?;
    if lacking {
        return Ok(Judged::Lacking);
    }
    if !(harmless.unserved.is_empty() && harmless.cut_off.is_empty()) {
        remark(&world.remarks.harmless);
    }
    Ok(Judged::Outcome(clean(source, itself, &harmless)))
}

fn gets(world: &World<'_>, id: &Text, itself: bool) -> Result<Gets, Unknown> {
    let mut why = Vec::new();
    if !itself {
        let subnet = world.subnet(id)?;
        if !*subnet.get()?.map_public_ip_on_launch.get()? {
            return Ok(Gets::Nothing);
        }
        let Some(route) = world.public_route(id)? else { return Ok(Gets::Unserved) };
        why = vec![subnet.at("/MapPublicIpOnLaunch"), route.place];
    }
    if world.is_cut_off(&Known::value(id.clone()))? {
        return Ok(Gets::CutOff);
    }
    Ok(Gets::Public(why))
}

/// Rows 3 and 4.
fn prospect(world: &World<'_>, source: &Source, public: &BTreeSet<&str>, places: Vec<String>) -> Judged {
    let list = list(public);
    let why = match source.assigns {
        Assigns::Yes(..) if list.is_empty() => format!("{} says so", source.by),
        Assigns::Yes(..) => format!("{} says so, in {list}", source.by),
        _ => format!("it leaves that to its subnets, and these are public and assign them: {list}"),
    };
    let of_carrier = matches!(source.assigns, Assigns::Yes(Network::Carrier, _));
    let addresses = if of_carrier { "addresses of the carrier" } else { "public addresses" };
    let text = format!("{} gives its next nodes {addresses}: {why}", source.name);
    let outcome = match world.params.prospective {
        Prospective::Manual => manual(format!("{text}. Is that meant?")),
        _ => fail(text),
    };
    let outcome = source.says.iter().chain(&places).fold(outcome, |outcome, place| outcome.at(place));
    Judged::Outcome(if of_carrier { outcome } else { world.noting_options(outcome) })
}

fn clean(source: &Source, itself: bool, harmless: &Harmless<'_>) -> Outcome {
    let mut reasons = Vec::new();
    if !harmless.unserved.is_empty() {
        let list = list(&harmless.unserved);
        reasons.push(format!("no default route of these subnets leads to an internet gateway: {list}"));
    }
    if !harmless.cut_off.is_empty() {
        reasons.push(format!("VPC Block Public Access cuts off {}", list(&harmless.cut_off)));
    }
    let by = if itself { format!(", as {} says", source.by) } else { String::new() };
    let text = if reasons.is_empty() {
        format!("none of the subnets of {} is public and assigns public addresses", source.name)
    } else {
        let reasons = reasons.join("; ");
        format!("{} gives its next nodes public addresses{by}, and the internet reaches none: {reasons}", source.name)
    };
    let places = source.says.iter().chain(source.subnets.peek().into_iter().flatten().map(|(_, place)| place));
    places.fold(pass(text), |outcome, place| outcome.at(place))
}

fn list(subnets: &BTreeSet<&str>) -> String {
    subnets.iter().copied().collect::<Vec<_>>().join(", ")
}

/// Row 6: Fargate asks for private subnets; a public one is not explained.
pub(crate) fn judge_profiles(world: &World<'_>, tally: &mut Tally, profiles: &[Item<FargateProfile>], addressed: bool) {
    for item in profiles {
        tally.judge(item.subject(|p| &p.arn), || concluded(world, addressed, false, judge_profile(world, item)?));
    }
}

fn judge_profile(world: &World<'_>, item: &Item<FargateProfile>) -> Result<Judged, Unknown> {
    let profile = item.get()?;
    let name = profile.name.get()?;
    let (mut all, mut public, mut routes) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut lacking = false;
    for (number, subnet) in profile.subnets.get()?.iter().enumerate() {
        let subnet = subnet.get()?;
        all.insert(subnet.as_str());
        let Some(route) = world.excusing(|| world.public_route(subnet))? else {
            lacking = true;
            continue;
        };
        if let Some(route) = route {
            public.insert(subnet.as_str());
            routes.extend([item.at(&format!("/subnets/{number}")), route.place]);
        }
    }
    if public.is_empty() && lacking {
        return Ok(Judged::Lacking);
    }
    if public.is_empty() {
        let text = format!("no internet gateway serves the subnets of Fargate profile {name}: {}", list(&all));
        return Ok(Judged::Outcome(pass(text).at(item.at("/subnets"))));
    }
    let text = format!(
        "Fargate profile {name} names subnets whose default route leads to an internet gateway ({}), and Fargate takes \
         private ones only. Were they made public later?",
        list(&public)
    );
    Ok(Judged::Outcome(routes.into_iter().fold(manual(text), Outcome::at)))
}
