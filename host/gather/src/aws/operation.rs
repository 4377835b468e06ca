//! The one operation: signing, retries, deadlines and connections are AWS's own runtime; only bytes go in and out.

use super::answer::api_error;
use super::client::Limits;
use super::failure::{ApiError, CallError};
use crate::causes::causes;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{HttpSignatureType, SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;

use aws_types::region::Region;
use eksamine_facts::catalogue::Service;

/// Who asks, where and how patiently.
pub(super) struct Wire<'a> {
    pub http: &'a SharedHttpClient,
    pub credentials: &'a SharedCredentialsProvider,
    pub limits: &'a Limits,
    pub url: &'a str,
    pub region: &'a str,
}

impl Wire<'_> {
    /// The body of a successful answer.
    pub(super) async fn send(
        &self,
        service: &Service,
        operation: &'static str,
        request: http::Request<Vec<u8>>,
    ) -> Result<String, CallError> {
        let body = self.operation(service, operation).invoke(request).await.map_err(|error| self.failed(error))?;
        String::from_utf8(body).map_err(|error| CallError::Malformed(error.to_string()))
    }

    fn operation(&self, service: &Service, name: &'static str) -> Operation<http::Request<Vec<u8>>, Vec<u8>, ApiError> {
        Operation::builder()
            .service_name(service.id)
            .operation_name(name)
            .http_client(self.http.clone())
            .endpoint_url(self.url)
            .behavior_version(BehaviorVersion::latest())
            .standard_retry(&self.limits.retries())
            // None of them is there unless added by hand.
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<ApiError>::new())
            .retry_classifier(AwsErrorCodeClassifier::<ApiError>::new())
            .timeout_config(self.limits.deadlines())
            .sleep_impl(TokioSleep::new())
            .runtime_plugin(self.signing(service))
            .serializer(|request: http::Request<Vec<u8>>| Ok(HttpRequest::try_from(request.map(SdkBody::from))?))
            .deserializer(deserialize)
            .build()
    }

    fn signing(&self, service: &Service) -> StaticRuntimePlugin {
        let mut options = SigningOptions::default();
        options.signature_type = HttpSignatureType::HttpRequestHeaders;
        let mut layer = Layer::new("signing");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SigV4OperationSigningConfig {
            region: Some(Region::new(self.region.to_owned()).into()),
            name: Some(service.signing.into()),
            signing_options: options,
            ..SigV4OperationSigningConfig::default()
        });
        let scheme = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let components = RuntimeComponentsBuilder::new("signing")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(scheme)))
            .with_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(self.credentials.clone()));
        StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
    }

    fn failed(&self, error: SdkError<ApiError, HttpResponse>) -> CallError {
        let why = || causes(&error);
        match &error {
            SdkError::ServiceError(answer) => CallError::Api(answer.err().clone()),
            SdkError::TimeoutError(_) => CallError::Timeout(format!("{} within {:?}", self.url, self.limits.operation)),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => CallError::Timeout(self.url.to_owned()),
            SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => self.unreachable(why()),
            // What is left is what happens before a request exists: signing, that is credentials.
            _ => CallError::Credentials(why()),
        }
    }

    fn unreachable(&self, why: String) -> CallError {
        CallError::Unreachable { url: self.url.to_owned(), why }
    }
}

fn deserialize(response: &HttpResponse) -> Result<Vec<u8>, OrchestratorError<ApiError>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return Ok(body.to_vec());
    }
    let named = response.headers().get("x-amzn-errortype");
    Err(OrchestratorError::operation(api_error(response.status().as_u16(), named, body)))
}
