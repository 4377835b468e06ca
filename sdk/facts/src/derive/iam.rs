//! What IAM policies allow: whether a caller may do an action to any of a set of resources, and which statements say so.
//!
//! The logic is AWS's own, as the IAM user guide has it ("Policy evaluation logic", "Cross-account policy evaluation
//! logic", "Permissions boundaries for IAM entities"); its examples are the tests. Not seen here, and only ever
//! narrowing: service and resource control policies, session policies, VPC endpoint policies.
//!
//! ```
//! use eksamine_facts::derive::iam::{Access, Attached, Caller, Document, Policies, Policy, Request, Resources};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}}"#;
//! let document = Document::parse(text, Attached::ToIdentity).expect("a policy");
//! let policies = [Policy { name: "push".to_owned(), document }];
//! let anywhere = Resources::matching("arn:aws:ecr:eu-west-1:111122223333:repository/?*");
//! let role = Caller::Principal("arn:aws:iam::111122223333:role/node");
//! let request = Request { caller: role, action: "ecr:PutImage", resources: &anywhere };
//! let access = Policies { identity: &policies, ..Policies::default() }.decide(&request).expect("known");
//! let Access::Allowed(grant) = access else { panic!("{access:?}") };
//! assert_eq!(grant.to_string(), "statement 1 of push");
//! ```

mod document;
mod evaluate;
mod glob;
mod principal;
mod resources;

pub use document::{Attached, Condition, Document, Effect, Malformed, Statement};
pub use evaluate::{Access, Grant, Place, Policies, Policy, Reach, Request};
pub use glob::matches;
pub use principal::{Caller, Fit, Principal, Principals, account_of};
pub use resources::{Resources, Side};

#[cfg(test)]
#[path = "iam/published_tests.rs"]
mod published_tests;
