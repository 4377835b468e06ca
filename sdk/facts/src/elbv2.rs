//! Load balancers, as Elastic Load Balancing's API answers (names: its API reference, 2015-12-01).

use crate::ec2::Tag;
use crate::{List, Text, noun};

noun! {
    /// A load balancer (`elasticloadbalancing:DescribeLoadBalancers`).
    pub struct LoadBalancer = "aws.elbv2.loadbalancers" {
        /// Its ARN.
        arn: Text = "LoadBalancerArn",
        /// "The public DNS name of the load balancer."
        dns_name: Text = "DNSName",
        /// `application`, `network`, `gateway`.
        kind: Text = "Type",
        /// `internet-facing`, `internal`.
        scheme: Text = "Scheme",
        /// Where it is in its life.
        state: LoadBalancerState = "State",
    }
}

noun! {
    /// Where a load balancer is in its life.
    pub struct LoadBalancerState {
        /// `active`, `provisioning`, `active_impaired`, `failed`.
        code: Text = "Code",
    }
}

noun! {
    /// A listener (`elasticloadbalancing:DescribeListeners`).
    pub struct Listener = "aws.elbv2.listeners" {
        /// Its ARN.
        arn: Text = "ListenerArn",
        /// Whose.
        load_balancer: Text = "LoadBalancerArn",
        /// "The port on which the load balancer is listening."
        port: i64 = "Port",
        /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP`, `TCP_UDP`, `GENEVE`, `QUIC`, `TCP_QUIC`.
        protocol: Text = "Protocol",
        /// "\[HTTPS and TLS listeners\] The default certificate for the listener."
        certificates: List<Certificate> = "Certificates",
        /// "\[HTTPS and TLS listeners\] The security policy that defines which protocols and ciphers are supported."
        ssl_policy: Text = "SslPolicy",
        /// What it does when no rule applies.
        default_actions: List<Action> = "DefaultActions",
    }
}

noun! {
    /// A server certificate.
    pub struct Certificate {
        /// Its ARN.
        arn: Text = "CertificateArn",
    }
}

noun! {
    /// What is done with a request.
    pub struct Action {
        /// `forward`, `redirect`, `fixed-response`, `authenticate-oidc`, `authenticate-cognito`, `jwt-validation`.
        kind: Text = "Type",
        /// Forwards to one target group: which.
        target_group: Text = "TargetGroupArn",
        /// Forwards: to which target groups.
        forward: ForwardConfig = "ForwardConfig",
        /// Redirects: where to.
        redirect: RedirectConfig = "RedirectConfig",
        /// Answers: with what.
        fixed_response: FixedResponseConfig = "FixedResponseConfig",
    }
}

noun! {
    /// Where requests are forwarded.
    pub struct ForwardConfig {
        /// To one of these, by weight.
        target_groups: List<TargetGroupTuple> = "TargetGroups",
    }
}

noun! {
    /// A target group that requests are forwarded to.
    pub struct TargetGroupTuple {
        /// Its ARN.
        arn: Text = "TargetGroupArn",
    }
}

noun! {
    /// A redirect.
    pub struct RedirectConfig {
        /// `HTTP`, `HTTPS`, or `#{protocol}`, which keeps that of the request.
        protocol: Text = "Protocol",
    }
}

noun! {
    /// An answer that the load balancer gives by itself.
    pub struct FixedResponseConfig {
        /// `200`, `404`, `503`.
        status_code: Text = "StatusCode",
    }
}

noun! {
    /// A rule of a listener (`elasticloadbalancing:DescribeRules`).
    pub struct ListenerRule = "aws.elbv2.rules" {
        /// Its ARN.
        arn: Text = "RuleArn",
        /// ARN of the listener that was asked.
        listener: Text = "$parent",
        /// What is done with requests that it applies to.
        actions: List<Action> = "Actions",
    }
}

noun! {
    /// A target group (`elasticloadbalancing:DescribeTargetGroups`).
    pub struct TargetGroup = "aws.elbv2.targetgroups" {
        /// Its ARN.
        arn: Text = "TargetGroupArn",
        /// What is spoken to the targets.
        protocol: Text = "Protocol",
        /// "The Amazon Resource Name (ARN) of the load balancer that routes traffic to this target group."
        load_balancers: List<Text> = "LoadBalancerArns",
    }
}

noun! {
    /// The tags of a load balancer (`elasticloadbalancing:DescribeTags`).
    pub struct LoadBalancerTags = "aws.elbv2.tags" {
        /// ARN of the load balancer.
        load_balancer: Text = "ResourceArn",
        /// Its tags.
        tags: List<Tag> = "Tags",
    }
}
