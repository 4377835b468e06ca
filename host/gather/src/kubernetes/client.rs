//! Everything that requests share: the connection, who we are, patience, and how many at once.

use super::discovery::Discovery;
use super::failure::Failure;
use crate::causes::causes;
use crate::ways_in::eks_token;
use aws_credential_types::provider::SharedCredentialsProvider;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Request, Response};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::{AuthError, Body, ConfigExt as _};
use kube::{Client, Config};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{Mutex, Semaphore};
use tower::{BoxError, ServiceBuilder};

/// How patient we are with the API server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Attempts for one request, the first included.
    pub attempts: u32,
    /// Before the second attempt, at most; doubles from one to the next, with full jitter.
    pub backoff: Duration,
    /// No wait is longer, also when the server asks for more.
    pub longest_backoff: Duration,
    /// For a connection.
    pub connect: Duration,
    /// For one attempt, the body included.
    pub attempt: Duration,
    /// For a request with all its attempts.
    pub operation: Duration,
    /// Requests in flight.
    pub at_once: usize,
    /// Objects asked for in one page.
    pub page: usize,
    /// How often a list is begun again because its continue token has expired.
    pub restarts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempts: 5,
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(15),
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(45),
            operation: Duration::from_secs(120),
            at_once: 6,
            page: 500,
            restarts: 3,
        }
    }
}

/// Code, how long we are asked to wait, body.
type Answer = (u16, Option<Duration>, Vec<u8>);

/// Who we are to the API server.
#[derive(Debug)]
pub enum Bearer {
    /// What the kubeconfig or the pod says; kube sees to it.
    Configured,
    /// A presigned STS request, signed again before it expires.
    Eks {
        /// Who signs.
        credentials: SharedCredentialsProvider,
        /// Where.
        region: String,
        /// Name of the cluster, or its id on Outposts.
        cluster: String,
        /// The last token. Marked sensitive, so that it never shows in a log.
        last: Mutex<Option<(Instant, HeaderValue)>>,
    },
}

/// EKS accepts a token for 15 minutes.
const FRESH: Duration = Duration::from_secs(10 * 60);

impl Bearer {
    async fn header(&self) -> Result<Option<HeaderValue>, Failure> {
        let Self::Eks { credentials, region, cluster, last } = self else { return Ok(None) };
        let mut last = last.lock().await;
        if let Some((_, header)) = last.as_ref().filter(|(signed, _)| signed.elapsed() < FRESH) {
            return Ok(Some(header.clone()));
        }
        let token = eks_token(credentials, region, cluster, SystemTime::now()).await;
        let token = token.map_err(|error| Failure::Credentials(error.to_string()))?;
        let header = HeaderValue::try_from(format!("Bearer {token}"));
        let mut header = header.map_err(|error| Failure::Credentials(error.to_string()))?;
        header.set_sensitive(true);
        *last = Some((Instant::now(), header.clone()));
        Ok(Some(header))
    }
}

/// The API server as one principal sees it.
pub struct Kubernetes {
    client: Client,
    /// For the nodes' own servers; made when the first is asked, since making it may run an exec plugin.
    nodes: OnceLock<Result<Client, Failure>>,
    config: Config,
    bearer: Bearer,
    server: String,
    hint: String,
    pub(super) limits: Limits,
    pub(super) discovery: Discovery,
    gate: Semaphore,
    stopped: OnceLock<Failure>,
    requests: AtomicUsize,
}

impl Kubernetes {
    /// With this configuration. `hint` tells how to mend a 401.
    ///
    /// # Errors
    /// [`Failure`]: certificates that cannot be read, or an exec plugin that failed.
    pub fn new(mut config: Config, bearer: Bearer, hint: String, limits: Limits) -> Result<Self, Failure> {
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        config.connect_timeout = Some(limits.connect);
        // Retries are ours: they know the deadline of the whole request.
        config.default_retry = false;
        let agent = concat!("eksamine/", env!("CARGO_PKG_VERSION"));
        config.headers.push((USER_AGENT, HeaderValue::from_static(agent)));
        let client = Client::try_from(config.clone()).map_err(|error| failed(&server, error))?;
        let gate = Semaphore::new(limits.at_once);
        let (discovery, stopped) = (Discovery::default(), OnceLock::new());
        Ok(Self {
            client,
            nodes: OnceLock::new(),
            config,
            bearer,
            server,
            hint,
            limits,
            discovery,
            gate,
            stopped,
            requests: AtomicUsize::new(0),
        })
    }

    /// URL of the server.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Why nothing further is sent.
    #[must_use]
    pub fn stopped(&self) -> Option<&Failure> {
        self.stopped.get()
    }

    pub(super) fn stop(&self, failure: Failure) {
        let _ = self.stopped.set(failure);
    }

    /// How many requests were made, each counted once whatever its attempts.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// The body of a successful answer to `GET path`.
    pub(super) async fn get(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, None, self.limits.attempts).await
    }

    /// As [`Kubernetes::get`], for what is likely to fail for good: a node's kubelet.
    pub(super) async fn get_once(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, None, 1).await
    }

    /// As [`Kubernetes::get`], for the first request: who cannot be reached should not be waited for long.
    pub(super) async fn get_briefly(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, None, self.limits.attempts.min(2)).await
    }

    /// The body of a successful answer to a question that is POSTed (an access review, which changes nothing).
    pub(super) async fn ask(&self, path: &str, question: &str) -> Result<Vec<u8>, Failure> {
        self.send(path, Some(question), self.limits.attempts).await
    }

    /// The body of a successful answer to `GET url` of a node's own server, which the cluster's authority vouches for.
    /// It is asked once, waits for no turn of the API server's, and whatever it answers says nothing about that.
    pub(super) async fn get_from_node(&self, url: &str) -> Result<Vec<u8>, Failure> {
        if let Some(stop) = self.stopped.get() {
            return Err(stop.clone());
        }
        let client = self.nodes.get_or_init(|| nodes_client(&self.config, &self.limits));
        let client = client.as_ref().map_err(Clone::clone)?;
        let hint = "it takes no tokens (webhook authentication is off), or not ours".to_owned();
        let server = url.trim_end_matches("/configz");
        let request = self.request(url, None).await?;
        match self.exchange(client, server, request).await {
            Ok((200..=299, _, body)) => Ok(body),
            Ok((401, ..)) => Err(Failure::Status { code: 401, message: hint }),
            Ok((code, _, body)) => Err(Failure::status(code, &body)),
            Err(failure) => Err(failure),
        }
    }

    async fn send(&self, path: &str, question: Option<&str>, attempts: u32) -> Result<Vec<u8>, Failure> {
        let Ok(_turn) = self.gate.acquire().await else { return Err(Failure::Malformed("no turn".into())) };
        if let Some(stop) = self.stopped.get() {
            return Err(stop.clone());
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let within = self.limits.operation;
        let answer = tokio::time::timeout(within, self.attempts(path, question, attempts)).await;
        let answer = answer.unwrap_or_else(|_| Err(Failure::Timeout { server: self.server.clone(), within }));
        if let Err(failure) = &answer {
            self.consider(failure, attempts).await;
        }
        answer
    }

    /// Whether any further request would fail the same way; then none is sent.
    async fn consider(&self, failure: &Failure, attempts: u32) {
        let hopeless = match failure {
            Failure::Unauthenticated { .. } | Failure::Credentials(_) => true,
            // One list that breaks is not an unreachable server.
            transport if transport.is_transport() && attempts > 1 => {
                self.attempt("/version", None).await.is_err_and(|(again, _)| again.is_transport())
            }
            _ => false,
        };
        if hopeless {
            self.stop(failure.clone());
        }
    }

    async fn attempts(&self, path: &str, question: Option<&str>, attempts: u32) -> Result<Vec<u8>, Failure> {
        let mut attempt = 1;
        loop {
            let (failure, asked_for) = match self.attempt(path, question).await {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            if attempt >= attempts || !failure.passes() {
                return Err(failure);
            }
            let wait = asked_for.unwrap_or_else(|| jitter(self.limits.backoff * 2_u32.saturating_pow(attempt - 1)));
            tokio::time::sleep(wait.min(self.limits.longest_backoff)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, path: &str, question: Option<&str>) -> Result<Vec<u8>, (Failure, Option<Duration>)> {
        let request = self.request(path, question).await.map_err(|failure| (failure, None))?;
        let answer = self.exchange(&self.client, &self.server, request).await;
        let (code, wait, body) = answer.map_err(|failure| (failure, None))?;
        match code {
            200..=299 => Ok(body),
            401 => Err((Failure::Unauthenticated { hint: self.hint.clone() }, None)),
            _ => Err((Failure::status(code, &body), wait)),
        }
    }

    /// One request, and all of its answer: code, how long it asks us to wait, body.
    async fn exchange(&self, client: &Client, server: &str, request: Request<Body>) -> Result<Answer, Failure> {
        let within = self.limits.attempt;
        let answer = async {
            let response = client.send(request).await.map_err(|error| failed(server, error))?;
            let (code, wait) = (response.status().as_u16(), retry_after(&response));
            let broken =
                |why: &dyn std::error::Error| Failure::Unreachable { server: server.to_owned(), why: causes(why) };
            let body = response.into_body().collect_bytes().await.map_err(|error| broken(&error))?;
            Ok((code, wait, body.to_vec()))
        };
        let answer = tokio::time::timeout(within, answer).await;
        answer.unwrap_or_else(|_| Err(Failure::Timeout { server: server.to_owned(), within }))
    }

    async fn request(&self, path: &str, question: Option<&str>) -> Result<Request<Body>, Failure> {
        let mut request = if question.is_some() { Request::post(path) } else { Request::get(path) };
        if let Some(header) = self.bearer.header().await? {
            request = request.header(AUTHORIZATION, header);
        }
        let accepted: (HeaderName, HeaderValue) = (http::header::ACCEPT, HeaderValue::from_static("application/json"));
        request = request.header(accepted.0, accepted.1);
        let body = match question {
            Some(question) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(question.as_bytes().to_vec())
            }
            None => Body::empty(),
        };
        request.body(body).map_err(|error| Failure::Malformed(format!("{path}: {error}")))
    }
}

/// A client for whole URLs, with the identity that the API server knows. It trusts the cluster's authority alone, also
/// where the API server was to be believed without: a kubelet is handed our token.
fn nodes_client(config: &Config, limits: &Limits) -> Result<Client, Failure> {
    if config.root_cert.is_none() && config.root_cert_file.is_none() {
        let why = "the way in names no certificate authority of the cluster, so no kubelet can be trusted";
        return Err(Failure::Unasked(why.to_owned()));
    }
    let mut config = config.clone();
    (config.accept_invalid_certs, config.tls_server_name) = (false, None);
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(limits.connect));
    let build = || {
        let https = config.rustls_https_connector_with_connector(connector)?;
        let service = ServiceBuilder::new()
            .option_layer(config.auth_layer()?)
            .layer(config.extra_headers_layer()?)
            .map_err(BoxError::from)
            .service(hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(https));
        Ok(Client::new(service, config.default_namespace.clone()))
    };
    build().map_err(|error: kube::Error| failed("kubelets", error))
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Anything up to `most`, so that parallel requests do not come back all at once.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) % 1024;
    most.mul_f64(random as f64 / 1024.0)
}

fn failed(server: &str, error: kube::Error) -> Failure {
    match &error {
        // kube's own text repeats what the plugin printed on its standard output, where tokens stand, and its command
        // line, where they may.
        kube::Error::Auth(AuthError::AuthExecRun { out, .. }) => {
            let said = String::from_utf8_lossy(&out.stderr).trim().to_owned();
            Failure::Credentials(format!("the kubeconfig's exec plugin failed ({}): {said}", out.status))
        }
        kube::Error::Auth(AuthError::AuthExecParse(_)) => {
            Failure::Credentials("the kubeconfig's exec plugin printed no ExecCredential".to_owned())
        }
        kube::Error::Auth(_) | kube::Error::RustlsTls(_) | kube::Error::InferKubeconfig(_) => {
            Failure::Credentials(causes(&error))
        }
        _ => Failure::Unreachable { server: server.to_owned(), why: causes(&error) },
    }
}
