//! Whether what starts machines gives them public addresses.

use crate::ec2::{LaunchInterface, LaunchTemplateVersion};
use crate::{List, Unknown};

/// Who decides whether a new machine gets a public IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigns {
    /// It does; the field that says so.
    Yes(String),
    /// It does not; the field that says so.
    No(String),
    /// Whatever the subnet's `MapPublicIpOnLaunch` says.
    AsSubnet,
}

/// What a launch template decides. "Whether to associate a public IPv4 address with eth0": only the primary interface can
/// get one, and where that says nothing the subnet's setting applies.
///
/// # Errors
/// [`Unknown`] when a field that decides is odd.
pub fn launch_template(version: &LaunchTemplateVersion) -> Result<Assigns, Unknown> {
    let Some(data) = version.data.in_view()? else { return Ok(Assigns::AsSubnet) };
    let Some(interfaces) = data.network_interfaces.declared()? else { return Ok(Assigns::AsSubnet) };
    let mut primary = Assigns::AsSubnet;
    for (number, interface) in interfaces.iter().enumerate() {
        let Some(interface) = interface.in_view()? else { continue };
        let field = |name: &str| format!("/LaunchTemplateData/NetworkInterfaces/{number}/{name}");
        let public = interface.associate_public_ip_address.declared()?;
        if public == Some(&true) {
            return Ok(Assigns::Yes(field("AssociatePublicIpAddress")));
        }
        if interface.associate_carrier_ip_address.declared()? == Some(&true) {
            return Ok(Assigns::Yes(field("AssociateCarrierIpAddress")));
        }
        if public == Some(&false) && is_primary(interfaces, interface)? {
            primary = Assigns::No(field("AssociatePublicIpAddress"));
        }
    }
    Ok(primary)
}

/// The only interface is the primary one, whatever it says.
fn is_primary(interfaces: &List<LaunchInterface>, interface: &LaunchInterface) -> Result<bool, Unknown> {
    Ok(interfaces.len() == 1 || *interface.device_index.get()? == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Known;

    fn of(data: &str) -> Result<Assigns, Unknown> {
        let version: Known<LaunchTemplateVersion> =
            serde_json::from_str(&format!(r#"{{"LaunchTemplateId":"lt-1","LaunchTemplateData":{data}}}"#))
                .expect("JSON");
        launch_template(version.get().expect("a version"))
    }

    fn first(name: &str) -> String {
        format!("/LaunchTemplateData/NetworkInterfaces/0/{name}")
    }

    #[test]
    fn the_primary_interface_decides_unless_any_asks_for_an_address() {
        let public = "AssociatePublicIpAddress";
        assert_eq!(of(r#"{"NetworkInterfaces":[{"AssociatePublicIpAddress":true}]}"#), Ok(Assigns::Yes(first(public))));
        assert_eq!(of(r#"{"NetworkInterfaces":[{"AssociatePublicIpAddress":false}]}"#), Ok(Assigns::No(first(public))));
        assert_eq!(
            of(r#"{"NetworkInterfaces":[{"DeviceIndex":0,"AssociatePublicIpAddress":false},{"DeviceIndex":1}]}"#),
            Ok(Assigns::No(first(public)))
        );
        assert_eq!(
            of(r#"{"NetworkInterfaces":[{"DeviceIndex":1,"AssociatePublicIpAddress":false},{"DeviceIndex":0}]}"#),
            Ok(Assigns::AsSubnet)
        );
        let carrier = r#"{"NetworkInterfaces":[{"AssociateCarrierIpAddress":true}]}"#;
        assert_eq!(of(carrier), Ok(Assigns::Yes(first("AssociateCarrierIpAddress"))));
    }

    #[test]
    fn saying_nothing_leaves_it_to_the_subnet_and_nonsense_is_unknown() {
        for silent in [
            "{}",
            r#"{"ImageId":"ami-1"}"#,
            r#"{"NetworkInterfaces":[]}"#,
            r#"{"NetworkInterfaces":[{"DeviceIndex":0}]}"#,
        ] {
            assert_eq!(of(silent), Ok(Assigns::AsSubnet), "{silent}");
        }
        for lost in [
            "null",
            r#"{"NetworkInterfaces":{"DeviceIndex":0}}"#,
            r#"{"NetworkInterfaces":[{"AssociatePublicIpAddress":"false"}]}"#,
            r#"{"NetworkInterfaces":[{"AssociatePublicIpAddress":false},{"DeviceIndex":1}]}"#,
        ] {
            assert!(of(lost).is_err(), "{lost}");
        }
    }
}
