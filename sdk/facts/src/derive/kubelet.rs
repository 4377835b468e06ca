//! What is known of a kubelet's configuration, and on what ground: read, or by who runs the node and what it started from.

mod inferred;
mod sample;

pub use inferred::{Inferred, Stock, infer};
pub use sample::{Group, group};

use super::node::{Origin, origin};
use crate::kubelet::{KubeletConfig, KubeletConfiguration};
use crate::nodes::Node;
use crate::{Given, Known, Text, Unknown};
use std::fmt;

/// The port that a kubelet without a configuration file opens: "--read-only-port int32 Default: 10255".
const FLAG_DEFAULT: i64 = 10_255;

/// Who runs a kubelet that its user can neither reach nor configure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managed {
    /// Fargate.
    Fargate,
    /// EKS Auto Mode.
    AutoMode,
}

/// Whether AWS runs the kubelet of a node. `auto_mode`: whether the cluster runs Auto Mode. Where it does not, a label that
/// says so is of whoever started the node.
///
/// # Errors
/// [`Unknown`] when it is not known what the node is.
pub fn managed(node: &Node, auto_mode: &Known<bool>) -> Result<Option<Managed>, Unknown> {
    Ok(match origin(node)? {
        Origin::Fargate => Some(Managed::Fargate),
        Origin::AutoMode(_) if *auto_mode.get()? => Some(Managed::AutoMode),
        _ => None,
    })
}

impl fmt::Display for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fargate => "Fargate",
            Self::AutoMode => "EKS Auto Mode",
        })
    }
}

/// A setting, and the field of the item that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// A pointer into the item.
    pub field: &'static str,
}

/// The port that a kubelet serves without asking who is there; 0 is none.
///
/// # Errors
/// [`Unknown`] when a field that decides cannot be read.
pub fn read_only_port(kubelet: &KubeletConfiguration) -> Result<Setting<i64>, Unknown> {
    const FIELD: &str = "/config/readOnlyPort";
    let Some(flags) = flags(kubelet)? else {
        // "Default: 0 (disabled)", and configz leaves zero values out.
        let port = in_config(kubelet, |config| Ok(config.read_only_port.declared()?.copied()))?;
        return Ok(Setting { value: port.unwrap_or(0), field: FIELD });
    };
    if let Some(flag) = flags.flag("read-only-port")? {
        let value = flag.parse().map_err(|_| Unknown::because(format!("--read-only-port={flag} is no port")))?;
        return Ok(Setting { value, field: "/flags/read-only-port" });
    }
    let given = in_config(kubelet, |config| Ok(config.read_only_port.declared()?.copied()))?;
    // An empty name is as good as none: the kubelet reads a file when the name has a length.
    let file = flags.flag("config")?.filter(|name| !name.is_empty());
    Ok(match (given, file) {
        (Some(value), _) => Setting { value, field: FIELD },
        (None, Some(_)) => Setting { value: 0, field: FIELD },
        // Without a file the default is the flag's, and a folder of drop-ins does not change that.
        (None, None) => Setting { value: FLAG_DEFAULT, field: "/flags/config" },
    })
}

/// The bundle that a kubelet checks client certificates against; `None` when it takes none.
///
/// # Errors
/// [`Unknown`] when a field that decides cannot be read.
pub fn client_ca(kubelet: &KubeletConfiguration) -> Result<Setting<Option<Text>>, Unknown> {
    if let Some(flag) = flags(kubelet)?.map(|flags| flags.flag("client-ca-file")).transpose()?.flatten() {
        let value = Some(flag).filter(|path| !path.is_empty());
        return Ok(Setting { value, field: "/flags/client-ca-file" });
    }
    let value = in_config(kubelet, |config| {
        let Some(authentication) = config.authentication.declared()? else { return Ok(None) };
        let Some(x509) = authentication.x509.declared()? else { return Ok(None) };
        Ok(x509.client_ca_file.declared()?.cloned())
    })?;
    Ok(Setting { value, field: "/config/authentication/x509/clientCAFile" })
}

fn in_config<T>(
    kubelet: &KubeletConfiguration,
    read: impl FnOnce(&KubeletConfig) -> Result<Option<T>, Unknown>,
) -> Result<Option<T>, Unknown> {
    kubelet.config.in_view()?.map_or(Ok(None), read)
}

/// The flags beside a kubelet's files.
struct Flags<'k>(Option<&'k crate::Map<Text>>);

impl Flags<'_> {
    /// What a flag says. One that is empty was given all the same, and beats the file.
    fn flag(&self, name: &str) -> Result<Option<Text>, Unknown> {
        let Some(flags) = self.0 else { return Ok(None) };
        Ok(match flags.entry(name).given()? {
            Given::Not => None,
            Given::Empty => Some(Text::new("")),
            Given::Value(text) => Some((*text).clone()),
        })
    }
}

/// The flags that beat the configuration; `None` when the configuration is the running kubelet's own, with its flags in it.
fn flags(kubelet: &KubeletConfiguration) -> Result<Option<Flags<'_>>, Unknown> {
    let source = kubelet.source.get()?;
    match source.as_str() {
        "direct" | "proxy" => Ok(None),
        "file" => kubelet.flags.in_view().map(|flags| Some(Flags(flags))),
        _ => Err(Unknown::because(format!("{source} is no source of a kubelet's configuration"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubelet(json: &str) -> KubeletConfiguration {
        let known: Known<KubeletConfiguration> = serde_json::from_str(json).expect("JSON");
        known.get().expect("an item").clone()
    }

    fn port(json: &str) -> Option<(i64, &'static str)> {
        read_only_port(&kubelet(json)).ok().map(|setting| (setting.value, setting.field))
    }

    #[test]
    fn the_label_of_auto_mode_counts_where_auto_mode_is_on() {
        let of = |labels: &str, auto_mode: Known<bool>| {
            let json = format!(
                r#"{{"metadata":{{"name":"n","labels":{labels}}},"spec":{{"providerID":"aws:///eu-west-1a/i-0abc"}}}}"#
            );
            let node: Known<Node> = serde_json::from_str(&json).expect("JSON");
            managed(node.get().expect("a node"), &auto_mode)
        };
        let unread = || Known::derived(|| Err(Unknown::because("denied")));
        let auto = r#"{"eks.amazonaws.com/compute-type":"auto"}"#;
        assert_eq!(of(auto, Known::value(true)), Ok(Some(Managed::AutoMode)));
        assert_eq!(of(auto, Known::value(false)), Ok(None));
        assert!(of(auto, unread()).is_err());
        assert_eq!(of("{}", unread()), Ok(None));
    }

    #[test]
    fn what_runs_leaves_zero_out() {
        for (config, expected) in [("{}", 0), (r#"{"readOnlyPort":0}"#, 0), (r#"{"readOnlyPort":10255}"#, 10_255)] {
            for source in ["direct", "proxy"] {
                let item = format!(r#"{{"node":"n","source":"{source}","config":{config}}}"#);
                assert_eq!(port(&item), Some((expected, "/config/readOnlyPort")), "{item}");
            }
        }
    }

    #[test]
    fn flags_beat_files_and_a_kubelet_without_a_file_is_open() {
        let of = |config: &str, flags: &str| {
            port(&format!(r#"{{"node":"n","source":"file","config":{config},"flags":{flags}}}"#))
        };
        let (open, closed) = (r#"{"readOnlyPort":10255}"#, r#"{"readOnlyPort":0}"#);
        let file = r#"{"config":"/etc/kubernetes/kubelet/config.json"}"#;
        assert_eq!(of("{}", file), Some((0, "/config/readOnlyPort")));
        assert_eq!(of(open, file), Some((10_255, "/config/readOnlyPort")));
        assert_eq!(of(open, r#"{"read-only-port":"0"}"#), Some((0, "/flags/read-only-port")));
        assert_eq!(of(closed, r#"{"read-only-port":"8080"}"#), Some((8_080, "/flags/read-only-port")));
        let folder = r#"{"config-dir":"/etc/kubernetes/kubelet/config.json.d"}"#;
        assert_eq!(of("{}", folder), Some((10_255, "/flags/config")));
        assert_eq!(of("{}", "{}"), Some((10_255, "/flags/config")));
        assert_eq!(of(closed, folder), Some((0, "/config/readOnlyPort")));
        assert_eq!(of(closed, r#"{"read-only-port":"off"}"#), None);
        assert_eq!(of(closed, r#"{"read-only-port":""}"#), None);
        assert_eq!(of("{}", r#"{"config":""}"#), Some((10_255, "/flags/config")));
    }

    #[test]
    fn what_is_not_read_is_not_closed() {
        for lost in [
            r#"{"node":"n","config":{}}"#,
            r#"{"node":"n","source":"hearsay","config":{}}"#,
            r#"{"node":"n","source":"proxy"}"#,
            r#"{"node":"n","source":"proxy","config":null}"#,
            r#"{"node":"n","source":"proxy","config":{"readOnlyPort":"0"}}"#,
            r#"{"node":"n","source":"file","config":{"readOnlyPort":0}}"#,
        ] {
            assert_eq!(port(lost), None, "{lost}");
        }
    }

    #[test]
    fn the_bundle_is_in_the_file_or_a_flag() {
        let of = |text: &str| client_ca(&kubelet(text)).ok().map(|setting| setting.value.map(|v| v.to_string()));
        let named = |path: &str| Some(Some(path.to_owned()));
        let x509 = r#""config":{"authentication":{"x509":{"clientCAFile":"/ca.crt"}}}"#;
        assert_eq!(of(&format!(r#"{{"source":"proxy",{x509}}}"#)), named("/ca.crt"));
        assert_eq!(of(&format!(r#"{{"source":"file",{x509},"flags":{{"client-ca-file":"/b"}}}}"#)), named("/b"));
        let (empty, null) = (r#""flags":{"client-ca-file":""}"#, r#""flags":{"client-ca-file":null}"#);
        assert_eq!(of(&format!(r#"{{"source":"file",{x509},{empty}}}"#)), Some(None));
        assert_eq!(of(&format!(r#"{{"source":"file",{x509},{null}}}"#)), None);
        for none in ["{}", r#"{"authentication":{"x509":{}}}"#, r#"{"authentication":{"x509":{"clientCAFile":""}}}"#] {
            assert_eq!(of(&format!(r#"{{"source":"direct","config":{none}}}"#)), Some(None), "{none}");
        }
        assert_eq!(of(r#"{"source":"proxy","config":{"authentication":{"x509":{"clientCAFile":7}}}}"#), None);
    }
}
