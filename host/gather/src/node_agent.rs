//! What a node agent does: reads a kubelet's files and flags on its node, and merges them as the kubelet does.

use crate::kubernetes::hide_headers;
use eksamine_facts::Tree;
use serde_json::{Map, Value};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Flags that name files, and flags that beat what stands in them. Others are nobody's business, and some hold what is
/// private.
const FLAGS: [&str; 19] = [
    "address",
    "anonymous-auth",
    "authentication-token-webhook",
    "authorization-mode",
    "client-ca-file",
    "config",
    "config-dir",
    "event-qps",
    "feature-gates",
    "hostname-override",
    "make-iptables-util-chains",
    "port",
    "protect-kernel-defaults",
    "read-only-port",
    "rotate-certificates",
    "rotate-server-certificates",
    "streaming-connection-idle-timeout",
    "tls-cipher-suites",
    "tls-min-version",
];

/// Why a kubelet's configuration could not be read on its node.
#[derive(Debug, thiserror::Error)]
pub enum NodeAgentError {
    /// None runs, or several do.
    #[error(
        "{count} processes named kubelet under {}: the node's /proc must be mounted at {}", .proc.display(), .proc.display()
    )]
    Process {
        /// How many there are.
        count: usize,
        /// Where they were looked for.
        proc: PathBuf,
    },
    /// A file of the kubelet.
    #[error("{}: {why}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl NodeAgentError {
    fn of(path: &Path, why: impl ToString) -> Self {
        Self::File { path: path.to_owned(), why: why.to_string() }
    }
}

/// One line: `{node, source, config, flags}` of the kubelet that runs on this node, whose root directory (or as much of it
/// as is needed: `proc` and the folders of the kubelet's files) is mounted at `root`.
///
/// # Errors
/// [`NodeAgentError`]: no kubelet, or a file that cannot be read. Half a configuration is never printed.
pub fn kubelet(root: &Path, node: &str) -> Result<String, NodeAgentError> {
    let flags = flags(&arguments(&root.join("proc"))?);
    let flag = |name: &str| flags.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
    let mut config = match flag("config") {
        Some(file) => read(&under(root, file))?,
        None => Value::Object(Map::new()),
    };
    if let Some(folder) = flag("config-dir") {
        for file in drop_ins(&under(root, folder))? {
            merge(&mut config, read(&file)?);
        }
    }
    let text = config.to_string();
    let mut config = Tree::parse(&text).map_err(|error| NodeAgentError::of(root, error))?;
    hide_headers(&mut config);
    let text = Value::Object(flags).to_string();
    let flags = Tree::parse(&text).map_err(|error| NodeAgentError::of(root, error))?;
    let mut item = Tree::Object(Vec::new());
    item.set("node", Tree::text(node));
    item.set("source", Tree::text("file"));
    item.set("config", config);
    item.set("flags", flags);
    let mut line = String::new();
    item.write(&mut line);
    Ok(line)
}

/// A path of the node, as we see it.
fn under(root: &Path, path: &str) -> PathBuf {
    root.join(path.trim_start_matches('/'))
}

/// The arguments of the one process that is a kubelet.
fn arguments(proc: &Path) -> Result<Vec<String>, NodeAgentError> {
    let entries = fs::read_dir(proc).map_err(|error| NodeAgentError::of(proc, error))?;
    let mut found: Vec<Vec<String>> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| NodeAgentError::of(proc, error))?;
        if !entry.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let path = entry.path().join("cmdline");
        match fs::read(&path) {
            Ok(line) => found.extend(kubelets_arguments(&line)),
            // It has ended in the meantime.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) || error.raw_os_error() == Some(3) => {}
            Err(error) => return Err(NodeAgentError::of(&path, error)),
        }
    }
    match <[Vec<String>; 1]>::try_from(found) {
        Ok([arguments]) => Ok(arguments),
        Err(found) => Err(NodeAgentError::Process { count: found.len(), proc: proc.to_owned() }),
    }
}

fn kubelets_arguments(line: &[u8]) -> Option<Vec<String>> {
    // Every word ends in a zero, an empty one as well, which may be a flag's value.
    let line = line.strip_suffix(&[0]).unwrap_or(line);
    let mut words = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let program = words.next()?;
    (program.rsplit('/').next()? == "kubelet").then(|| words.collect())
}

/// `--name=value`, `--name value` and, of booleans, `--name`.
fn flags(arguments: &[String]) -> Map<String, Value> {
    let mut flags = Map::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let Some(flag) = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) else { continue };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => match rest.next_if(|next| !next.starts_with('-')) {
                Some(value) => (flag, value.clone()),
                None => (flag, "true".to_owned()),
            },
        };
        // pflag takes underscores for dashes in flags that are normalised so, as the kubelet's are.
        let name = name.replace('_', "-");
        if FLAGS.contains(&name.as_str()) {
            flags.insert(name, Value::from(value));
        }
    }
    flags
}

/// Every file of the folder whose name ends in `.conf`, in the order in which the kubelet walks it.
fn drop_ins(folder: &Path) -> Result<Vec<PathBuf>, NodeAgentError> {
    let entries = fs::read_dir(folder).map_err(|error| NodeAgentError::of(folder, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| NodeAgentError::of(folder, error))?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(drop_ins(&path)?);
        } else if path.extension() == Some(OsStr::new("conf")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// A KubeletConfiguration, which is YAML, of which JSON is a part.
fn read(path: &Path) -> Result<Value, NodeAgentError> {
    let text = fs::read_to_string(path).map_err(|error| NodeAgentError::of(path, error))?;
    let value: Value = serde_saphyr::from_str(&text).map_err(|error| NodeAgentError::of(path, error))?;
    match value {
        Value::Object(_) => Ok(value),
        _ => Err(NodeAgentError::of(path, "it holds no KubeletConfiguration")),
    }
}

/// A JSON merge patch (RFC 7386), by which the kubelet applies its drop-ins.
fn merge(base: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *base = patch;
        return;
    };
    if !base.is_object() {
        *base = Value::Object(Map::new());
    }
    let Value::Object(base) = base else { return };
    for (key, value) in patch {
        if value.is_null() {
            base.remove(&key);
        } else {
            merge(base.entry(key).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Node(tempfile::TempDir);

    impl Node {
        fn new() -> Self {
            let node = Self(tempfile::tempdir().expect("a folder"));
            node.file("proc/1/cmdline", "/usr/lib/systemd/systemd\0--system\0");
            node.file("proc/self/cmdline", "kubelet\0");
            node.file("proc/77/cmdline", "/usr/local/bin/kubelet-wrapper\0");
            node
        }

        fn file(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }

        fn read(&self) -> Result<String, String> {
            let root = self.0.path();
            kubelet(root, "n").map_err(|error| error.to_string().replace(&root.display().to_string(), "ROOT"))
        }
    }

    #[test]
    fn files_are_merged_in_order_and_flags_stand_beside_them() {
        let node = Node::new();
        let command = "/usr/bin/kubelet\0--config=/etc/kubernetes/kubelet/config.json\0--config-dir\0/etc/kubernetes/kubelet/config.json.d\0--read_only_port=0\0--node-labels=team=x\0--protect-kernel-defaults\0";
        node.file("proc/1234/cmdline", command);
        let of = "etc/kubernetes/kubelet/";
        node.file(
            &format!("{of}config.json"),
            r#"{"kind":"KubeletConfiguration","readOnlyPort":0,"authentication":{"x509":{"clientCAFile":"/a"},"webhook":{"enabled":true}},"tlsCipherSuites":["A","B"]}"#,
        );
        node.file(
            &format!("{of}config.json.d/40-nodeadm.conf"),
            "authentication:\n  x509:\n    clientCAFile: /b\nreadOnlyPort: 10255\nstaticPodURLHeader:\n  Authorization: [secret]\n",
        );
        node.file(&format!("{of}config.json.d/10-first.conf"), r#"{"readOnlyPort":1,"tlsCipherSuites":["C"]}"#);
        node.file(&format!("{of}config.json.d/50-last.conf"), r#"{"authentication":{"webhook":null}}"#);
        node.file(&format!("{of}config.json.d/README"), "no configuration");
        let line = node.read().expect("an item");
        let item: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(item["source"], "file");
        let expected = serde_json::json!({"kind": "KubeletConfiguration", "readOnlyPort": 10255,
            "authentication": {"x509": {"clientCAFile": "/b"}}, "tlsCipherSuites": ["C"],
            "staticPodURLHeader": eksamine_facts::redact::MARKER});
        assert_eq!(item["config"], expected);
        let expected = serde_json::json!({"config": "/etc/kubernetes/kubelet/config.json", "protect-kernel-defaults": "true",
            "config-dir": "/etc/kubernetes/kubelet/config.json.d", "read-only-port": "0"});
        assert_eq!(item["flags"], expected);
    }

    #[test]
    fn half_a_configuration_is_none() {
        let node = Node::new();
        assert!(node.read().is_err_and(|why| why.starts_with("0 processes named kubelet under ROOT/proc")));
        node.file("proc/9/cmdline", "kubelet\0--config=/etc/k.yaml\0");
        assert!(node.read().is_err_and(|why| why.starts_with("ROOT/etc/k.yaml: ")));
        node.file("etc/k.yaml", "- a list\n");
        assert_eq!(node.read(), Err("ROOT/etc/k.yaml: it holds no KubeletConfiguration".to_owned()));
        node.file("etc/k.yaml", "readOnlyPort: 0\n");
        assert_eq!(
            node.read().as_deref(),
            Ok(r#"{"config":{"readOnlyPort":0},"flags":{"config":"/etc/k.yaml"},"node":"n","source":"file"}"#)
        );
        node.file("proc/9/cmdline", "kubelet\0--client-ca-file\0\0--config=/etc/k.yaml\0--config-dir=\0");
        assert_eq!(
            node.read().as_deref(),
            Ok(
                r#"{"config":{"readOnlyPort":0},"flags":{"client-ca-file":"","config":"/etc/k.yaml","config-dir":""},"node":"n","source":"file"}"#
            )
        );
        node.file("proc/10/cmdline", "kubelet\0");
        assert!(node.read().is_err_and(|why| why.starts_with("2 processes")));
    }
}
