//! The IAM policy.

use super::Permissions;
use serde_json::{Value, json};

/// Actions of EKS that are about no cluster in particular (AWS service authorization reference).
const ABOUT_NO_CLUSTER: &[&str] = &["eks:DescribeAddonVersions", "eks:ListAccessPolicies", "eks:ListClusters"];

impl Permissions {
    /// A policy document. With the cluster's ARN, what EKS can restrict to it is restricted to it.
    #[must_use]
    pub fn iam_policy(&self, cluster_arn: Option<&str>) -> String {
        let (of_cluster, of_all): (Vec<&str>, Vec<&str>) = self.actions().partition(|action| {
            cluster_arn.is_some() && action.starts_with("eks:") && !ABOUT_NO_CLUSTER.contains(action)
        });
        let mut statements = Vec::new();
        if let (Some(arn), false) = (cluster_arn, of_cluster.is_empty()) {
            statements.push(statement("EksamineCluster", &of_cluster, resources(arn)));
        }
        if !of_all.is_empty() {
            statements.push(statement("EksamineRead", &of_all, json!("*")));
        }
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        format!("{policy:#}\n")
    }
}

fn statement(sid: &str, actions: &[&str], resource: Value) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource })
}

/// The cluster, and whatever belongs to it: `arn:aws:eks:R:A:nodegroup/NAME/…`.
fn resources(arn: &str) -> Value {
    match arn.rsplit_once(":cluster/") {
        Some((prefix, name)) => json!([arn, format!("{prefix}:*/{name}/*")]),
        None => json!([arn]),
    }
}

#[cfg(test)]
mod tests {
    use crate::permissions::Permissions;
    use crate::plan::Plan;
    use crate::ways_in::WayIn;
    use serde_json::{Value, json};

    #[test]
    fn what_eks_can_restrict_is_restricted() {
        let needs = [("r", "aws.eks.nodegroups"), ("r", "aws.ec2.subnets")];
        let permissions = Permissions::of(&Plan::new(needs, 0).expect("a plan"), &WayIn::Native, false);
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let policy = read(&permissions.iam_policy(None));
        let all = [
            "ec2:DescribeSubnets",
            "eks:DescribeCluster",
            "eks:DescribeNodegroup",
            "eks:ListClusters",
            "eks:ListNodegroups",
        ];
        assert_eq!(policy["Version"], "2012-10-17");
        assert_eq!(
            policy["Statement"],
            json!([{"Sid": "EksamineRead", "Effect": "Allow", "Action": all, "Resource": "*"}])
        );
        let policy = read(&permissions.iam_policy(Some("arn:aws:eks:eu-west-1:111122223333:cluster/prod")));
        let of_cluster =
            json!(["arn:aws:eks:eu-west-1:111122223333:cluster/prod", "arn:aws:eks:eu-west-1:111122223333:*/prod/*"]);
        assert_eq!(policy["Statement"][0]["Resource"], of_cluster);
        assert_eq!(
            policy["Statement"][0]["Action"],
            json!(["eks:DescribeCluster", "eks:DescribeNodegroup", "eks:ListNodegroups"])
        );
        assert_eq!(policy["Statement"][1]["Action"], json!(["ec2:DescribeSubnets", "eks:ListClusters"]));
    }
}
