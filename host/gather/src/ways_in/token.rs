//! A bearer token for an EKS API server: a presigned `sts:GetCallerIdentity` that names the cluster.
//!
//! It is as good as a password for a quarter of an hour: never logged, never written.

use super::WayInError;
use crate::aws::partition;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::{Duration, SystemTime};

const PREFIX: &str = "k8s-aws-v1.";
/// The header that binds a token to one cluster.
const CLUSTER: &str = "x-k8s-aws-id";
/// What the AWS CLI signs for; EKS itself accepts a token for 15 minutes.
const EXPIRES: Duration = Duration::from_secs(60);

/// A token for the cluster of this name (or id, on Outposts), good for 15 minutes from `now`.
///
/// # Errors
/// [`WayInError`]: the credentials could not be refreshed, or signing failed.
pub async fn eks_token(
    credentials: &SharedCredentialsProvider,
    region: &str,
    cluster: &str,
    now: SystemTime,
) -> Result<String, WayInError> {
    let credentials = credentials.provide_credentials().await;
    let identity: Identity = credentials.map_err(|error| WayInError::Token(error.to_string()))?.into();
    presigned(&identity, region, cluster, now).map_err(WayInError::Token)
}

fn presigned(identity: &Identity, region: &str, cluster: &str, now: SystemTime) -> Result<String, String> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let params = v4::SigningParams::builder()
        .identity(identity)
        .region(region)
        .name("sts")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    // Always the public regional host: it is EKS that sends the request, whatever endpoints we use ourselves.
    let suffix = partition(region).suffix;
    let url = format!("https://sts.{region}.{suffix}/?Action=GetCallerIdentity&Version=2011-06-15");
    let headers = [(CLUSTER, cluster)].into_iter();
    let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(b"")).map_err(|e| e.to_string())?;
    let (signing, _) = sign(request, &params).map_err(|error| error.to_string())?.into_parts();
    let mut signed = http::Request::get(&url).body(()).map_err(|error| error.to_string())?;
    signing.apply_to_request_http1x(&mut signed);
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(signed.uri().to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;

    #[test]
    fn a_token_is_a_presigned_url_bound_to_a_cluster() {
        let identity = Credentials::new("AKIAIOSFODNN7EXAMPLE", "x", Some("a/+=".into()), None, "test").into();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let token = presigned(&identity, "cn-north-1", "prod", now).expect("a token");
        let url = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX).expect("a prefix")).expect("base64");
        let url = String::from_utf8(url).expect("text");
        assert!(url.starts_with("https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity&"), "{url}");
        for part in ["X-Amz-Expires=60", "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id", "X-Amz-Security-Token=a%2F%2B%3D"] {
            assert!(url.contains(part), "{url} has no {part}");
        }
    }
}
