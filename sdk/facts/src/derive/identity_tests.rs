//! Names that access entries, aws-auth and OIDC providers make.

use super::*;
use crate::{Fact, Known};
use serde::de::DeserializeOwned;

fn read<T: Fact>(json: &str) -> Known<T>
where
    Known<T>: DeserializeOwned,
{
    serde_json::from_str(json).expect("JSON")
}

fn entry(json: &str) -> Result<Source, Unknown> {
    Source::entry(read::<AccessEntry>(json).get()?)
}

fn oidc(json: &str) -> Result<Source, Unknown> {
    Source::oidc(read::<OidcConfig>(json).get()?)
}

#[test]
fn placeholders_stand_for_at_least_one_character() {
    let makes = |template: &str, name: &str| Template::new(template).makes(name);
    assert!(makes("admin", "admin") && !makes("admin", "admins") && !makes("admin", ""));
    assert!(makes("admin:{{SessionName}}", "admin:eve") && !makes("admin:{{SessionName}}", "admin:"));
    assert!(makes("{{SessionNameRaw}}", "eve@example.com") && !makes("{{SessionName}}", ""));
    assert!(makes("{{AccountID}}:{{SessionName}}!", "1:b!") && !makes("{{AccountID}}:{{SessionName}}!", ":b!"));
    assert!(makes("{{AccountID}}:{{SessionName}}", "::x") && !makes("{{AccountID}}:{{SessionName}}", "1:"));
    assert!(makes("a{{SessionName}}a", "aba") && !makes("a{{SessionName}}a", "aa") && !makes("a{{SessionName}}a", "a"));
    assert!(makes("{{Other}}", "{{Other}}") && !makes("{{Other}}", "eve"), "filled in by nobody");
    assert!(makes("é{{SessionName}}-{{AccessKeyID}}", "éü-k"));
}

#[test]
fn access_entries_make_their_user_and_their_groups() {
    let role =
        r#"{"username":"arn:aws:sts::111122223333:assumed-role/ops/{{SessionName}}","kubernetesGroups":["ops"]}"#;
    let source = entry(role).expect("an entry");
    assert!(source.makes(Who::User, "arn:aws:sts::111122223333:assumed-role/ops/eve"));
    assert!(source.makes(Who::Group, "ops") && !source.makes(Who::Group, "op") && !source.makes(Who::User, "ops"));
    let source = entry(r#"{"username":"u","kubernetesGroups":["{{SessionName}}"]}"#).expect("an entry");
    assert!(!source.makes(Who::Group, "eve"), "groups of entries have no placeholders");
    assert!(entry(r#"{"username":"u","kubernetesGroups":[]}"#).is_ok());
    assert!(entry(r#"{"kubernetesGroups":[]}"#).is_err());
    assert!(entry(r#"{"username":"u","kubernetesGroups":[7]}"#).is_err());
}

#[test]
fn mappings_and_accounts() {
    let mapping = |username: Option<&str>, groups: &[&str]| Mapping {
        arn: "a".to_owned(),
        username: username.map(str::to_owned),
        groups: groups.iter().map(|g| (*g).to_owned()).collect(),
    };
    let source = Source::mapping(&mapping(Some("eve"), &["team-{{AccountID}}"]));
    assert!(source.makes(Who::User, "eve") && source.makes(Who::Group, "team-111122223333"));
    assert!(!Source::mapping(&mapping(None, &[])).makes(Who::User, "eve"));
    let account = Source::account("111122223333");
    assert!(account.makes(Who::User, "arn:aws:iam::111122223333:user/eve"));
    assert!(account.makes(Who::User, "arn:aws-cn:iam::111122223333:role/ops"));
    assert!(!account.makes(Who::User, "arn:aws:iam::444455556666:user/eve") && !account.makes(Who::User, "eve"));
    assert!(!account.makes(Who::Group, "arn:aws:iam::111122223333:user/eve"));
}

#[test]
fn an_oidc_provider_prefixes_by_default() {
    let source = oidc(r#"{"issuerUrl":"https://id.example.com","usernameClaim":"sub"}"#).expect("a provider");
    assert!(source.makes(Who::User, "https://id.example.com#eve") && !source.makes(Who::User, "eve"));
    assert!(!source.makes(Who::Group, "ops"), "no claim, no groups");
    let source = oidc(r#"{"issuerUrl":"https://i","usernameClaim":"email","groupsClaim":"g"}"#).expect("a provider");
    assert!(source.makes(Who::User, "eve@example.com") && source.makes(Who::Group, "ops"));
    let prefixed = r#"{"issuerUrl":"https://i","usernamePrefix":"o:","groupsClaim":"g","groupsPrefix":"og:"}"#;
    let source = oidc(prefixed).expect("a provider");
    assert!(source.makes(Who::User, "o:eve") && !source.makes(Who::User, "o:") && !source.makes(Who::User, "eve"));
    assert!(source.makes(Who::Group, "og:ops") && !source.makes(Who::Group, "o:ops"));
    let source = oidc(r#"{"issuerUrl":"https://i","usernamePrefix":"-"}"#).expect("a provider");
    assert!(source.makes(Who::User, "eve"));
    assert!(oidc(r#"{"usernameClaim":"sub"}"#).is_err(), "its prefix is not known");
    assert!(oidc(r#"{"issuerUrl":"https://i","usernamePrefix":7}"#).is_err());
}

#[test]
fn arns_tell_people_from_roles() {
    let sso = "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0abc";
    assert_eq!(principal(sso), Ok(Principal::IdentityCenter));
    assert_eq!(principal("arn:aws-us-gov:iam::1:role/path/ops"), Ok(Principal::Role));
    assert_eq!(principal("arn:aws:iam::1:user/eve"), Ok(Principal::User));
    assert_eq!(principal("arn:aws:iam::1:root"), Ok(Principal::Root));
    for no in ["eve", "arn:aws:sts::1:assumed-role/a/b", "arn:aws:iam::1:group/a", "arn:aws:iam::1:role", ""] {
        assert!(principal(no).is_err(), "{no}");
    }
}

#[test]
fn names_that_are_kept() {
    assert!(is_reserved("system:masters") && is_reserved("eks:node-manager") && !is_reserved("ops"));
}
