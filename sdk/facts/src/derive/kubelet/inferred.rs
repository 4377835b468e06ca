//! What a kubelet does as long as nobody told it otherwise, from the image that its node started from.

use crate::derive::index::Index;
use crate::derive::launch;
use crate::derive::node::{Origin, label, origin};
use crate::ec2::LaunchTemplateVersion;
use crate::eks::{LaunchTemplate, Nodegroup};
use crate::nodes::Node;
use crate::{Known, Text, Unknown};

/// Label that EKS sets on nodes of groups with a launch template of the user's.
const TEMPLATE_VERSION: &str = "eks.amazonaws.com/sourceLaunchTemplateVersion";

/// Where EKS optimized Linux images keep the authority of the cluster (amazon-eks-ami, nodeadm; Bottlerocket,
/// kubelet-config).
const CLIENT_CA: &str = "/etc/kubernetes/pki/ca.crt";

/// An image whose kubelet configuration its vendor publishes, started by a node group without user data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// `AL2023_x86_64_STANDARD`, …
    pub ami_type: Text,
    /// Name of the node group.
    pub nodegroup: Text,
    /// Id and version of the launch template, if the node group has one of its user's.
    pub template: Option<(Text, Text)>,
    /// The kubelet's `clientCAFile`.
    pub client_ca: &'static str,
    /// The kubelet's `readOnlyPort`.
    pub read_only_port: i64,
}

/// What can be inferred of a node's kubelet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inferred {
    /// The defaults of an image.
    Stock(Stock),
    /// Nothing, for this reason.
    Nothing(String),
}

/// What the image of a node makes of its kubelet, as long as nothing else configures it. `groups`: all node groups by
/// name; `templates`: all versions of launch templates; the second of each is whether these are all.
///
/// # Errors
/// [`Unknown`] when something that decides could not be read.
pub fn infer(
    node: &Node,
    groups: (&Index<Known<Nodegroup>>, &Known<()>),
    templates: (&[Known<LaunchTemplateVersion>], &Known<()>),
) -> Result<Inferred, Unknown> {
    let name = match origin(node)? {
        Origin::Nodegroup(name) => name,
        other => return nothing(format!("the node belongs to no managed node group ({other})")),
    };
    let (groups, all_groups) = groups;
    let Some(group) = groups.find(&name)? else {
        all_groups.get()?;
        return nothing(format!("EKS knows no node group {name}"));
    };
    let group = group.get()?;
    let ami_type = group.ami_type.get()?;
    if !["AL2_", "AL2023_", "BOTTLEROCKET_"].iter().any(|family| ami_type.starts_with(family)) {
        return nothing(match ami_type.as_str() {
            "CUSTOM" => format!("node group {name} starts an image of its user's"),
            _ => format!("the kubelet configuration of images of type {ami_type} is published nowhere"),
        });
    }
    let template = match group.launch_template.declared()? {
        None => None,
        Some(template) => match stock_template(node, &name, template, templates)? {
            Ok(template) => Some(template),
            Err(why) => return nothing(why),
        },
    };
    let (ami_type, nodegroup) = (ami_type.clone(), name);
    Ok(Inferred::Stock(Stock { ami_type, nodegroup, template, client_ca: CLIENT_CA, read_only_port: 0 }))
}

fn nothing(why: String) -> Result<Inferred, Unknown> {
    Ok(Inferred::Nothing(why))
}

/// Id and version of a launch template that leaves kubelets alone, or why it does not.
fn stock_template(
    node: &Node,
    group: &str,
    named: &LaunchTemplate,
    (templates, all): (&[Known<LaunchTemplateVersion>], &Known<()>),
) -> Result<Result<(Text, Text), String>, Unknown> {
    let (id, version) = (named.id.get()?, named.version.get()?);
    // While a group is updated, or after someone turned its labels round, its nodes come from several versions.
    if let Some(started) = label(node, TEMPLATE_VERSION)?
        && started != *version
    {
        return Ok(Err(format!(
            "the node started from version {started} of its launch template, and node group {group} has {version}"
        )));
    }
    let mut of_template = Vec::new();
    for candidate in templates {
        if candidate.get()?.template_id.get()? == id {
            of_template.push(candidate);
        }
    }
    let Some(template) = launch::version(version, of_template, |candidate| candidate.get())? else {
        all.get()?;
        return Ok(Err(format!("EC2 did not return version {version} of launch template {id}")));
    };
    if let Some(data) = template.get()?.data.in_view()? {
        if data.user_data.declared()?.is_some() {
            return Ok(Err(format!("launch template {id} has user data, which may configure the kubelet")));
        }
        if data.image_id.declared()?.is_some() {
            return Ok(Err(format!("launch template {id} names an image of its own")));
        }
    }
    Ok(Ok((id.clone(), version.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: crate::Fact>(json: &str) -> Known<T> {
        serde_json::from_str(json).expect("JSON")
    }

    fn node(labels: &str) -> Known<Node> {
        read(&format!(
            r#"{{"metadata":{{"name":"n","labels":{{{labels}}}}},"spec":{{"providerID":"aws:///eu-west-1a/i-0"}}}}"#
        ))
    }

    /// Of a node of the group `g`.
    fn of(labels: &str, group: &str, template: &str) -> Result<Inferred, Unknown> {
        let node = node(&format!(r#""eks.amazonaws.com/nodegroup":"g"{labels}"#));
        let groups = Index::new([(Known::value(Text::new("g")), read::<Nodegroup>(group))]);
        let templates: Vec<Known<LaunchTemplateVersion>> = vec![
            read(r#"{"LaunchTemplateId":"lt-2","VersionNumber":3,"LaunchTemplateData":{"UserData":"x"}}"#),
            read(template),
        ];
        let whole = Known::value(());
        infer(node.get().expect("a node"), (&groups, &whole), (&templates, &whole))
    }

    fn is_stock(found: &Result<Inferred, Unknown>) -> bool {
        matches!(found, Ok(Inferred::Stock(stock)) if stock.client_ca == CLIENT_CA && stock.read_only_port == 0)
    }

    #[test]
    fn a_published_image_without_user_data_is_as_published() {
        for ami in ["AL2_x86_64", "AL2023_ARM_64_NVIDIA", "BOTTLEROCKET_x86_64_FIPS"] {
            assert!(is_stock(&of("", &format!(r#"{{"amiType":"{ami}"}}"#), "{}")), "{ami}");
        }
        let with = r#"{"amiType":"AL2023_x86_64_STANDARD","launchTemplate":{"id":"lt-1","version":"3"}}"#;
        let plain = r#"{"LaunchTemplateId":"lt-1","VersionNumber":3,"LaunchTemplateData":{}}"#;
        assert!(is_stock(&of("", with, plain)));
        let started = |version| format!(r#","eks.amazonaws.com/sourceLaunchTemplateVersion":"{version}""#);
        assert!(is_stock(&of(&started(3), with, plain)));
        assert!(matches!(of(&started(2), with, plain), Ok(Inferred::Nothing(_))));
    }

    #[test]
    fn what_may_configure_the_kubelet_leaves_nothing_to_infer() {
        let with = r#"{"amiType":"AL2023_x86_64_STANDARD","launchTemplate":{"id":"lt-1","version":"3"}}"#;
        for data in [r#"{"UserData":"x"}"#, r#"{"ImageId":"ami-1"}"#] {
            let template = format!(r#"{{"LaunchTemplateId":"lt-1","VersionNumber":3,"LaunchTemplateData":{data}}}"#);
            assert!(matches!(of("", with, &template), Ok(Inferred::Nothing(_))), "{data}");
        }
        let other = r#"{"LaunchTemplateId":"lt-1","VersionNumber":2,"LaunchTemplateData":{}}"#;
        assert!(matches!(of("", with, other), Ok(Inferred::Nothing(_))));
        for ami in ["CUSTOM", "WINDOWS_CORE_2022_x86_64", "AL9_x86_64"] {
            assert!(matches!(of("", &format!(r#"{{"amiType":"{ami}"}}"#), "{}"), Ok(Inferred::Nothing(_))), "{ami}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_inferred() {
        let with = r#"{"amiType":"AL2023_x86_64_STANDARD","launchTemplate":{"id":"lt-1","version":"3"}}"#;
        assert!(of("", r#"{"amiType":null}"#, "{}").is_err());
        assert!(of("", with, "{}").is_err());
        for data in ["null", r#"{"UserData":7}"#, r#"{"ImageId":["ami-1"]}"#] {
            let template = format!(r#"{{"LaunchTemplateId":"lt-1","VersionNumber":3,"LaunchTemplateData":{data}}}"#);
            assert!(of("", with, &template).is_err(), "{data}");
        }
        let (none, lost) = (Index::new([]), Known::derived(|| Err(Unknown::because("denied"))));
        let node = node(r#""eks.amazonaws.com/nodegroup":"g""#);
        assert!(infer(node.get().expect("a node"), (&none, &lost), (&[], &lost)).is_err());
        let whole = Known::value(());
        assert!(matches!(infer(node.get().expect("a node"), (&none, &whole), (&[], &whole)), Ok(Inferred::Nothing(_))));
    }
}
