use super::*;
use serde::de::DeserializeOwned;

fn read<T>(json: &str) -> Known<T>
where
    Known<T>: DeserializeOwned,
{
    serde_json::from_str(json).expect("JSON")
}

fn shown(roles: &NodeRoles) -> Vec<String> {
    let users = |users: &BTreeSet<User>| users.iter().map(|user| user.what.clone()).collect::<Vec<_>>().join(", ");
    let found = roles.roles().map(|(role, of)| format!("{role}: {}", users(of)));
    found.chain(roles.doubts().map(|doubt| format!("? {}", doubt.why))).collect()
}

#[test]
fn whatever_runs_with_a_role_is_named_with_it() {
    let mut roles = NodeRoles::default();
    roles.add_cluster(
        &read(r#"{"computeConfig":{"enabled":true,"nodeRoleArn":"arn:aws:iam::111122223333:role/auto"}}"#),
        "c",
    );
    roles.add_cluster(&read(r#"{"name":"without"}"#), "c");
    roles.add_nodegroup(&read(r#"{"nodegroupName":"blue","nodeRole":"arn:aws:iam::111122223333:role/eks/node"}"#), "g");
    roles.add_fargate_profile(
        &read(r#"{"fargateProfileName":"web","podExecutionRoleArn":"arn:aws:iam::111122223333:role/fargate"}"#),
        "f",
    );
    roles.add_entry(&read(r#"{"type":"EC2_LINUX","principalArn":"arn:aws:iam::111122223333:role/eks/node"}"#), "e");
    roles.add_entry(&read(r#"{"type":"STANDARD","principalArn":"arn:aws:iam::111122223333:role/admin"}"#), "e");
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS";
    roles.add_entry(&read(&format!(r#"{{"type":"EC2","principalArn":"{linked}"}}"#)), "e");
    roles.add_node_class(&read(r#"{"metadata":{"name":"default"},"spec":{"role":"auto-nodes"}}"#), "n");
    roles.add_ec2_node_class(&read(r#"{"metadata":{"name":"arm"},"spec":{"role":"karpenter"}}"#), "k");
    let aws_auth = r#"{"metadata":{"name":"aws-auth"},"data":{"mapRoles":
        "- rolearn: arn:aws:iam::111122223333:role/node\n  groups: [system:nodes]\n- rolearn: arn:aws:iam::111122223333:role/ops\n"}}"#;
    roles.add_config_map(&read(aws_auth), "m");
    roles.add_config_map(&read(r#"{"metadata":{"name":"other"},"data":{"mapRoles":"no map"}}"#), "m");
    assert_eq!(
        shown(&roles),
        [
            "arn:aws:iam::111122223333:role/auto: the built-in node pools of Auto Mode",
            "arn:aws:iam::111122223333:role/eks/node: an access entry of type EC2_LINUX, node group blue",
            "arn:aws:iam::111122223333:role/fargate: Fargate profile web",
            "arn:aws:iam::111122223333:role/node: aws-auth",
            "auto-nodes: node class default",
            "karpenter: EC2 node class arm",
        ]
    );
}

#[test]
fn instance_profiles_lead_to_roles_by_arn_and_by_name() {
    let mut roles = NodeRoles::default();
    roles.add_instance(
        &read(r#"{"InstanceId":"i-0a","IamInstanceProfile":{"Arn":"arn:aws:iam::1:instance-profile/p"}}"#),
        "i",
    );
    roles.add_instance(&read(r#"{"InstanceId":"i-0b"}"#), "i");
    roles.add_ec2_node_class(&read(r#"{"metadata":{"name":"own"},"spec":{"instanceProfile":"p"}}"#), "k");
    roles.add_ec2_node_class(
        &read(r#"{"metadata":{"name":"made"},"spec":{"role":"n"},"status":{"instanceProfile":"q"}}"#),
        "k",
    );
    roles.add_instance_profile(
        &read(r#"{"Arn":"arn:aws:iam::1:instance-profile/p","InstanceProfileName":"p","Roles":[{"Arn":"arn:aws:iam::1:role/x/n"}]}"#),
        "p",
    );
    let mut gone = NodeRoles { doubts: roles.doubts.clone(), ..NodeRoles::default() };
    gone.profiles.clone_from(&roles.profiles);
    gone.follow_profiles(&Known::lost("aws.iam.instanceprofiles is denied".to_owned()));
    assert_eq!(shown(&gone).len(), 3, "{:?}", shown(&gone));
    assert!(shown(&gone)[0].contains("aws.iam.instanceprofiles is denied"));
    roles.follow_profiles(&Known::value(()));
    assert_eq!(shown(&roles), ["arn:aws:iam::1:role/x/n: EC2 node class own, instance i-0a", "n: EC2 node class made"]);
}

#[test]
fn what_cannot_be_read_is_a_doubt() {
    let mut roles = NodeRoles::default();
    roles.add_nodegroup(&read(r#"{"nodegroupName":"blue","nodeRole":null}"#), "g");
    roles.add_instance(&read(r#"{"InstanceId":"i-0a","IamInstanceProfile":{}}"#), "i");
    roles.add_entry(&read(r#"{"principalArn":"arn:aws:iam::111122223333:role/n"}"#), "e");
    roles.add_node_class(&read(r#"{"metadata":{"name":"default"},"spec":{"networkPolicy":"DefaultDeny"}}"#), "n");
    roles.add_config_map(&read(r#"{"metadata":{"name":"aws-auth"},"data":{"mapRoles":"no map"}}"#), "m");
    assert_eq!(roles.roles().count(), 0);
    assert_eq!(
        shown(&roles),
        [
            "? an access entry: type is missing",
            "? aws-auth: mapRoles cannot be read at line 1, column 1: a single value where a list should be",
            "? instance i-0a: IamInstanceProfile has no readable ARN",
            "? node class default: it has neither a role nor an instance profile",
            "? node group blue: nodeRole is null",
        ]
    );
}

#[test]
fn a_role_is_found_however_it_is_named() {
    let (arn, own) = ("arn:aws:iam::111122223333:role/eks/node", "111122223333");
    assert!(Named::Arn(arn.to_owned()).is(arn, own));
    assert!(Named::Pathless("arn:aws:iam::111122223333:role/node".to_owned()).is(arn, own));
    assert!(Named::Name("node".to_owned()).is(arn, own));
    assert!(!Named::Name("node".to_owned()).is(arn, "444455556666"));
    assert!(!Named::Arn("arn:aws:iam::111122223333:role/node".to_owned()).is(arn, own));
    assert_eq!(without_path(arn), "arn:aws:iam::111122223333:role/node");
    assert_eq!(Named::Arn(arn.to_owned()).account(), Some(own));
}
