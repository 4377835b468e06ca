//! Who on a machine reaches its instance metadata service, and with it the credentials of the machine's role (EC2 user
//! guide, "Use the Instance Metadata Service to access instance metadata").
//!
//! The hop limit holds back the token of IMDSv2 only: where IMDSv1 answers, without a token, it keeps nobody away.

use crate::Unknown;
use crate::ec2::{LaunchTemplateVersion, MetadataOptions};
use crate::nodes::Ec2NodeClass;

/// Who reaches it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nobody: it is off.
    Nobody,
    /// What is on the network of the machine: a pod's own network is one hop too far away.
    Host,
    /// Pods too; what lets them.
    Pods(String),
    /// It is being changed: what is said is not yet so.
    Changing,
}

/// On an instance.
///
/// # Errors
/// [`Unknown`] when EC2 did not say.
pub fn of_instance(options: &MetadataOptions) -> Result<Reach, Unknown> {
    if *options.state.get()? != *"applied" {
        return Ok(Reach::Changing);
    }
    let endpoint = options.http_endpoint.get()?;
    if *endpoint == *"disabled" {
        return Ok(Reach::Nobody);
    }
    let (tokens, hops) = (options.http_tokens.get()?, options.http_put_response_hop_limit.get()?);
    reach(Some(endpoint), Some(tokens), Some(*hops)).ok_or_else(|| Unknown::because("no option of it decides"))
}

/// On what a launch template starts; `None` when it leaves that to the image and the account.
///
/// # Errors
/// [`Unknown`] when an option is odd.
pub fn of_template(version: &LaunchTemplateVersion) -> Result<Option<Reach>, Unknown> {
    let Some(data) = version.data.in_view()? else { return Ok(None) };
    let Some(options) = data.metadata_options.declared()? else { return Ok(None) };
    let endpoint = options.http_endpoint.declared()?;
    let tokens = options.http_tokens.declared()?;
    let hops = options.http_put_response_hop_limit.declared()?.copied();
    Ok(reach(endpoint.map(|t| t.as_str()), tokens.map(|t| t.as_str()), hops))
}

/// On the nodes that Karpenter makes of a class. What the class does not say has a default.
///
/// # Errors
/// [`Unknown`] when an option is odd.
pub fn of_class(class: &Ec2NodeClass) -> Result<Reach, Unknown> {
    let options = match class.spec.in_view()? {
        Some(spec) => spec.metadata_options.declared()?,
        None => None,
    };
    let Some(options) = options else { return Ok(Reach::Host) };
    let endpoint = options.http_endpoint.declared()?.map_or("enabled", |t| t.as_str());
    let tokens = options.http_tokens.declared()?.map_or("required", |t| t.as_str());
    let hops = options.http_put_response_hop_limit.declared()?.copied().unwrap_or(1);
    reach(Some(endpoint), Some(tokens), Some(hops)).ok_or_else(|| Unknown::because("no option of it decides"))
}

/// `None` when what is not said decides.
fn reach(endpoint: Option<&str>, tokens: Option<&str>, hops: Option<i64>) -> Option<Reach> {
    if endpoint == Some("disabled") {
        return Some(Reach::Nobody);
    }
    let mut open = Vec::new();
    if let Some(tokens) = tokens.filter(|tokens| *tokens != "required") {
        open.push(format!("HttpTokens is {tokens}"));
    }
    if let Some(hops) = hops.filter(|hops| *hops > 1) {
        open.push(format!("the hop limit is {hops}"));
    }
    match (tokens, hops) {
        _ if !open.is_empty() => Some(Reach::Pods(open.join(" and "))),
        (Some(_), Some(_)) => Some(Reach::Host),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn instance(options: &str) -> Result<Reach, Unknown> {
        let known: Known<MetadataOptions> = serde_json::from_str(options).expect("JSON");
        of_instance(known.get().expect("options"))
    }

    fn template(data: &str) -> Result<Option<Reach>, Unknown> {
        let known: Known<LaunchTemplateVersion> =
            serde_json::from_str(&format!(r#"{{"LaunchTemplateData":{data}}}"#)).expect("JSON");
        of_template(known.get().expect("a version"))
    }

    fn class(spec: &str) -> Result<Reach, Unknown> {
        let known: Known<Ec2NodeClass> = serde_json::from_str(&format!(r#"{{"spec":{spec}}}"#)).expect("JSON");
        of_class(known.get().expect("a class"))
    }

    fn pods(why: &str) -> Reach {
        Reach::Pods(why.to_owned())
    }

    #[test]
    fn a_hop_limit_holds_back_tokens_only() {
        let of = |endpoint: &str, tokens: &str, hops: i64| {
            instance(&format!(
                r#"{{"State":"applied","HttpEndpoint":"{endpoint}","HttpTokens":"{tokens}","HttpPutResponseHopLimit":{hops}}}"#
            ))
        };
        assert_eq!(of("enabled", "required", 1), Ok(Reach::Host));
        assert_eq!(of("enabled", "required", 2), Ok(pods("the hop limit is 2")));
        assert_eq!(of("enabled", "optional", 1), Ok(pods("HttpTokens is optional")));
        assert_eq!(of("enabled", "optional", 2), Ok(pods("HttpTokens is optional and the hop limit is 2")));
        assert_eq!(of("disabled", "optional", 2), Ok(Reach::Nobody));
    }

    #[test]
    fn what_an_instance_does_not_say_is_not_known() {
        assert_eq!(instance(r#"{"State":"pending","HttpEndpoint":"disabled"}"#), Ok(Reach::Changing));
        assert_eq!(instance(r#"{"State":"applied","HttpEndpoint":"disabled"}"#), Ok(Reach::Nobody));
        for lost in [
            r#"{"HttpEndpoint":"disabled"}"#,
            r#"{"State":"applied","HttpTokens":"required","HttpPutResponseHopLimit":1}"#,
            r#"{"State":"applied","HttpEndpoint":"enabled","HttpTokens":"required"}"#,
            r#"{"State":"applied","HttpEndpoint":"enabled","HttpTokens":"required","HttpPutResponseHopLimit":"1"}"#,
        ] {
            assert!(instance(lost).is_err(), "{lost}");
        }
    }

    #[test]
    fn a_template_that_leaves_a_decisive_option_out_does_not_tell() {
        let of = |options: &str| template(&format!(r#"{{"MetadataOptions":{options}}}"#));
        assert_eq!(of(r#"{"HttpTokens":"required","HttpPutResponseHopLimit":1}"#), Ok(Some(Reach::Host)));
        assert_eq!(of(r#"{"HttpPutResponseHopLimit":2}"#), Ok(Some(pods("the hop limit is 2"))));
        assert_eq!(of(r#"{"HttpTokens":"optional"}"#), Ok(Some(pods("HttpTokens is optional"))));
        assert_eq!(of(r#"{"HttpEndpoint":"disabled"}"#), Ok(Some(Reach::Nobody)));
        for silent in ["{}", "null", r#"{"HttpTokens":"required"}"#, r#"{"HttpPutResponseHopLimit":1}"#] {
            assert_eq!(of(silent), Ok(None), "{silent}");
        }
        assert_eq!((template("{}"), template(r#"{"ImageId":"ami-1"}"#)), (Ok(None), Ok(None)));
        assert!(of("7").is_err() && of(r#"{"HttpTokens":true}"#).is_err() && template("null").is_err());
    }

    #[test]
    fn what_a_class_does_not_say_is_closed() {
        assert_eq!((class("{}"), class(r#"{"metadataOptions":{}}"#)), (Ok(Reach::Host), Ok(Reach::Host)));
        let hops = r#"{"metadataOptions":{"httpPutResponseHopLimit":2,"httpTokens":"required"}}"#;
        assert_eq!(class(hops), Ok(pods("the hop limit is 2")));
        assert_eq!(class(r#"{"metadataOptions":{"httpTokens":"optional"}}"#), Ok(pods("HttpTokens is optional")));
        assert_eq!(class(r#"{"metadataOptions":{"httpEndpoint":"disabled"}}"#), Ok(Reach::Nobody));
        assert!(class(r#"{"metadataOptions":{"httpTokens":1}}"#).is_err());
    }
}
