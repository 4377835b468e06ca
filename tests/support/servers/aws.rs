//! AWS on loopback: its real wire formats over botocore's models, with the answers of *worlds* (see
//! `tests/servers/aws/world.py`). What is not validly signed is refused; what AWS's models do not
//! know cannot be answered.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, bail};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use eksamine_gather::aws::connections;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::met::{Real, met};

use super::artefact::Artefact;
use super::command::{describe, run};

const REQUIREMENTS: &str = include_str!("../../servers/aws/requirements.txt");

/// A running endpoint. It ends when this is dropped, and when the test process dies.
pub struct AwsEndpoint {
    /// With the pipe to its standard input: the server ends when that closes.
    process: Child,
    url: String,
}

#[derive(Deserialize)]
struct Ready {
    endpoint: String,
}

impl AwsEndpoint {
    /// One endpoint for all tests of this process: worlds do not see each other, since the access
    /// key of a request says which one it is about.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<AwsEndpoint, String>> = OnceLock::new();
        met(Real::AwsWire);
        let started = SHARED.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        started.as_ref().map_err(|error| anyhow!("{error}"))
    }

    fn start() -> Result<Self> {
        let mut command = python(&sources().join("server.py"))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().context("starting the AWS endpoint")?;
        let stdout = process.stdout.take().context("the endpoint has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: Ready =
            serde_json::from_str(&line).with_context(|| format!("the AWS endpoint did not start: it said {line:?}"))?;
        Ok(Self { process, url: ready.endpoint })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of the token webhook for this cluster (a `TokenReview` is posted there).
    pub fn token_webhook(&self, cluster: &str) -> String {
        format!("{}/tokenreview/{cluster}", self.url)
    }

    /// Loads a world. Answers that AWS could not give are an error that names the place.
    pub fn world(&self, data: &Value) -> Result<AwsWorld> {
        let keys = self.request("POST", "/_worlds", Some(data))?;
        let text = |name: &str| keys[name].as_str().map(str::to_owned);
        let (access_key, secret_key) = text("access_key_id")
            .zip(text("secret_access_key"))
            .with_context(|| format!("loading the world: {keys}"))?;
        Ok(AwsWorld { url: self.url.clone(), access_key, secret_key, session_token: text("session_token") })
    }

    /// What the token webhook says to a token, for a cluster of this name.
    pub fn review(&self, cluster: &str, token: &str) -> Result<Value> {
        let review = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}});
        self.request("POST", &format!("/tokenreview/{cluster}"), Some(&review))
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        request(&self.url, method, path, body)
    }
}

impl Drop for AwsEndpoint {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The keys to one world.
#[derive(Debug, Clone)]
pub struct AwsWorld {
    pub url: String,
    pub access_key: String,
    pub secret_key: String,
    pub session_token: Option<String>,
}

/// One request that the endpoint saw.
#[derive(Debug, Clone, Deserialize)]
pub struct AwsCall {
    /// The IAM action that allows it: `eks:ListNodegroups`.
    pub action: String,
    pub operation: String,
    pub region: String,
    /// ARN of whoever signed it.
    pub caller: String,
    pub params: Value,
    /// `answered`, `denied`, `throttled`, an error code, …
    pub outcome: String,
}

impl AwsWorld {
    /// Everything that was asked since the world was loaded or last controlled.
    pub fn log(&self) -> Result<Vec<AwsCall>> {
        let log = request(&self.url, "GET", &format!("/_worlds/{}", self.access_key), None)?;
        Ok(serde_json::from_value(log)?)
    }

    /// Sets `{"allow", "deny", "faults"}` (what is not named is reset) and empties the log.
    pub fn control(&self, data: &Value) -> Result<()> {
        let answer = request(&self.url, "POST", &format!("/_worlds/{}", self.access_key), Some(data))?;
        if let Some(error) = answer.get("error") {
            bail!("controlling the world: {error}");
        }
        Ok(())
    }

    /// The settings of someone whose keys open this world.
    pub fn config(&self, region: &str) -> SdkConfig {
        let Self { access_key, secret_key, session_token, url } = self;
        let credentials = Credentials::new(access_key, secret_key, session_token.clone(), None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(connections())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(region.to_owned()))
            .endpoint_url(url)
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .build()
    }

    /// The environment in which the AWS SDKs and our own binary speak to this world and nothing else.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_ACCESS_KEY_ID", self.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_key.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ];
        variables.extend(self.session_token.clone().map(|token| ("AWS_SESSION_TOKEN", token)));
        variables
    }
}

/// What botocore's models say to these lines; the commands are those of `models.py`.
pub fn models(command: &str, lines: &[Value]) -> Result<String> {
    let mut models = python(&sources().join("models.py"))?;
    answers(models.arg(command), lines)
}

/// What a command says to these lines of JSON.
pub fn answers(command: &mut Command, lines: &[Value]) -> Result<String> {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run `{}`", describe(command)))?;
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut stdin = process.stdin.take().context("the command has no input")?;
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = process.wait_with_output()?;
    let _ = writer.join();
    if !output.status.success() {
        bail!("`{}` failed ({})", describe(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Python in the endpoint's own environment (botocore is there), running that file.
pub fn python(file: &Path) -> Result<Command> {
    let installed = Artefact::new("aws", "a download of 30 MB").of(REQUIREMENTS).once(install)?;
    let mut command = Command::new(installed.join("venv/bin/python"));
    // No byte code beside the sources.
    command.arg("-B").arg(file).env_remove("PYTHONPATH").env_remove("PYTHONHOME");
    Ok(command)
}

fn install(folder: &Path) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    let mut pip = Command::new(folder.join("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]);
    run(pip.arg(sources().join("requirements.txt"))).map(|_| ())
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("servers/aws")
}

/// One plain HTTP request on a connection of its own: no client library for ten lines.
fn request(url: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let host = url.strip_prefix("http://").context("the endpoint speaks plain HTTP")?;
    let mut stream = TcpStream::connect(host)?;
    let body = body.unwrap_or(&json!(null)).to_string();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("an answer without a body")?;
    serde_json::from_str(body).with_context(|| format!("{method} {path}: {answer}"))
}
