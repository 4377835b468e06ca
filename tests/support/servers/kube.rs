//! A real Kubernetes API: kube-apiserver with RBAC and its etcd, compiled from
//! `tests/servers/kube/`. No controllers run: a deleted namespace stays (use fresh names),
//! Deployments get no pods, pods stay Pending; `PATCH` status by hand.

mod api;
mod audit;
mod binary;
mod crds;
mod objects;
mod options;
mod world;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::met::{Real, met};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::command::{describe, last_lines};
use crate::vendor::OpenApi;
pub use api::Answer;
pub use audit::AuditEntry;
pub use objects::{apply_manifests, fill, let_list, make_namespace, make_nodes};
pub use options::{EXPIRING_CONTINUE_TOKENS, Options, User};
pub use world::{Object, World};

use api::Api;

/// A running server. It ends when this is dropped, and when the test process dies, however it dies.
pub struct Kube {
    /// With the pipe to its standard input: the server ends, and removes its folder, when that closes.
    process: Child,
    dir: TempDir,
    addresses: Addresses,
    options: Options,
    api: Api,
}

#[derive(Deserialize)]
struct Addresses {
    server: String,
    etcd: String,
    ca: PathBuf,
    kubelet: SocketAddr,
    stranger: SocketAddr,
}

/// What remains of the server's folder when it stops.
#[derive(Clone, Copy, PartialEq)]
enum AtEnd {
    Remove,
    Keep,
}

impl Kube {
    pub fn start(options: Options) -> Result<Self> {
        Self::start_in(folder()?, options, AtEnd::Remove)
    }

    /// One server for all tests of this process that only read, or that keep to names of their own.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Kube, String>> = OnceLock::new();
        met(Real::ApiServer);
        let started = SHARED.get_or_init(|| Self::start(Options::default()).map_err(|error| format!("{error:#}")));
        started.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn start_in(dir: TempDir, options: Options, at_end: AtEnd) -> Result<Self> {
        met(Real::ApiServer);
        let binary = binary::path()?;
        let flags = options.write(dir.path())?;
        let log = dir.path().join("kube.log");
        let mut command = Command::new(&binary);
        command.arg("up").args((at_end == AtEnd::Remove).then_some("-rm"));
        command.arg(dir.path()).args(&flags);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut process = command.spawn().with_context(|| format!("cannot run `{}`", binary.display()))?;
        let addresses = read_addresses(&mut process).or_else(|error| {
            let status = process.wait()?;
            let said = last_lines(&fs::read_to_string(&log).unwrap_or_default());
            bail!("`{}`: {error} ({status}):\n{said}", describe(&command))
        })?;
        let api = Api::new(&addresses.server, Some(&addresses.ca))?;
        Ok(Self { process, dir, addresses, options, api })
    }

    /// `https://127.0.0.1:PORT`.
    pub fn server(&self) -> &str {
        &self.addresses.server
    }

    /// PEM of the authority that signed the server's certificate.
    pub fn ca(&self) -> &Path {
        &self.addresses.ca
    }

    /// A kubeconfig of that token: [`User::token`], or one that only a webhook knows.
    pub fn kubeconfig(&self, token: &str) -> Result<PathBuf> {
        // Tokens may hold any character and be long; a file name may not.
        let name: String = Sha256::digest(token).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let path = self.dir.path().join(format!("kubeconfig-{name}"));
        let cluster = json!({ "server": self.server(), "certificate-authority": self.ca() });
        options::write_kubeconfig(&path, &cluster, &json!({ "token": token }))?;
        Ok(path)
    }

    /// The kubelet of the node with that InternalIP answers `GET /configz` with this (through the
    /// node's proxy). A node whose kubelet was never described is unreachable.
    pub fn kubelet(&self, internal_ip: &str, configz: &Value) -> Result<()> {
        let folder = self.dir.path().join("kubelets").join(internal_ip);
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join("configz"), configz.to_string())?)
    }

    /// Where the kubelet of 127.0.0.1 answers straight, to whom the API server knows and lets. It says what
    /// [`Kube::kubelet`] told it to.
    pub fn direct_kubelet(&self) -> SocketAddr {
        self.addresses.kubelet
    }

    /// The same kubelet with a certificate that the cluster's authority never signed.
    pub fn strange_kubelet(&self) -> SocketAddr {
        self.addresses.stranger
    }

    /// Forgets all older revisions, so that continue tokens given out before are expired (410) from
    /// now on. Needs a server with [`EXPIRING_CONTINUE_TOKENS`]: otherwise its watch cache goes on
    /// serving them.
    pub fn compact_etcd(&self) -> Result<()> {
        let gate = |gate: &String| gate == EXPIRING_CONTINUE_TOKENS;
        ensure!(self.options.feature_gates.iter().any(gate), "start the server with {EXPIRING_CONTINUE_TOKENS}");
        let etcd = Api::new(&self.addresses.etcd, None)?;
        // A write of ours ("eksamine", in base64), since a token of the very latest revision would
        // stay good.
        let written = etcd.post("/v3/kv/put", &json!({ "key": "ZWtzYW1pbmU=", "value": "" }))?.expect(200)?;
        let revision = &written["header"]["revision"];
        etcd.post("/v3/kv/compaction", &json!({ "revision": revision, "physical": true }))?.expect(200)?;
        Ok(())
    }

    /// The requests of everybody but administrators (system:masters), in the order in which they
    /// were answered. Needs [`Options::audit`].
    pub fn audit(&self) -> Result<Vec<AuditEntry>> {
        ensure!(self.options.audit, "start the server with `audit`");
        audit::read(&self.dir.path().join(options::AUDIT_LOG))
    }

    /// What this server says of its own types: one document for each group and version.
    pub fn openapi(&self) -> Result<OpenApi> {
        let admin = User::admin().token();
        let index = self.get(&admin, "/openapi/v3")?.expect(200)?;
        let paths = index["paths"].as_object().context("/openapi/v3 has no paths")?;
        let mut documents = OpenApi::default();
        for (group_version, place) in paths {
            let depth = group_version.split('/').count();
            let of_types = matches!((group_version.split('/').next(), depth), (Some("api"), 2) | (Some("apis"), 3));
            // Without the hash behind the path: while definitions are being installed it is soon outdated.
            let url = place["serverRelativeURL"].as_str().and_then(|url| url.split('?').next());
            if let Some(url) = url.filter(|_| of_types) {
                documents.insert(group_version, self.get(&admin, url)?.expect(200)?);
            }
        }
        Ok(documents)
    }

    /// Ends in good order, so that the data on disk are complete.
    fn stop(&mut self) -> Result<()> {
        let status = self.process.wait()?; // closes the pipe first
        ensure!(status.success(), "kube up ended with {status}");
        Ok(())
    }
}

impl Drop for Kube {
    fn drop(&mut self) {
        // The data are thrown away, so there is no need for the second that a graceful end takes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_addresses(process: &mut Child) -> Result<Addresses> {
    let mut line = String::new();
    if let Some(stdout) = process.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    ensure!(!line.is_empty(), "not ready");
    serde_json::from_str(&line).with_context(|| format!("reading {line:?}"))
}

/// A new folder whose path leaves room for the name of a unix socket (108 bytes in all, on Linux).
fn folder() -> Result<TempDir> {
    let usual = std::env::temp_dir();
    let short = if usual.as_os_str().len() > 60 { Path::new("/tmp") } else { &usual };
    tempfile::Builder::new().prefix("kube-").tempdir_in(short).with_context(|| format!("in {}", short.display()))
}
