//! The ordinary chain (environment, profile, SSO, web identity, container, instance), an optional role on top, and one
//! call that tells whether the credentials work before hundreds fail.

use super::WayInError;
use crate::aws::{Aws, CallError, Limits, connections, partition};
use crate::causes::causes;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::SharedCredentialsProvider;
use eksamine_facts::catalogue::{self, AwsKind};
use eksamine_facts::{Scope, Tree};

const SESSION: &str = "eksamine";

/// What the command line says about AWS.
#[derive(Debug, Clone, Default)]
pub struct AwsOptions {
    /// `--aws-profile`
    pub profile: Option<String>,
    /// `--region`
    pub region: Option<String>,
    /// `--role-arn`
    pub role_arn: Option<String>,
    /// How patient to be.
    pub limits: Limits,
}

/// Credentials that work.
#[derive(Debug)]
pub struct SignedIn {
    /// Makes the calls.
    pub aws: Aws,
    /// For typed clients.
    pub config: SdkConfig,
    /// Partition, account and region; the cluster is still to be found.
    pub scope: Scope,
    /// Who we are.
    pub arn: String,
}

/// Signs in, and asks AWS who we are.
///
/// # Errors
/// [`WayInError`]: no region, no credentials, expired or unknown ones, a region that is not enabled, a role not to be
/// had, or no answer.
pub async fn sign_in(options: &AwsOptions) -> Result<SignedIn, WayInError> {
    sign_in_with(load(options).await, options).await
}

/// The same with settings that are loaded already.
///
/// # Errors
/// As [`sign_in`].
pub async fn sign_in_with(config: SdkConfig, options: &AwsOptions) -> Result<SignedIn, WayInError> {
    let config = options.limits.of_typed_clients(config);
    let region = config.region().ok_or(WayInError::NoRegion)?.to_string();
    let config = match &options.role_arn {
        Some(role) => assumed(&config, role, &region).await,
        None => config,
    };
    let profile = options.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
    let missing = |why: String| match &options.role_arn {
        Some(role) => WayInError::Role { role: role.clone(), why },
        None => WayInError::NoCredentials { profile: profile.clone(), why },
    };
    let provider = config.credentials_provider().ok_or_else(|| missing("there is no provider".to_owned()))?;
    provider.provide_credentials().await.map_err(|error| missing(causes(&error)))?;
    let client = |region: &str| {
        let aws = Aws::new(&config, region, options.limits.clone());
        aws.ok_or_else(|| missing("there is no provider".to_owned()))
    };
    let aws = client(&region)?;
    let (account, arn) = match who_am_i(&aws).await {
        Ok(found) => found,
        Err(error) if error.is_unknown_key() => return Err(unknown(&client, &region, &error).await),
        Err(error) if error.is_expired() => return Err(WayInError::Expired { profile, why: error.to_string() }),
        Err(source) => {
            return Err(WayInError::Call { what: "sts:GetCallerIdentity".to_owned(), source: Box::new(source) });
        }
    };
    let scope = Scope {
        partition: Some(partition(&region).name.to_owned()),
        account: Some(account),
        region: Some(region),
        ..Scope::default()
    };
    Ok(SignedIn { aws, config, scope, arn })
}

async fn load(options: &AwsOptions) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(connections());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader.load().await
}

async fn assumed(config: &SdkConfig, role: &str, region: &str) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(role)
        .configure(config)
        .region(Region::new(region.to_owned()))
        .session_name(SESSION)
        .build()
        .await;
    config.clone().into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// An endpoint that does not know the key: a wrong key, or a region that this account has not enabled.
async fn unknown(client: &impl Fn(&str) -> Result<Aws, WayInError>, region: &str, error: &CallError) -> WayInError {
    let home = partition(region).home;
    let refused = WayInError::Refused { why: error.to_string() };
    if home == region {
        return refused;
    }
    match client(home) {
        Ok(aws) if who_am_i(&aws).await.is_ok() => {
            WayInError::RegionDisabled { region: region.to_owned(), elsewhere: home.to_owned() }
        }
        _ => refused,
    }
}

async fn who_am_i(aws: &Aws) -> Result<(String, String), CallError> {
    let row: Option<&AwsKind> = catalogue::aws("aws.sts.calleridentities");
    let asked = row.and_then(|row| Some((row.service, row.calls().next()?)));
    let (service, call) = asked.ok_or_else(|| CallError::Input("the catalogue has no caller identities".to_owned()))?;
    let identity = aws.ask(service, call, &Tree::Object(Vec::new())).await?;
    let text = |name: &str| identity.get(name).and_then(Tree::as_text).map(str::to_owned);
    let found = text("Account").zip(text("Arn"));
    found.ok_or_else(|| CallError::Malformed("a caller without an account".to_owned()))
}
