//! Any AWS resource type that Cloud Control API reads: `cfn.` + the CloudFormation type name.

use super::KindError;
use super::row::{Call, Each, Input, Paging, Protocol, Service, Value, sorted};

/// A kind of this family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudControlKind<'a> {
    /// `AWS::EFS::FileSystem`.
    pub type_name: &'a str,
}

/// The calls that read any type.
#[derive(Debug, PartialEq, Eq)]
pub struct CloudControl {
    /// Who answers the first two.
    pub service: &'static Service,
    /// Identifiers of all resources of the type.
    pub list: Call,
    /// One resource; its properties are JSON text inside the answer.
    pub get: Call,
    /// Who answers the third.
    pub registry: &'static Service,
    /// The type's schema, which says what is write-only and so must never be shown.
    pub describe_type: Call,
}

/// Types whose very content is a secret. Reading them is refused at planning.
const SECRET_SERVICES: &[&str] = &["SecretsManager"];
const SECRET_TYPES: &[&str] = &[
    "AWS::ApiGateway::ApiKey",
    "AWS::AppSync::ApiKey",
    "AWS::IAM::AccessKey",
    "AWS::IAM::ServiceSpecificCredential",
    "AWS::SSM::Parameter",
];

const TYPE: Input = Input { member: "TypeName", value: Value::Text("{type}") };

/// The table's row for the whole family.
pub const CLOUD_CONTROL: CloudControl = CloudControl {
    service: &Service {
        name: "cloudcontrol",
        signing: "cloudcontrolapi",
        endpoint: "cloudcontrolapi",
        id: "CloudControl",
        protocol: Protocol::Json { version: "1.0", target: "CloudApiService" },
        version: "2021-09-30",
    },
    list: Call {
        operation: "ListResources",
        input: &[TYPE],
        paging: Some(Paging { token: "NextToken", next: "NextToken", limit: Some(("MaxResults", 100)) }),
        results: "/ResourceDescriptions/*",
        absent: &["TypeNotFoundException"],
        actions: &["cloudformation:ListResources"],
        ..Call::EMPTY
    },
    get: Call {
        operation: "GetResource",
        each: Each::Element,
        input: &[TYPE, Input { member: "Identifier", value: Value::Of("/Identifier") }],
        results: "/ResourceDescription",
        not_found: &["ResourceNotFoundException"],
        actions: &["cloudformation:GetResource"],
        ..Call::EMPTY
    },
    registry: &Service {
        name: "cloudformation",
        signing: "cloudformation",
        endpoint: "cloudformation",
        id: "CloudFormation",
        protocol: Protocol::Query,
        version: "2010-05-15",
    },
    describe_type: Call {
        operation: "DescribeType",
        input: &[
            Input { member: "Type", value: Value::Text("RESOURCE") },
            Input { member: "TypeName", value: Value::Text("{type}") },
        ],
        absent: &["TypeNotFoundException"],
        actions: &["cloudformation:DescribeType"],
        ..Call::EMPTY
    },
};

impl CloudControl {
    /// The IAM actions of the family itself. What a type's handlers read needs further ones, which its schema lists.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        sorted([&self.list, &self.get, &self.describe_type].into_iter().flat_map(|call| call.actions).copied())
    }
}

impl<'a> CloudControlKind<'a> {
    pub(super) fn parse(type_name: &'a str) -> Result<Self, KindError> {
        let parts: Vec<&str> = type_name.split("::").collect();
        let well_spelt = parts.len() == 3 && parts.iter().all(|part| is_word(part));
        if !well_spelt {
            return Err(KindError::Grammar(format!("cfn.{type_name}")));
        }
        if SECRET_TYPES.contains(&type_name) || SECRET_SERVICES.contains(&parts[1]) {
            return Err(KindError::Secret(format!("cfn.{type_name}")));
        }
        Ok(Self { type_name })
    }
}

fn is_word(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_three_words() {
        assert!(CloudControlKind::parse("AWS::EFS::FileSystem").is_ok());
        for bad in ["", "AWS::EFS", "AWS::EFS::", "AWS::E FS::X", "A::B::C::D", "AWS:EFS:X"] {
            assert!(matches!(CloudControlKind::parse(bad), Err(KindError::Grammar(_))), "{bad}");
        }
    }

    #[test]
    fn secret_types_are_refused() {
        for secret in ["AWS::SecretsManager::Secret", "AWS::SSM::Parameter", "AWS::IAM::AccessKey"] {
            assert!(matches!(CloudControlKind::parse(secret), Err(KindError::Secret(_))), "{secret}");
        }
    }
}
