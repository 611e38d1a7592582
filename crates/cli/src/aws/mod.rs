//! Clients of AWS services for the few requests that the command sends. The SDK's own runtime signs, retries and times out;
//! this folder only writes requests and reads responses. The generated crates of these services would take longer to
//! compile than the rest of the command.

pub(crate) mod cloudformation;
mod endpoint;
pub(crate) mod lambda;
pub(crate) mod logs;
mod response;

use aws_config::{SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    invocation_id::InvocationIdInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor},
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
            static_resolver::StaticAuthSchemeOptionResolver,
        },
        orchestrator::{HttpRequest, HttpResponse, SensitiveOutput},
        result::SdkError,
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::Layer, error::ErrorMetadata};
use aws_types::{SigningName, region::SigningRegion};
use response::{Hidden, Reader};
use std::{sync::Arc, time::Duration};

/// Why a request failed. A service error has the service's code and message; without a code, the response could not be
/// read. Every other error means that the service was not reached or did not answer in time.
pub(crate) type Failure = SdkError<ErrorMetadata, HttpResponse>;

/// The time limits of requests that AWS answers at once.
pub(crate) fn short_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(20))
        .build()
}

/// A service of AWS.
#[derive(Clone, Copy)]
struct Service {
    /// Its id in AWS's API models, which environment variables and profiles use for its endpoint.
    id: &'static str,
    /// Its name in host names and signatures.
    name: &'static str,
    /// Reads a response that is an error.
    refusal: fn(&HttpResponse) -> ErrorMetadata,
}

/// Sends requests to a service. Cheap to clone.
#[derive(Clone)]
struct Client {
    service: Service,
    sdk: Arc<SdkConfig>,
    components: Arc<RuntimeComponentsBuilder>,
}

impl Client {
    /// A client with the region, credentials, endpoint, retries and timeouts of the configuration.
    fn new(service: Service, sdk: &SdkConfig) -> Self {
        let sigv4_only = StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID]);
        // What the SDK's clients have, except for metrics.
        let mut components = RuntimeComponentsBuilder::new(service.id)
            .with_http_client(sdk.http_client())
            .with_identity_cache(sdk.identity_cache())
            .with_sleep_impl(sdk.sleep_impl())
            .with_time_source(sdk.time_source())
            .with_auth_scheme(SharedAuthScheme::new(sigv4::SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(sigv4_only)))
            .with_retry_classifier(HttpStatusCodeClassifier::default())
            .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
            .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
            .with_interceptor(ConnectionPoisoningInterceptor::new())
            .with_interceptor(ServiceClockSkewInterceptor::new())
            .with_interceptor(RequestInfoInterceptor::new())
            .with_interceptor(UserAgentInterceptor::new())
            .with_interceptor(InvocationIdInterceptor::new());
        if let Some(provider) = sdk.credentials_provider() {
            components.set_identity_resolver(sigv4::SCHEME_ID, provider);
        }
        Self { service, sdk: Arc::new(sdk.clone()), components: Arc::new(components) }
    }

    /// The same client with these timeouts in place of the configuration's.
    fn timeouts(mut self, mut timeouts: TimeoutConfig) -> Self {
        if let Some(configured) = self.sdk.timeout_config() {
            timeouts.take_defaults_from(configured);
        }
        self.sdk = Arc::new(self.sdk.to_builder().timeout_config(timeouts).build());
        self
    }

    /// The same client without retries.
    fn without_retries(mut self) -> Self {
        self.sdk = Arc::new(self.sdk.to_builder().retry_config(RetryConfig::disabled()).build());
        self
    }

    /// Sends a request. `read` reads a response that is a success, and says what is wrong with it otherwise.
    ///
    /// # Errors
    /// The service refuses or cannot be reached, there are no credentials, the configured endpoint or region cannot be used,
    /// or the response cannot be read.
    async fn send<O: Send + Sync + 'static>(
        &self,
        operation: &'static str,
        request: Result<HttpRequest, BoxError>,
        read: fn(&HttpResponse) -> Result<O, BoxError>,
    ) -> Result<O, Failure> {
        let endpoint = endpoint::of(&self.service, &self.sdk);
        self.send_to(endpoint, operation, request, Reader::Whole(read)).await
    }

    async fn send_to<O: Send + Sync + 'static>(
        &self,
        endpoint: Result<String, BoxError>,
        operation: &'static str,
        request: Result<HttpRequest, BoxError>,
        reader: Reader<O>,
    ) -> Result<O, Failure> {
        let endpoint = endpoint.map_err(SdkError::construction_failure)?;
        let request = request.map_err(SdkError::construction_failure)?;
        let plugin = StaticRuntimePlugin::new()
            .with_config(self.settings().freeze())
            .with_runtime_components(self.components.as_ref().clone());
        let mut operation = Operation::builder()
            .service_name(self.service.id)
            .operation_name(operation)
            .endpoint_url(&endpoint)
            .runtime_plugin(plugin)
            .serializer(|request: HttpRequest| Ok(request))
            .deserializer_impl::<Hidden<O>, ErrorMetadata>(reader.with(self.service.refusal));
        if let Some(version) = self.sdk.behavior_version() {
            operation = operation.behavior_version(version);
        }
        operation.build().invoke(request).await.map(Hidden::into_inner)
    }

    fn settings(&self) -> Layer {
        let mut settings = Layer::new(self.service.id);
        settings
            .store_put(self.sdk.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .store_put(AuthSchemeOptionResolverParams::new(()))
            .store_put(SigV4OperationSigningConfig::default())
            .store_put(SigningName::from_static(self.service.name))
            .store_or_unset(self.sdk.region().cloned().map(SigningRegion::from))
            .store_put(ApiMetadata::new(self.service.name, env!("CARGO_PKG_VERSION")))
            .store_or_unset(self.sdk.app_name().cloned())
            .store_or_unset(self.sdk.disable_clock_skew_correction().map(DisableClockSkewCorrection::from))
            // Keeps responses out of the runtime's own log lines.
            .store_put(SensitiveOutput);
        // Without a value, the runtime's own timeout of connecting stays.
        if let Some(timeouts) = self.sdk.timeout_config() {
            settings.store_put(timeouts.clone());
        }
        settings
    }
}

/// A request of the SDK's runtime, which adds the host.
fn http_request(head: http::request::Builder, body: impl Into<SdkBody>) -> Result<HttpRequest, BoxError> {
    Ok(head.body(body.into())?.try_into()?)
}

#[cfg(test)]
mod tests;
