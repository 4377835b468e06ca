//! The rival of a scan: what a native program would write that reads the same fields with serde, typed and borrowed,
//! and judges nothing. It refuses no duplicate key, cuts nothing out, digests nothing.

#![allow(dead_code, reason = "what is read is what counts")]

use anyhow::{Context as _, Result};
use memmap2::Mmap;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// Reads a mapped document and gives the number of its pods.
///
/// # Errors
/// When it is not as its types say.
#[expect(unsafe_code, reason = "the scan maps the document, too")]
pub fn pass(path: &Path) -> Result<usize> {
    let file = File::open(path)?;
    // SAFETY: the bench that wrote the file waits for this process.
    let bytes = unsafe { Mmap::map(&file)? };
    let document: Document<'_> = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
    let pods = document.facts.pods.items.len();
    // The process ends: freeing each item first would be time wasted.
    std::mem::forget(document);
    Ok(pods)
}

#[derive(Deserialize)]
struct Document<'a> {
    schema: &'a str,
    collected_at: &'a str,
    #[serde(borrow)]
    facts: Facts<'a>,
}

#[derive(Deserialize)]
struct Facts<'a> {
    #[serde(borrow, rename = "aws.eks.clusters")]
    clusters: Kind<Cluster<'a>>,
    #[serde(borrow, rename = "aws.eks.nodegroups")]
    nodegroups: Kind<Nodegroup<'a>>,
    #[serde(borrow, rename = "aws.logs.loggroups")]
    log_groups: Kind<LogGroup<'a>>,
    #[serde(borrow, rename = "aws.ec2.instances")]
    instances: Kind<Instance<'a>>,
    #[serde(borrow, rename = "aws.ec2.subnets")]
    subnets: Kind<Subnet<'a>>,
    #[serde(borrow, rename = "aws.ec2.routetables")]
    route_tables: Kind<RouteTable<'a>>,
    #[serde(borrow, rename = "aws.ec2.launchtemplateversions")]
    templates: Kind<Template<'a>>,
    #[serde(borrow, rename = "k8s.nodes.v1")]
    nodes: Kind<Node<'a>>,
    #[serde(borrow, rename = "k8s.namespaces.v1")]
    namespaces: Kind<Namespace<'a>>,
    #[serde(borrow, rename = "k8s.networkpolicies.v1.networking.k8s.io")]
    policies: Kind<Policy<'a>>,
    #[serde(borrow, rename = "k8s.pods.v1")]
    pods: Kind<Pod<'a>>,
    #[serde(borrow, rename = "k8s.kubeletconfigurations.v1beta1.kubelet.config.k8s.io")]
    kubelets: Kind<Kubelet<'a>>,
}

#[derive(Deserialize)]
struct Kind<T> {
    status: String,
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Cluster<'a> {
    arn: &'a str,
    name: &'a str,
    status: &'a str,
    #[serde(borrow)]
    logging: Option<Logging<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logging<'a> {
    #[serde(borrow)]
    cluster_logging: Vec<LogSetup<'a>>,
}

#[derive(Deserialize)]
struct LogSetup<'a> {
    #[serde(borrow)]
    types: Vec<&'a str>,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nodegroup<'a> {
    nodegroup_arn: &'a str,
    nodegroup_name: &'a str,
    #[serde(borrow)]
    subnets: Vec<&'a str>,
    launch_template: Option<BTreeMap<&'a str, &'a str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogGroup<'a> {
    log_group_name: &'a str,
    retention_in_days: Option<u32>,
    kms_key_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Instance<'a> {
    instance_id: &'a str,
    #[serde(borrow)]
    state: State<'a>,
    public_ip_address: Option<&'a str>,
    network_interfaces: Vec<Interface<'a>>,
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Interface<'a> {
    network_interface_id: &'a str,
    subnet_id: &'a str,
    #[serde(borrow)]
    association: Option<Association<'a>>,
    private_ip_addresses: Vec<PrivateAddress<'a>>,
    ipv6_addresses: Vec<Ipv6<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Association<'a> {
    public_ip: Option<&'a str>,
    carrier_ip: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateAddress<'a> {
    #[serde(borrow)]
    association: Option<Association<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ipv6<'a> {
    ipv6_address: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Subnet<'a> {
    subnet_id: &'a str,
    vpc_id: &'a str,
    map_public_ip_on_launch: bool,
    ipv6_native: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RouteTable<'a> {
    vpc_id: &'a str,
    #[serde(borrow)]
    associations: Vec<RouteAssociation<'a>>,
    routes: Vec<Route<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RouteAssociation<'a> {
    main: bool,
    subnet_id: Option<&'a str>,
    gateway_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Route<'a> {
    destination_cidr_block: Option<&'a str>,
    destination_ipv6_cidr_block: Option<&'a str>,
    gateway_id: Option<&'a str>,
    nat_gateway_id: Option<&'a str>,
    state: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template<'a> {
    launch_template_id: &'a str,
    version_number: u64,
    #[serde(borrow)]
    launch_template_data: TemplateData<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateData<'a> {
    #[serde(borrow)]
    network_interfaces: Option<Vec<TemplateInterface<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateInterface<'a> {
    device_index: Option<u32>,
    associate_public_ip_address: Option<bool>,
    subnet_id: Option<&'a str>,
}

#[derive(Deserialize)]
struct Node<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    spec: NodeSpec<'a>,
    status: NodeStatus<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
    #[serde(borrow)]
    labels: Option<BTreeMap<&'a str, &'a str>>,
    owner_references: Option<Vec<Owner<'a>>>,
}

#[derive(Deserialize)]
struct Owner<'a> {
    kind: &'a str,
    name: &'a str,
}

#[derive(Deserialize)]
struct NodeSpec<'a> {
    #[serde(rename = "providerID")]
    provider_id: &'a str,
}

#[derive(Deserialize)]
struct NodeStatus<'a> {
    #[serde(borrow)]
    addresses: Vec<NodeAddress<'a>>,
}

#[derive(Deserialize)]
struct NodeAddress<'a> {
    r#type: &'a str,
    address: &'a str,
}

#[derive(Deserialize)]
struct Namespace<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    status: Phase<'a>,
}

#[derive(Deserialize)]
struct Phase<'a> {
    phase: &'a str,
}

#[derive(Deserialize)]
struct Policy<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    spec: PolicySpec<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicySpec<'a> {
    #[serde(borrow)]
    pod_selector: Selector<'a>,
    policy_types: Option<Vec<&'a str>>,
    ingress: Option<&'a RawValue>,
    egress: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selector<'a> {
    #[serde(borrow)]
    match_labels: Option<BTreeMap<&'a str, &'a str>>,
}

#[derive(Deserialize)]
struct Pod<'a> {
    #[serde(borrow)]
    metadata: Meta<'a>,
    spec: PodSpec<'a>,
    status: PodStatus<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PodSpec<'a> {
    host_network: Option<bool>,
    automount_service_account_token: Option<bool>,
    #[serde(borrow)]
    os: Option<Os<'a>>,
    node_selector: Option<BTreeMap<&'a str, &'a str>>,
    node_name: Option<&'a str>,
    runtime_class_name: Option<&'a str>,
    service_account_name: Option<&'a str>,
    containers: Vec<Container<'a>>,
    init_containers: Option<Vec<Container<'a>>>,
    ephemeral_containers: Option<Vec<Container<'a>>>,
    volumes: Option<Vec<Volume<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    name: &'a str,
    image: &'a str,
    #[serde(borrow)]
    env: Option<Vec<Variable<'a>>>,
    ports: Option<Vec<Port>>,
    resources: Option<Resources<'a>>,
    security_context: Option<SecurityContext>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variable<'a> {
    name: &'a str,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    value_from: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Port {
    host_port: Option<u16>,
}

#[derive(Deserialize)]
struct Resources<'a> {
    #[serde(borrow)]
    limits: Option<BTreeMap<&'a str, &'a str>>,
}

#[derive(Deserialize)]
struct SecurityContext {
    privileged: Option<bool>,
}

#[derive(Deserialize)]
struct Volume<'a> {
    #[serde(borrow)]
    image: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Os<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
struct PodStatus<'a> {
    phase: &'a str,
    #[serde(rename = "podIP")]
    pod_ip: Option<&'a str>,
    #[serde(borrow, rename = "containerStatuses")]
    containers: Option<Vec<ContainerStatus<'a>>>,
    #[serde(rename = "initContainerStatuses")]
    init_containers: Option<Vec<ContainerStatus<'a>>>,
    #[serde(rename = "ephemeralContainerStatuses")]
    ephemeral_containers: Option<Vec<ContainerStatus<'a>>>,
}

#[derive(Deserialize)]
struct ContainerStatus<'a> {
    name: &'a str,
    image: &'a str,
    #[serde(rename = "imageID")]
    image_id: &'a str,
}

#[derive(Deserialize)]
struct Kubelet<'a> {
    node: &'a str,
    source: &'a str,
    #[serde(borrow)]
    config: Option<&'a RawValue>,
    flags: Option<BTreeMap<&'a str, &'a str>>,
}
