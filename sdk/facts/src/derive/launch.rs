//! Whether what starts machines gives them public addresses.

use super::addresses::Network;
use crate::ec2::{LaunchInterface, LaunchTemplateVersion};
use crate::{Known, List, Unknown};

/// Who decides whether a new machine gets a public IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigns {
    /// It gets one, of that network; the field that says so.
    Yes(Network, String),
    /// It gets none; the field that says so.
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
    let each = interfaces.iter().enumerate();
    let each: Vec<Known<Assigns>> = each.map(|(n, i)| Known::derived(|| by_interface(n, i, interfaces))).collect();
    if let Some(yes) = each.iter().filter_map(Known::peek).find(|a| matches!(a, Assigns::Yes(..))) {
        return Ok(yes.clone());
    }
    let mut primary = Assigns::AsSubnet;
    for assigns in &each {
        if let no @ Assigns::No(_) = assigns.get()? {
            primary = no.clone();
        }
    }
    Ok(primary)
}

fn by_interface(
    number: usize,
    interface: &Known<LaunchInterface>,
    all: &List<LaunchInterface>,
) -> Result<Assigns, Unknown> {
    let Some(interface) = interface.in_view()? else { return Ok(Assigns::AsSubnet) };
    let field = |name: &str| format!("/LaunchTemplateData/NetworkInterfaces/{number}/{name}");
    let public = interface.associate_public_ip_address.declared()?;
    if public == Some(&true) {
        return Ok(Assigns::Yes(Network::Internet, field("AssociatePublicIpAddress")));
    }
    if interface.associate_carrier_ip_address.declared()? == Some(&true) {
        return Ok(Assigns::Yes(Network::Carrier, field("AssociateCarrierIpAddress")));
    }
    if public == Some(&false) && is_primary(all, interface)? {
        return Ok(Assigns::No(field("AssociatePublicIpAddress")));
    }
    Ok(Assigns::AsSubnet)
}

/// The version that a node group names among those of its launch template: a number, or `$Latest` and `$Default`, which
/// EKS takes and answers as numbers. `None` when it is not among them.
///
/// # Errors
/// [`Unknown`] when the name is none of these, or it may be one of which that is not known.
pub fn version<'v, V>(
    name: &str,
    versions: impl IntoIterator<Item = &'v V>,
    of: impl Fn(&'v V) -> Result<&'v LaunchTemplateVersion, Unknown>,
) -> Result<Option<&'v V>, Unknown> {
    let number = |v: &LaunchTemplateVersion| v.number.get().copied();
    match (name, name.parse::<i64>()) {
        ("$Latest", _) => {
            let numbers = versions.into_iter().map(|candidate| Ok((number(of(candidate)?)?, candidate)));
            let numbers: Vec<(i64, &V)> = numbers.collect::<Result<_, Unknown>>()?;
            Ok(numbers.into_iter().max_by_key(|(number, _)| *number).map(|(_, candidate)| candidate))
        }
        ("$Default", _) => first(versions, |candidate| of(candidate)?.is_default.get().copied()),
        (_, Ok(wanted)) => first(versions, |candidate| Ok(number(of(candidate)?)? == wanted)),
        _ => Err(Unknown::because(format!("{name} is no version of a launch template"))),
    }
}

/// The first that is known to be it, whatever is not known of others.
fn first<'v, V>(
    all: impl IntoIterator<Item = &'v V>,
    is_it: impl Fn(&'v V) -> Result<bool, Unknown>,
) -> Result<Option<&'v V>, Unknown> {
    let answers: Vec<(Known<bool>, &V)> = all.into_iter().map(|one| (Known::derived(|| is_it(one)), one)).collect();
    if let Some((_, found)) = answers.iter().find(|(answer, _)| answer.peek() == Some(&true)) {
        return Ok(Some(found));
    }
    answers.iter().try_for_each(|(answer, _)| answer.get().map(drop)).map(|()| None)
}

/// The only interface is the primary one, whatever it says.
fn is_primary(interfaces: &List<LaunchInterface>, interface: &LaunchInterface) -> Result<bool, Unknown> {
    Ok(interfaces.len() == 1 || *interface.device_index.get()? == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            of(r#"{"NetworkInterfaces":[{"AssociatePublicIpAddress":true}]}"#),
            Ok(Assigns::Yes(Network::Internet, first(public)))
        );
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
        assert_eq!(of(carrier), Ok(Assigns::Yes(Network::Carrier, first("AssociateCarrierIpAddress"))));
    }

    #[test]
    fn a_version_is_a_number_the_latest_or_the_default_one() {
        let versions = [(2, "true"), (11, "false"), (3, "false")].map(|(number, default)| {
            let json = format!(r#"{{"VersionNumber":{number},"DefaultVersion":{default},"LaunchTemplateData":{{}}}}"#);
            serde_json::from_str::<Known<LaunchTemplateVersion>>(&json).expect("JSON")
        });
        let of = |name: &str| {
            let found = version(name, &versions, |v| v.get())?;
            found.map(|v| v.then(|v| v.number.get().copied())).transpose()
        };
        assert_eq!([of("3"), of("$Latest"), of("$Default")], [Ok(Some(3)), Ok(Some(11)), Ok(Some(2))]);
        assert_eq!(of("4"), Ok(None));
        assert!(of("$Newest").is_err());
        let mut lost = versions.to_vec();
        lost.insert(0, serde_json::from_str(r#"{"LaunchTemplateId":"lt-1"}"#).expect("JSON"));
        let found = ["3", "$Default", "4", "$Latest"].map(|name| version(name, &lost, |v| v.get()).is_ok());
        assert_eq!(found, [true, true, false, false]);
        assert!(version("3", &[], |v: &Known<LaunchTemplateVersion>| v.get()).is_ok_and(|v| v.is_none()));
    }

    #[test]
    fn what_one_interface_asks_for_another_does_not_undo() {
        let odd = r#"{"AssociatePublicIpAddress":"true"}"#;
        let watch = crate::Watch::start();
        let found = of(&format!(r#"{{"NetworkInterfaces":[{odd},{{"AssociatePublicIpAddress":true}}]}}"#));
        let field = "/LaunchTemplateData/NetworkInterfaces/1/AssociatePublicIpAddress";
        assert_eq!(found, Ok(Assigns::Yes(Network::Internet, field.to_owned())));
        assert_eq!(watch.asked(), 0, "nobody is charged for what did not matter");
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
