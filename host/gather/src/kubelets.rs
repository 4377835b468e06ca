//! How the configuration of kubelets is come by, and what node agents left of it in a file.

use crate::error::GatherError;
use eksamine_facts::kubelet::KubeletConfiguration;
use eksamine_facts::{Noun as _, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The kind that this is about.
pub(crate) const KIND: &str = KubeletConfiguration::KIND;

/// How kubelets are asked for their configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Kubelets {
    /// Over the API server's node proxy: `get nodes/proxy`, which reaches far more than a configuration.
    #[default]
    Proxy,
    /// Each at its node's own address, over TLS that the cluster's authority vouches for: `get nodes/configz` (kubelets
    /// of 1.33 and later; earlier ones ask for `nodes/proxy` there as well). The nodes' network must be reachable.
    Direct,
    /// Not at all: node agents have read the files of the kubelets before.
    Files(Files),
}

/// What node agents printed, an item for each node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Where it stands.
    pub path: PathBuf,
    items: BTreeMap<String, String>,
}

impl Files {
    /// Reads a file of lines as `eksamine kubelet` prints them; of several about one node the last counts.
    ///
    /// # Errors
    /// [`GatherError::Kubelets`]: the file cannot be read, or a line is no such item.
    pub fn read(path: &Path) -> Result<Self, GatherError> {
        let broken = |why: String| GatherError::Kubelets { path: path.to_owned(), why };
        let text = std::fs::read_to_string(path).map_err(|error| broken(error.to_string()))?;
        let mut items = BTreeMap::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let node = node_of(line).map_err(|why| broken(format!("line {}: {why}", number + 1)))?;
            items.insert(node, line.trim().to_owned());
        }
        Ok(Self { path: path.to_owned(), items })
    }

    pub(crate) fn item(&self, node: &str) -> Option<&str> {
        self.items.get(node).map(String::as_str)
    }
}

fn node_of(line: &str) -> Result<String, String> {
    let item = Tree::parse(line).map_err(|error| error.to_string())?;
    let text = |key| item.get(key).and_then(Tree::as_text).filter(|text| !text.is_empty());
    let is_object = |key| matches!(item.get(key), Some(Tree::Object(_)));
    match (text("node"), text("source")) {
        (Some(node), Some("file")) if is_object("config") && is_object("flags") => Ok(node.to_owned()),
        _ => Err("not what `eksamine kubelet` prints: node, source, config and flags of one kubelet".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Files, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kubelets.jsonl");
        std::fs::write(&path, text).expect("a file");
        Files::read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn each_line_is_a_node_and_the_last_word_counts() {
        let line = |node: &str, port: u16| {
            format!(r#"{{"node":"{node}","source":"file","config":{{"readOnlyPort":{port}}},"flags":{{}}}}"#)
        };
        let files = read(&[line("a", 1), String::new(), line("b", 2), line("a", 3)].join("\n")).expect("read");
        assert_eq!(files.item("a"), Some(line("a", 3).as_str()));
        assert_eq!(files.item("b"), Some(line("b", 2).as_str()));
        assert_eq!(files.item("c"), None);
    }

    #[test]
    fn what_is_no_item_is_refused_with_its_line() {
        for wrong in [
            r#"{"node":"a","source":"proxy","config":{},"flags":{}}"#,
            r#"{"node":"","source":"file","config":{},"flags":{}}"#,
            r#"{"node":"a","source":"file","config":{}}"#,
            "[]",
        ] {
            let refused = read(&format!("\n{wrong}\n")).expect_err("refused");
            assert!(refused.starts_with("FILE: line 2: not what `eksamine kubelet` prints"), "{wrong}: {refused}");
        }
        assert!(read("{").is_err_and(|why| why.starts_with("FILE: line 1: ")));
    }
}
