//! The shape of an AWS row: which calls, with which input, and where the items stand in the answers.

use super::Tier;

/// A kind that our own calls gather.
#[derive(Debug, PartialEq, Eq)]
pub struct AwsKind {
    /// `aws.` + the AWS CLI's service name + the resource in the plural, lower case.
    pub kind: &'static str,
    /// One line for people.
    pub doc: &'static str,
    /// Who answers.
    pub service: &'static Service,
    /// Ways to the items, united by identity. Each is a chain of calls: what one gives, the next is made for; the last
    /// one's are the items.
    pub ways: &'static [&'static [Call]],
    /// What an item is completed with, by further calls.
    pub parts: &'static [Part],
    /// The lowest tier that collects it.
    pub tier: Tier,
    /// Pointers into an item that tell items apart.
    pub identity: &'static [&'static str],
    /// Pointers into an item whose values are replaced by a marker.
    pub redact: &'static [&'static str],
}

/// Something of an item that its own answer lacks, under a name of ours: `$attached`.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Begins with `$`.
    pub name: &'static str,
    /// As a way, but beginning at the item.
    pub calls: &'static [Call],
}

/// An AWS service.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The AWS CLI's name.
    pub name: &'static str,
    /// The name that requests are signed for.
    pub signing: &'static str,
    /// The host's first labels: `eks`, `api.ecr`.
    pub endpoint: &'static str,
    /// AWS's id of the service, which settings are named after: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
    pub id: &'static str,
    /// How requests and answers are written.
    pub protocol: Protocol,
    /// API version.
    pub version: &'static str,
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// POST with the operation in `X-Amz-Target`.
    Json {
        /// `1.0` or `1.1`.
        version: &'static str,
        /// What stands before the operation.
        target: &'static str,
    },
    /// Paths and methods.
    RestJson,
    /// A form, answered in XML.
    Query,
    /// EC2's own kind of query.
    Ec2,
}

/// One operation and what it is made for.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// `DescribeNodegroup`.
    pub operation: &'static str,
    /// For rest-json.
    pub http: Option<Http>,
    /// How often it is made.
    pub each: Each,
    /// Pointer to the region that is asked, in the value that it is made for. `None`: the cluster's.
    pub region: Option<&'static str>,
    /// Members of the operation's input.
    pub input: &'static [Input],
    /// How further pages are asked for.
    pub paging: Option<Paging>,
    /// Where the results stand: a pointer with `*` for every element, `/Reservations/*/Instances/*`.
    pub results: &'static str,
    /// Parts of the answer that say what could not be read.
    pub failures: Option<Failures>,
    /// Error codes that say: the thing asked for by name is not there.
    pub not_found: &'static [&'static str],
    /// Error codes that say: this feature does not exist here.
    pub absent: &'static [&'static str],
    /// IAM actions. Empty: none is needed.
    pub actions: &'static [&'static str],
    /// What the results lack and the request knew.
    pub adds: &'static [Adds],
}

/// Method and path with member names in braces: `/clusters/{clusterName}/node-groups`. Other members are query
/// parameters of a GET and the body of a POST.
#[derive(Debug, PartialEq, Eq)]
pub struct Http {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
}

/// How often a call is made. Without values it is not made at all: an empty id list means *all* to AWS.
#[derive(Debug, PartialEq, Eq)]
pub enum Each {
    /// Once.
    Once,
    /// For every distinct value found in another kind.
    Value(Values),
    /// For every distinct value found in several kinds.
    AnyOf(&'static [Values]),
    /// For at most this many distinct values of another kind at a time.
    Chunks(Values, usize),
    /// For every result of the call before (for the first call of a part: the item).
    Element,
    /// For every value at this pointer in a result of the call before; most results may have none.
    Within(&'static str),
    /// For at most this many of them at a time.
    ElementChunks(usize),
}

/// Values in the items of another kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Values {
    /// The prerequisite.
    pub kind: &'static str,
    /// A pointer with `*`.
    pub at: &'static str,
    /// What of each value.
    pub take: Take,
}

/// What is used of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// All of it; an object when the call needs several of its fields.
    Whole,
    /// `i-0abc` of the provider id `aws:///eu-west-1a/i-0abc`; nothing of Fargate's and hybrid nodes' ids.
    InstanceId,
    /// What follows the last slash of an ARN, or a name that has none.
    ArnName,
    /// Of an image reference, the region of its registry: nothing where that is not a private one of the account, or is in
    /// the cluster's region.
    OtherRegion,
    /// Of what a container runs, an object with `region`, `repositoryName` and `imageDigest`; nothing where it is not from
    /// a private registry of the account, or no digest is named.
    OwnImage,
    /// The ARN of a listener that speaks HTTP; nothing of the others.
    HttpListener,
    /// Of an access entry for nodes, the name of its role.
    NodeRole,
    /// Of the map of roles in aws-auth, the names of those that nodes have.
    MappedNodeRoles,
}

/// A member of an input.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name in the API model.
    pub member: &'static str,
    /// Where its value comes from.
    pub value: Value,
}

/// Where an input's value comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Value {
    /// This text, with `{cluster}`, `{account}`, `{region}` and `{type}` filled in.
    Text(&'static str),
    /// `true`.
    True,
    /// A pointer into the value that the call is made for; the empty one is the value itself.
    Of(&'static str),
    /// A pointer into the item that is being completed.
    Item(&'static str),
    /// The values of the chunk.
    Chunk,
    /// A pointer into each value of the chunk.
    ChunkOf(&'static str),
    /// A list.
    List(&'static [Value]),
    /// A structure.
    Object(&'static [Input]),
}

/// How an operation is paged.
#[derive(Debug, PartialEq, Eq)]
pub struct Paging {
    /// Member of the input.
    pub token: &'static str,
    /// Member of the output; no more pages when it is absent or empty.
    pub next: &'static str,
    /// Member of the input and its value: how much we ask for at a time.
    pub limit: Option<(&'static str, u32)>,
}

/// Things of a batch that could not be read, inside a successful answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Failures {
    /// A pointer with `*`.
    pub at: &'static str,
    /// Pointer into one: which thing.
    pub subject: &'static str,
    /// Pointer into one: the code.
    pub code: &'static str,
}

/// What is written beside a result.
#[derive(Debug, PartialEq, Eq)]
pub enum Adds {
    /// `$region`.
    Region,
    /// `$account`.
    Account,
    /// `$parent`: this pointer into the value that the call was made for.
    Parent(&'static str),
}

impl AwsKind {
    /// Every call that gathering this kind may make.
    pub fn calls(&self) -> impl Iterator<Item = &'static Call> {
        self.ways.iter().copied().flatten().chain(self.parts.iter().flat_map(|part| part.calls))
    }

    /// The IAM actions that gathering it takes, sorted.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        sorted(self.calls().flat_map(|call| call.actions).copied())
    }

    /// The kinds whose items its calls are made for, sorted.
    #[must_use]
    pub fn needs(&self) -> Vec<&'static str> {
        sorted(self.calls().flat_map(|call| call.each.values()).map(|values| values.kind))
    }
}

impl Each {
    /// Where the values come from that it is made for, if from other kinds.
    #[must_use]
    pub const fn values(&self) -> &[Values] {
        match self {
            Self::Value(values) | Self::Chunks(values, _) => std::slice::from_ref(values),
            Self::AnyOf(values) => values,
            Self::Once | Self::Element | Self::Within(_) | Self::ElementChunks(_) => &[],
        }
    }
}

impl Value {
    /// Whether the chunk's values stand in it.
    #[must_use]
    pub fn holds_chunk(&self) -> bool {
        match self {
            Self::Chunk | Self::ChunkOf(_) => true,
            Self::List(values) => values.iter().any(Self::holds_chunk),
            Self::Object(members) => members.iter().any(|m| m.value.holds_chunk()),
            Self::Text(_) | Self::True | Self::Of(_) | Self::Item(_) => false,
        }
    }
}

pub(super) fn sorted(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Call {
    /// What most calls leave empty.
    pub const EMPTY: Self = Self {
        operation: "",
        http: None,
        each: Each::Once,
        region: None,
        input: &[],
        paging: None,
        results: "",
        failures: None,
        not_found: &[],
        absent: &[],
        actions: &[],
        adds: &[],
    };
}
