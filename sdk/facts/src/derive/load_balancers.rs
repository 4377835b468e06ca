//! Load balancers and the Kubernetes objects that they serve: whoever makes a load balancer for an object writes its
//! hostname into the object's status.

use super::index::Index;
use crate::ec2::Tag;
use crate::{Known, List, Text, Unknown};
use std::collections::BTreeMap;

/// A hostname in the form in which names are compared: lower case, without a final dot and without `dualstack.`, which
/// answers for the same load balancer.
#[must_use]
pub fn hostname(text: &str) -> Text {
    let lower = text.trim_end_matches('.').to_ascii_lowercase();
    Text::new(lower.strip_prefix("dualstack.").unwrap_or(&lower))
}

/// Load balancers by DNS name, each with the objects that name it. Both are known by their place in what was given.
#[derive(Debug, Clone)]
pub struct Serving {
    names: Index<usize>,
    objects: BTreeMap<usize, Vec<usize>>,
    /// Objects whose hostnames are not known, which may name any.
    doubtful: bool,
}

impl Serving {
    /// Joins the DNS names of load balancers with the hostnames in the status of objects.
    pub fn new<'n>(
        dns_names: impl IntoIterator<Item = Known<Text>>,
        hostnames: impl IntoIterator<Item = &'n Known<Vec<Text>>>,
    ) -> Self {
        let compared = |name: Known<Text>| Known::derived(|| Ok(hostname(name.get()?)));
        let names = Index::new(dns_names.into_iter().enumerate().map(|(place, name)| (compared(name), place)));
        let mut serving = Self { names, objects: BTreeMap::new(), doubtful: false };
        for (object, hosts) in hostnames.into_iter().enumerate() {
            match hosts.peek() {
                Some(hosts) => serving.add(object, hosts),
                None => serving.doubtful = true,
            }
        }
        serving
    }

    fn add(&mut self, object: usize, hosts: &[Text]) {
        for host in hosts {
            let Some(&balancer) = self.names.seen(&hostname(host)) else { continue };
            let objects = self.objects.entry(balancer).or_default();
            // One object may name a load balancer twice, with `dualstack.` and without.
            if objects.last() != Some(&object) {
                objects.push(object);
            }
        }
    }

    /// The load balancer of that hostname, or `None` when it is not among these.
    ///
    /// # Errors
    /// [`Unknown`] when it is not among those whose DNS name is known, and the name of some is not.
    pub fn find(&self, host: &str) -> Result<Option<usize>, Unknown> {
        self.names.find(&hostname(host)).map(Option::<&usize>::copied)
    }

    /// Load balancers that some object names, with these objects.
    pub fn named(&self) -> impl Iterator<Item = (usize, &[usize])> {
        self.objects.iter().map(|(balancer, objects)| (*balancer, objects.as_slice()))
    }

    /// Whether no object names that load balancer; `None` when one whose hostnames are not known may.
    #[must_use]
    pub fn is_orphan(&self, balancer: usize) -> Option<bool> {
        match (self.objects.contains_key(&balancer), self.doubtful) {
            (true, _) => Some(false),
            (false, doubtful) => (!doubtful).then_some(true),
        }
    }
}

/// Tag keys whose value is the name of the cluster: the AWS Load Balancer Controller's and EKS Auto Mode's.
const NAMING: [&str; 2] = ["elbv2.k8s.aws/cluster", "eks:eks-cluster-name"];

/// The key of the tag that says that a load balancer was made for a cluster of that name. (A name: another account's or a
/// cluster long gone may have had it.)
///
/// # Errors
/// [`Unknown`] when no tag that can be read says so, and some cannot be read.
pub fn tagged_for<'t>(tags: &'t List<Tag>, cluster: &str) -> Result<Option<&'t Text>, Unknown> {
    let mut rest = Ok(());
    for tag in tags.iter() {
        match names(tag, cluster) {
            Ok(Some(key)) => return Ok(Some(key)),
            Ok(None) => {}
            Err(unknown) => rest = rest.and(Err(unknown)),
        }
    }
    rest.map(|()| None)
}

fn names<'t>(tag: &'t Known<Tag>, cluster: &str) -> Result<Option<&'t Text>, Unknown> {
    let tag = tag.get()?;
    let key = tag.key.get()?;
    // The cloud provider's own tag, whose value says whether the cluster shares the thing.
    let by_key = key.strip_prefix("kubernetes.io/cluster/") == Some(cluster);
    let by_value = NAMING.contains(&key.as_str()) && tag.value.declared()?.is_some_and(|value| *value == *cluster);
    Ok((by_key || by_value).then_some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[&str]) -> Vec<Known<Text>> {
        names.iter().map(|name| Known::value(Text::new(name))).collect()
    }

    fn hosts(hosts: &[&str]) -> Known<Vec<Text>> {
        Known::value(hosts.iter().map(Text::new).collect())
    }

    fn lost<T>() -> Known<T> {
        Known::derived(|| Err(Unknown::because("lost")))
    }

    #[test]
    fn names_are_compared_without_what_does_not_tell_them_apart() {
        assert_eq!(hostname("K8s-Shop-1.elb.eu-west-1.amazonaws.com."), "k8s-shop-1.elb.eu-west-1.amazonaws.com");
        assert_eq!(hostname("DualStack.k8s-shop-1.elb.amazonaws.com"), "k8s-shop-1.elb.amazonaws.com");
        assert_eq!(hostname("dualstacked.elb.amazonaws.com"), "dualstacked.elb.amazonaws.com");
    }

    #[test]
    fn a_group_of_ingresses_shares_one_load_balancer() {
        let objects = [hosts(&["dualstack.A.aws"]), hosts(&[]), hosts(&["a.aws", "dualstack.a.aws"])];
        let serving = Serving::new(known(&["A.aws", "b.aws"]), &objects);
        assert_eq!(serving.named().collect::<Vec<_>>(), [(0, &[0, 2][..])]);
        assert_eq!((serving.find("a.AWS"), serving.find("c.aws")), (Ok(Some(0)), Ok(None)));
        assert_eq!((serving.is_orphan(0), serving.is_orphan(1)), (Some(false), Some(true)));
    }

    #[test]
    fn one_object_may_name_several_load_balancers() {
        let objects = [hosts(&["alb.aws", "nlb.aws", "gone.aws"])];
        let serving = Serving::new(known(&["nlb.aws", "alb.aws"]), &objects);
        assert_eq!(serving.named().collect::<Vec<_>>(), [(0, &[0][..]), (1, &[0][..])]);
    }

    #[test]
    fn what_is_not_known_may_be_any() {
        let nameless = Serving::new([known(&["a.aws"]), vec![lost()]].concat(), &[hosts(&["b.aws"])]);
        assert_eq!(nameless.find("a.aws"), Ok(Some(0)));
        assert!(nameless.find("b.aws").is_err());
        let doubtful = Serving::new(known(&["a.aws", "b.aws"]), &[hosts(&["a.aws"]), lost()]);
        assert_eq!((doubtful.is_orphan(0), doubtful.is_orphan(1)), (Some(false), None));
    }

    #[test]
    fn three_tags_tell_whose_a_load_balancer_is() {
        let tags = |json: &str| serde_json::from_str::<Known<List<Tag>>>(json).expect("JSON");
        let key = |json: &str| tags(json).get().and_then(|t| Ok(tagged_for(t, "prod")?.cloned()));
        let owned = r#"[{"Key":"kubernetes.io/service-name","Value":"a/b"},{"Key":"kubernetes.io/cluster/prod","Value":"owned"}]"#;
        assert_eq!(key(owned), Ok(Some(Text::new("kubernetes.io/cluster/prod"))));
        for name in NAMING {
            assert_eq!(key(&format!(r#"[{{"Key":"{name}","Value":"prod"}}]"#)), Ok(Some(Text::new(name))));
            assert_eq!(key(&format!(r#"[{{"Key":"{name}","Value":"prod2"}}]"#)), Ok(None));
        }
        assert_eq!(key(r#"[{"Key":"kubernetes.io/cluster/prod2","Value":"owned"}]"#), Ok(None));
        assert!(key(r#"[{"Key":7,"Value":"prod"}]"#).is_err());
    }
}
