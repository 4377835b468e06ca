//! Everything that calls share: connections, credentials, endpoints, patience, and how many at once.

use super::answer::parse;
use super::endpoint::Endpoints;
use super::failure::CallError;
use super::input::own;
use super::operation::Wire;
use super::request;
use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Call, Service};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How patient we are with AWS.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Attempts for one call, the first included.
    pub attempts: u32,
    /// Before the second attempt, at most; doubles from one to the next, with full jitter.
    pub backoff: Duration,
    /// No wait is longer.
    pub longest_backoff: Duration,
    /// For a connection.
    pub connect: Duration,
    /// For one attempt.
    pub attempt: Duration,
    /// For a call with all its attempts.
    pub operation: Duration,
    /// Calls in flight per service.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempts: 6,
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(10),
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(20),
            operation: Duration::from_secs(60),
            at_once: 6,
        }
    }
}

impl Limits {
    pub(super) fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(self.backoff)
            .with_max_backoff(self.longest_backoff)
    }

    pub(super) fn deadlines(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.operation)
            .build()
    }

    /// The same patience for the clients that AWS generates.
    pub(crate) fn of_typed_clients(&self, config: SdkConfig) -> SdkConfig {
        config.into_builder().retry_config(self.retries()).timeout_config(self.deadlines()).build()
    }
}

/// AWS as one set of credentials sees it in one region.
#[derive(Debug)]
pub struct Aws {
    http: SharedHttpClient,
    credentials: SharedCredentialsProvider,
    endpoints: Endpoints,
    limits: Limits,
    gates: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
    stopped: OnceLock<String>,
    calls: AtomicUsize,
}

/// Connections with rustls and ring; building them reads the system's roots, which takes some milliseconds.
#[must_use]
pub fn connections() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

impl Aws {
    /// With these settings; `None` when they hold no credentials provider or no HTTP client.
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str, limits: Limits) -> Option<Self> {
        Some(Self {
            http: config.http_client()?,
            credentials: config.credentials_provider()?,
            endpoints: Endpoints::new(config.clone(), region),
            limits,
            gates: Mutex::default(),
            stopped: OnceLock::new(),
            calls: AtomicUsize::new(0),
        })
    }

    /// Why nothing further is sent: the credentials are no longer good.
    #[must_use]
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str)
    }

    /// How many calls were made, each counted once whatever its attempts.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// The body of the answer to one call with this input.
    pub(crate) async fn call(&self, service: &Service, call: &Call, input: &Tree<'_>) -> Result<String, CallError> {
        self.call_in(None, service, call, input).await
    }

    /// The same in another region.
    pub(crate) async fn call_in(
        &self,
        region: Option<&str>,
        service: &Service,
        call: &Call,
        input: &Tree<'_>,
    ) -> Result<String, CallError> {
        let request = request::build(service, call, input)?;
        let gate = self.gate(service);
        let _turn = gate.acquire().await;
        if let Some(why) = self.stopped() {
            return Err(CallError::Credentials(why.to_owned()));
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (url, region) = self.endpoints.of(service, region);
        let (http, credentials, limits) = (&self.http, &self.credentials, &self.limits);
        let wire = Wire { http, credentials, limits, url: &url, region: &region };
        let answer = wire.send(service, call.operation, request).await;
        match &answer {
            Err(CallError::Credentials(why)) => drop(self.stopped.set(why.clone())),
            Err(error) if error.is_expired() => drop(self.stopped.set(error.to_string())),
            _ => {}
        }
        answer
    }

    /// One call and its only page, as a tree.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn ask(&self, service: &Service, call: &Call, input: &Tree<'_>) -> Result<Tree<'static>, CallError> {
        let body = self.call(service, call, input).await?;
        Ok(own(&parse(service, call.operation, &body)?))
    }

    fn gate(&self, service: &Service) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(service.endpoint).or_insert_with(|| Arc::new(Semaphore::new(self.limits.at_once))))
    }
}
