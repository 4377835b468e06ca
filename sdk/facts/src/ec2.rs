//! Amazon EC2, as its API answers (names: the EC2 API reference's; botocore's service model carries the same).

use crate::{List, Text, noun};

noun! {
    /// An instance (`ec2:DescribeInstances`).
    pub struct Instance = "aws.ec2.instances" {
        /// `i-…`
        id: Text = "InstanceId",
        /// Where it is in its life.
        state: InstanceState = "State",
        /// "The public IPv4 address, or the Carrier IP address assigned to the instance, if applicable."
        public_ip_address: Text = "PublicIpAddress",
        /// All of its interfaces; a terminated instance has none left.
        network_interfaces: List<NetworkInterface> = "NetworkInterfaces",
        /// Who reaches its metadata service.
        metadata_options: MetadataOptions = "MetadataOptions",
        /// Its tags.
        tags: List<Tag> = "Tags",
        /// "The IAM instance profile associated with the instance, if applicable."
        iam_instance_profile: IamInstanceProfile = "IamInstanceProfile",
    }
}

noun! {
    /// The instance profile of an instance.
    pub struct IamInstanceProfile {
        /// Its ARN.
        arn: Text = "Arn",
    }
}

noun! {
    /// Who reaches the metadata service of an instance, or of one that a launch template starts.
    pub struct MetadataOptions {
        /// `applied`, or `pending`: "The metadata options are being updated".
        state: Text = "State",
        /// `disabled`: "you cannot access your instance metadata". A launch template that does not say it means
        /// `enabled`.
        http_endpoint: Text = "HttpEndpoint",
        /// `required`: "IMDSv1 is disabled, and you must use IMDSv2". Else `optional`.
        http_tokens: Text = "HttpTokens",
        /// "The maximum number of hops that the metadata token can travel."
        http_put_response_hop_limit: i64 = "HttpPutResponseHopLimit",
    }
}

noun! {
    /// Where an instance is in its life.
    pub struct InstanceState {
        /// `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.
        name: Text = "Name",
    }
}

noun! {
    /// An interface of an instance.
    pub struct NetworkInterface {
        /// `eni-…`
        id: Text = "NetworkInterfaceId",
        /// Its subnet.
        subnet_id: Text = "SubnetId",
        /// Public address of the primary private address; absent without one.
        association: Association = "Association",
        /// Every private IPv4 address, each with a public one of its own or none. An interface in an IPv6-only subnet
        /// has no IPv4 address.
        private_ip_addresses: List<PrivateIpAddress> = "PrivateIpAddresses",
        /// Its IPv6 addresses; absent or empty without any.
        ipv6_addresses: List<Ipv6Address> = "Ipv6Addresses",
    }
}

noun! {
    /// A private IPv4 address of an interface.
    pub struct PrivateIpAddress {
        /// Its public address; absent without one.
        association: Association = "Association",
    }
}

noun! {
    /// What a private address is known as outside.
    pub struct Association {
        /// "The public IP address or Elastic IP address bound to the network interface."
        public_ip: Text = "PublicIp",
        /// In a Wavelength Zone: the address in the carrier's network.
        carrier_ip: Text = "CarrierIp",
    }
}

noun! {
    /// An IPv6 address of an interface.
    pub struct Ipv6Address {
        /// The address.
        address: Text = "Ipv6Address",
    }
}

noun! {
    /// A tag.
    pub struct Tag {
        /// Its key.
        key: Text = "Key",
        /// Its value, which may be empty.
        value: Text = "Value",
    }
}

noun! {
    /// A subnet (`ec2:DescribeSubnets`).
    pub struct Subnet = "aws.ec2.subnets" {
        /// `subnet-…`
        id: Text = "SubnetId",
        /// Its VPC.
        vpc_id: Text = "VpcId",
        /// "Indicates whether instances launched in this subnet receive a public IPv4 address."
        map_public_ip_on_launch: bool = "MapPublicIpOnLaunch",
        /// Whether it has no IPv4 at all.
        ipv6_native: bool = "Ipv6Native",
        /// What VPC Block Public Access does here, exclusions considered.
        block_public_access: BlockPublicAccess = "BlockPublicAccessStates",
    }
}

noun! {
    /// VPC Block Public Access in one subnet.
    pub struct BlockPublicAccess {
        /// `off`, `block-bidirectional`, `block-ingress`.
        internet_gateway: Text = "InternetGatewayBlockMode",
    }
}

noun! {
    /// A route table (`ec2:DescribeRouteTables`).
    pub struct RouteTable = "aws.ec2.routetables" {
        /// `rtb-…`
        id: Text = "RouteTableId",
        /// Its VPC.
        vpc_id: Text = "VpcId",
        /// The subnets and gateways that use it. A table that nothing uses has none.
        associations: List<RouteTableAssociation> = "Associations",
        /// Its routes: at least the VPC's own.
        routes: List<Route> = "Routes",
    }
}

noun! {
    /// A use of a route table.
    pub struct RouteTableAssociation {
        /// Whether the table is the one of all subnets that name no other.
        main: bool = "Main",
        /// "A subnet ID is not returned for an implicit association."
        subnet_id: Text = "SubnetId",
        /// A gateway that uses the table for what comes in.
        gateway_id: Text = "GatewayId",
        /// A pool of addresses that uses the table for what comes in.
        public_ipv4_pool: Text = "PublicIpv4Pool",
        /// How far it has come.
        association_state: RouteTableAssociationState = "AssociationState",
    }
}

noun! {
    /// How far a use of a route table has come.
    pub struct RouteTableAssociationState {
        /// `associating`, `associated`, `disassociating`, `disassociated`, `failed`.
        state: Text = "State",
    }
}

noun! {
    /// A route. One of the destinations and one of the targets is there.
    pub struct Route {
        /// IPv4 destination.
        destination_cidr_block: Text = "DestinationCidrBlock",
        /// IPv6 destination.
        destination_ipv6_cidr_block: Text = "DestinationIpv6CidrBlock",
        /// Destination that is a list of networks.
        destination_prefix_list_id: Text = "DestinationPrefixListId",
        /// `local`, `igw-…` (internet gateway), `vgw-…`, `vpce-…`.
        gateway_id: Text = "GatewayId",
        /// `nat-…`
        nat_gateway_id: Text = "NatGatewayId",
        /// `eigw-…`: out only.
        egress_only_internet_gateway_id: Text = "EgressOnlyInternetGatewayId",
        /// `tgw-…`
        transit_gateway_id: Text = "TransitGatewayId",
        /// `eni-…`: a machine that forwards.
        network_interface_id: Text = "NetworkInterfaceId",
        /// `pcx-…`
        vpc_peering_connection_id: Text = "VpcPeeringConnectionId",
        /// `lgw-…`: an Outpost's.
        local_gateway_id: Text = "LocalGatewayId",
        /// `cagw-…`: a Wavelength Zone's.
        carrier_gateway_id: Text = "CarrierGatewayId",
        /// A Cloud WAN core network.
        core_network_arn: Text = "CoreNetworkArn",
        /// An Oracle Database network.
        odb_network_arn: Text = "OdbNetworkArn",
        /// The next hop of a route that a VPC Route Server brought.
        ip_address: Text = "IpAddress",
        /// `active`, `blackhole` ("the route's target isn't available"), `filtered`.
        state: Text = "State",
    }
}

noun! {
    /// A version of a launch template (`ec2:DescribeLaunchTemplateVersions`).
    pub struct LaunchTemplateVersion = "aws.ec2.launchtemplateversions" {
        /// `lt-…`
        template_id: Text = "LaunchTemplateId",
        /// The version.
        number: i64 = "VersionNumber",
        /// Whether it is the one that serves who names no version.
        is_default: bool = "DefaultVersion",
        /// What it says.
        data: LaunchTemplateData = "LaunchTemplateData",
    }
}

noun! {
    /// What a launch template says.
    pub struct LaunchTemplateData {
        /// Absent when the template leaves interfaces to whoever uses it.
        network_interfaces: List<LaunchInterface> = "NetworkInterfaces",
        /// Absent when the template leaves that to the image and the account.
        metadata_options: MetadataOptions = "MetadataOptions",
        /// Absent when the template leaves the image to whoever uses it.
        image_id: Text = "ImageId",
        /// The script that new machines run. Facts hold a marker in its place; absent when there is none.
        user_data: Text = "UserData",
    }
}

noun! {
    /// An interface that a launch template gives to new instances.
    pub struct LaunchInterface {
        /// 0 is the primary interface.
        device_index: i64 = "DeviceIndex",
        /// "Indicates whether to associate a public IPv4 address with eth0 for a new network interface."
        associate_public_ip_address: bool = "AssociatePublicIpAddress",
        /// The same for an address of the carrier, in a Wavelength Zone.
        associate_carrier_ip_address: bool = "AssociateCarrierIpAddress",
    }
}

noun! {
    /// VPC Block Public Access of an account in a region (`ec2:DescribeVpcBlockPublicAccessOptions`).
    pub struct VpcBlockPublicAccessOptions = "aws.ec2.vpcblockpublicaccessoptions" {
        /// The region.
        region: Text = "AwsRegion",
        /// `off`, `block-bidirectional`, `block-ingress`.
        internet_gateway: Text = "InternetGatewayBlockMode",
    }
}
