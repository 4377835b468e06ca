//! How a server is started.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

const AUDIT_POLICY: &str = include_str!("../../../servers/kube/audit-policy.yaml");
pub(super) const AUDIT_LOG: &str = "audit.log";

/// The feature gate without which [`compact_etcd`](super::Kube::compact_etcd) does not expire
/// continue tokens.
pub const EXPIRING_CONTINUE_TOKENS: &str = "ListFromCacheSnapshot=false";

/// The default: RBAC, the users [`User::admin`] and [`User::limited`], no audit log.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `Name=true` or `Name=false`, as in kube-apiserver's `--feature-gates`.
    pub feature_gates: Vec<String>,
    /// Keep the log that [`Kube::audit`](super::Kube::audit) reads.
    pub audit: bool,
    /// Users beside the two that are always there.
    pub users: Vec<User>,
    /// Who is asked about tokens of no user: the URL of a TokenReview (`authentication.k8s.io/v1`)
    /// webhook.
    pub webhook: Option<String>,
    /// More flags of kube-apiserver. A list flag that is set already is added to, not replaced.
    pub flags: Vec<String>,
}

/// Somebody with a static token.
#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    pub groups: Vec<String>,
}

impl User {
    pub fn new(name: &str, groups: &[&str]) -> Self {
        Self { name: name.to_owned(), groups: groups.iter().map(|&group| group.to_owned()).collect() }
    }

    /// May do everything, is never throttled, and does not appear in the audit log.
    pub fn admin() -> Self {
        Self::new("admin", &["system:masters"])
    }

    /// May do nothing, until a test binds roles to it or to its group, `limited`.
    pub fn limited() -> Self {
        Self::new("limited", &["limited"])
    }

    pub fn token(&self) -> String {
        format!("{}-token", self.name)
    }
}

impl Options {
    /// Writes the files that the server reads at start; the flags that name them, and all others.
    pub(super) fn write(&self, dir: &Path) -> Result<Vec<String>> {
        let mut flags = Vec::new();
        fs::write(dir.join("tokens.csv"), self.tokens())?;
        if !self.feature_gates.is_empty() {
            flags.push(format!("--feature-gates={}", self.feature_gates.join(",")));
        }
        if self.audit {
            let policy = dir.join("audit-policy.yaml");
            fs::write(&policy, AUDIT_POLICY)?;
            flags.push(format!("--audit-policy-file={}", policy.display()));
            flags.push(format!("--audit-log-path={}", dir.join(AUDIT_LOG).display()));
        }
        if let Some(url) = &self.webhook {
            let config = dir.join("webhook");
            write_kubeconfig(&config, &json!({ "server": url }), &json!({}))?;
            flags.push(format!("--authentication-token-webhook-config-file={}", config.display()));
            flags.push("--authentication-token-webhook-version=v1".to_owned());
        }
        flags.extend(self.flags.iter().cloned());
        Ok(flags)
    }

    /// `token,user,uid,"group,group"`: one line each.
    fn tokens(&self) -> String {
        let users = [User::admin(), User::limited()].into_iter().chain(self.users.iter().cloned());
        let line =
            |user: User| format!("{},{},uid-{},\"{}\"\n", user.token(), user.name, user.name, user.groups.join(","));
        users.map(line).collect()
    }
}

/// JSON is YAML, so this is an ordinary kubeconfig.
pub(super) fn write_kubeconfig(path: &Path, cluster: &Value, user: &Value) -> Result<()> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "test", "cluster": cluster }],
        "users": [{ "name": "test", "user": user }],
        "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "test" } }],
        "current-context": "test",
    });
    fs::write(path, config.to_string()).with_context(|| format!("writing {}", path.display()))
}
