//! The SDK's configuration from the environment that Lambda gives a function.
//!
//! Lambda sets region and credentials as variables, so a function needs none of the other places where AWS tools look
//! for them: profiles, single sign-on, roles, the metadata of a machine. They would be a third of what a function links
//! of the SDK, and every start would ask them in turn.

use crate::client::{behavior, http_client};
use aws_credential_types::{
    Credentials, credential_fn::provide_credentials_fn, provider::SharedCredentialsProvider,
    provider::error::CredentialsError,
};
use aws_sdk_dynamodb::config::{IdentityCache, Region, StalledStreamProtectionConfig};
use aws_smithy_async::{rt::sleep::TokioSleep, time::SystemTimeSource};
use aws_types::{
    SdkConfig,
    sdk_config::Builder,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};
use std::future::ready;

/// Reads an environment variable.
pub type Environment = fn(&str) -> Option<String>;

/// Region, credentials and endpoints from the environment: `AWS_REGION` or `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID`,
/// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL` and the same for one service
/// (`AWS_ENDPOINT_URL_DYNAMODB`), `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`. Empty variables count as
/// absent. Without credentials, each request fails as any AWS tool's would.
#[must_use]
pub fn sdk_config(environment: Environment) -> SdkConfig {
    let variable = move |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    let is_true = |name: &str| variable(name).map(|value| value.eq_ignore_ascii_case("true"));
    let mut config = base()
        .region(variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).map(Region::new))
        .service_config(Endpoints(environment));
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    config.set_use_fips(is_true("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(is_true("AWS_USE_DUALSTACK_ENDPOINT"));
    let mut credentials = Credentials::builder().provider_name("Environment");
    credentials.set_session_token(variable("AWS_SESSION_TOKEN"));
    credentials.set_account_id(variable("AWS_ACCOUNT_ID").map(Into::into));
    let provider = match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(key)) => {
            SharedCredentialsProvider::new(credentials.access_key_id(id).secret_access_key(key).build())
        }
        _ => SharedCredentialsProvider::new(provide_credentials_fn(|| {
            ready(Err(CredentialsError::not_loaded("the environment has no credentials")))
        })),
    };
    config.credentials_provider(provider).build()
}

/// What every configuration has, wherever it comes from.
pub(crate) fn base() -> Builder {
    SdkConfig::builder()
        .behavior_version(behavior())
        .http_client(http_client())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .identity_cache(IdentityCache::lazy().build())
        // No answer is a stream, and every attempt has a limit of its own.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The endpoints of single services.
#[derive(Debug)]
struct Endpoints(Environment);

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        // "Secrets Manager" becomes SECRETS_MANAGER.
        let service = key.service_id().to_ascii_uppercase().replace(' ', "_");
        (self.0)(&format!("{}_{service}", key.env())).filter(|value| !value.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::provider::ProvideCredentials as _;

    fn in_lambda(name: &str) -> Option<String> {
        let value = match name {
            "AWS_REGION" => "eu-west-1",
            "AWS_ACCESS_KEY_ID" => "id",
            "AWS_SECRET_ACCESS_KEY" => "key",
            "AWS_SESSION_TOKEN" => "token",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => "http://secrets.invalid",
            "AWS_ENDPOINT_URL_DYNAMODB" => " ",
            "AWS_USE_FIPS_ENDPOINT" => "true",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[tokio::test]
    async fn region_credentials_and_endpoints_come_from_the_environment() {
        let config = sdk_config(in_lambda);
        assert_eq!(config.region().map(AsRef::as_ref), Some("eu-west-1"));
        assert_eq!((config.use_fips(), config.use_dual_stack(), config.endpoint_url()), (Some(true), None, None));
        let found = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
        assert_eq!((found.access_key_id(), found.secret_access_key()), ("id", "key"));
        assert_eq!(found.session_token(), Some("token"));
        let endpoint = |service: &str| {
            let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
            config.service_config().unwrap().load_config(key.build().unwrap())
        };
        assert_eq!(endpoint("Secrets Manager").as_deref(), Some("http://secrets.invalid"));
        assert_eq!(endpoint("DynamoDB"), None);
    }

    #[tokio::test]
    async fn without_credentials_a_request_is_told_so() {
        let config = sdk_config(|name| in_lambda(name).filter(|_| name != "AWS_SECRET_ACCESS_KEY"));
        let error = config.credentials_provider().unwrap().provide_credentials().await.unwrap_err();
        assert!(crate::client::lacks_credentials(&error));
    }
}
