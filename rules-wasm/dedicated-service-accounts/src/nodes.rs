//! Row 6: who reaches the instance metadata service of each node.

use crate::Answer;
use crate::pods::Pods;
use crate::tenants::Tenants;
use crate::words::list;
use crate::world::World;
use eksamine_facts::Text;
use eksamine_facts::derive::addresses::is_gone;
use eksamine_facts::derive::imds::{Reach, of_instance};
use eksamine_facts::derive::index::Index;
use eksamine_facts::derive::node::{Machine, Origin, machine, origin};
use eksamine_facts::ec2::Instance;
use eksamine_facts::nodes::Node;
use eksamine_rule::prelude::*;
use eksamine_rule::words::count;
use std::collections::BTreeMap;

/// What there is behind a node.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Fargate,
    Hybrid,
    /// An instance that is being terminated.
    Gone(Text),
    /// An instance that EC2 did not answer with.
    NotReturned(Text),
    /// An instance with its place in the facts.
    Instance {
        id: Text,
        at: String,
        reach: Reach,
    },
}

struct Spot {
    item: Item<Node>,
    name: Known<Text>,
    place: Known<Place>,
    /// Whether only EC2's silence keeps the place from being known.
    unread: bool,
}

/// The nodes with what is behind them.
pub(crate) struct Nodes {
    spots: Vec<Spot>,
    by_name: BTreeMap<Text, usize>,
}

impl Nodes {
    pub(crate) fn read(facts: &Facts<'_>) -> Self {
        let instances = std::cell::OnceCell::new();
        let find = |id: &Text| {
            let index = instances.get_or_init(|| {
                let id = |item: &Item<Instance>| Known::derived(|| item.get()?.id.get().cloned());
                Index::new(facts.items::<Instance>().map(|item| (id(&item), item)))
            });
            if index.seen(id).is_none() {
                facts.complete::<Instance>()?;
            }
            behind(index, id)
        };
        let spot = |item: Item<Node>| {
            let name = Known::derived(|| item.get()?.metadata.get()?.name.get().cloned());
            let machine = Known::derived(|| machine(item.get()?));
            let place = Known::derived(|| match machine.get()? {
                Machine::Fargate => Ok(Place::Fargate),
                Machine::Hybrid => Ok(Place::Hybrid),
                Machine::Instance(id) => find(id),
            });
            let index = instances.get();
            let missed = |id: &Text| index.is_some_and(|index: &Index<Item<Instance>>| index.seen(id).is_none());
            let unread = place.peek().is_none()
                && matches!(machine.peek(), Some(Machine::Instance(id)) if missed(id))
                && facts.whole::<Instance>().peek().is_none();
            Spot { item, name, place, unread }
        };
        let spots: Vec<Spot> = facts.items::<Node>().map(spot).collect();
        let names = spots.iter().enumerate().filter_map(|(index, spot)| Some((spot.name.peek()?.clone(), index)));
        Self { by_name: names.collect(), spots }
    }

    /// What is behind the node of that name; `None` when none is known by it.
    pub(crate) fn place(&self, name: &Text) -> Option<&Known<Place>> {
        self.by_name.get(name).map(|index| &self.spots[*index].place)
    }

    /// Whether the names of all are known.
    pub(crate) fn are_named(&self) -> bool {
        self.spots.iter().all(|spot| spot.name.peek().is_some())
    }

    /// Where it stands whether the metadata service of a node is on.
    pub(crate) fn endpoint(&self, name: &str) -> Option<String> {
        match self.place(&Text::new(name))?.peek()? {
            Place::Instance { at, .. } => Some(format!("{at}/MetadataOptions/HttpEndpoint")),
            _ => None,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether a managed node group has nodes, as far as that is known.
    pub(crate) fn has_group(&self, name: &Text) -> Known<bool> {
        eksamine_facts::derive::any(self.spots.iter().map(|spot| {
            Known::derived(|| Ok(matches!(origin(spot.item.get()?)?, Origin::Nodegroup(group) if group == *name)))
        }))
    }
}

fn behind(instances: &Index<Item<Instance>>, id: &Text) -> Result<Place, Unknown> {
    let Some(item) = instances.find(id)? else { return Ok(Place::NotReturned(id.clone())) };
    let instance = item.get()?;
    let of_it = |why: Unknown| Unknown::because(format!("{id}: {why}"));
    if is_gone(instance).map_err(of_it)? {
        return Ok(Place::Gone(id.clone()));
    }
    let reach = instance.metadata_options.get().and_then(of_instance).map_err(of_it)?;
    Ok(Place::Instance { id: id.clone(), at: item.place(), reach })
}

/// A finding for each node.
pub(crate) fn judge(world: &World<'_>, pods: &Pods, tally: &mut Tally, cluster: &dyn Fn() -> Subject) {
    let unread = world.nodes.spots.iter().filter(|spot| spot.unread).count();
    if unread > 0 {
        tally.judge(cluster(), || {
            let nodes = match unread {
                1 => "1 node is an EC2 instance".to_owned(),
                n => format!("{n} nodes are EC2 instances"),
            };
            let text = "whether pods reach the instance metadata service there only EC2 tells";
            let why = world.facts.complete::<Instance>().err();
            let why = why.map_or_else(|| "instances were not read".to_owned(), |why| why.to_string());
            Err(Unknown::because(format!("{why}, and {nodes}: {text}")))
        });
    }
    for spot in world.nodes.spots.iter().filter(|spot| !spot.unread) {
        let subject = Subject::kubernetes(("", "v1", "Node"), None, &spot.name, spot.item.place());
        tally.judge(subject, || {
            let tenants = spot.name.peek().and_then(|name| pods.tenants.get(name));
            spot.judge(world.params.imds_reachable, tenants)
        });
    }
}

impl Spot {
    fn judge(&self, reachable: Answer, tenants: Option<&Tenants>) -> Result<Outcome, Unknown> {
        let (id, at, reach) = match self.place.get()? {
            Place::Fargate => {
                let text = "Fargate gives its pods no instance metadata service";
                return Ok(pass(text).at(self.item.at("/spec/providerID")));
            }
            Place::Hybrid => {
                let text = "a hybrid node is no EC2 instance, and has no instance metadata service";
                return Ok(pass(text).at(self.item.at("/spec/providerID")));
            }
            Place::Gone(id) => {
                let text = format!("{id} is being terminated");
                return Ok(not_applicable(text).at(self.item.at("/spec/providerID")));
            }
            Place::NotReturned(id) => {
                let text = format!(
                    "EC2 did not return {id}: it was terminated meanwhile, belongs to another account, or is hidden by the \
                     account's managed resource visibility. Do pods reach its instance metadata service?"
                );
                let outcome = manual(text).at(self.item.at("/spec/providerID"));
                return Ok(outcome.at("/facts/aws.ec2.instances/status"));
            }
            Place::Instance { id, at, reach } => (id, at, reach),
        };
        let whose = origin(self.item.get()?).map(|origin| format!("{id} ({origin})"))?;
        let option = |name: &str| format!("{at}/MetadataOptions/{name}");
        Ok(match reach {
            Reach::Nobody => {
                pass(format!("the instance metadata service of {whose} is off")).at(option("HttpEndpoint"))
            }
            Reach::Host => {
                let text = format!(
                    "the instance metadata service of {whose} is closed to pods: it wants tokens, and lets them travel one hop"
                );
                pass(text).at(option("HttpTokens")).at(option("HttpPutResponseHopLimit"))
            }
            Reach::Changing => {
                let text = format!(
                    "the metadata options of {whose} are being changed: do pods reach its instance metadata service when that \
                     is done?"
                );
                manual(text).at(option("State"))
            }
            Reach::Pods(why) => {
                let outcome = self.open(&whose, why, reachable, tenants)?;
                ["HttpTokens", "HttpPutResponseHopLimit", "HttpProtocolIpv6"]
                    .into_iter()
                    .fold(outcome, |outcome, name| outcome.at(option(name)))
            }
        })
    }

    fn open(&self, whose: &str, why: &str, reachable: Answer, tenants: Option<&Tenants>) -> Result<Outcome, Unknown> {
        self.name.get()?;
        let text =
            format!("pods reach the instance metadata service of {whose}, and with it the role of the node ({why})");
        let Some(tenants) = tenants.filter(|tenants| tenants.pods.pods > 0) else {
            if let Some(doubt) = tenants.and_then(|tenants| tenants.doubt.as_ref()) {
                return Err(Unknown::because(doubt.clone()));
            }
            let text = format!(
                "{text}; every pod that runs there has an IAM role of its own, or is exempt. Should it be closed to what comes \
                 next?"
            );
            return Ok(manual(text).at(self.item.at("/spec/providerID")));
        };
        let pods = tenants.pods.pods;
        let run = if pods == 1 { "runs" } else { "run" };
        let mut text = format!(
            "{text}, and {} without an IAM role of {} own {run} there: {}",
            count(pods, "pod", "pods"),
            if pods == 1 { "its" } else { "their" },
            list(tenants.workloads.iter().cloned())
        );
        if tenants.with_account > 0 {
            let those = match tenants.with_account {
                1 if pods == 1 => "its service account has a role".to_owned(),
                1 => "the service account of 1 of them has a role".to_owned(),
                n => format!("the service accounts of {n} of them have roles"),
            };
            text = format!("{text}; {those}, which not every container of the pod has got");
        }
        let question = if pods == 1 { "Is it meant to have that role?" } else { "Are they meant to have that role?" };
        let outcome = reachable.outcome(&text, question).at(self.item.at("/spec/providerID"));
        let outcome = tenants.pods.example.iter().fold(outcome, |outcome, (_, place)| outcome.at(place.as_str()));
        Ok(tenants.guards.iter().fold(outcome, |outcome, (title, (pods, place))| {
            let pods = if *pods == 1 { "1 of these pods".to_owned() } else { format!("{pods} of these pods") };
            outcome.noting(
                place.as_str(),
                format!("the NetworkPolicy {title} keeps {pods} from 169.254.169.254, if it is enforced there"),
            )
        }))
    }
}
