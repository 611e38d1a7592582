//! Lambda: what the account and a function may do, and invocations ("AWS Lambda API Reference").

use super::{
    Client, Failure, Service, http_request,
    response::{body, json, json_refusal},
};
use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http::{
    label::{self, EncodingStrategy},
    query,
};
use http::{Request, header::CONTENT_TYPE};
use serde::Deserialize;
use std::collections::HashMap;

pub(super) const SERVICE: Service = Service { id: "Lambda", name: "lambda", refusal: json_refusal };

/// A client of Lambda. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lambda(Client);

/// The account's limits.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AccountLimit {
    pub(crate) concurrent_executions: Option<i64>,
    /// What no function has reserved.
    pub(crate) unreserved_concurrent_executions: Option<i64>,
}

/// A function's configuration. Not `Debug`, because an environment variable can contain a secret.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct FunctionConfiguration {
    /// `Pending`, `Active`, `Inactive` or `Failed`, among others.
    pub(crate) state: Option<String>,
    pub(crate) state_reason: Option<String>,
    /// `Successful`, `Failed` or `InProgress`.
    pub(crate) last_update_status: Option<String>,
    pub(crate) last_update_status_reason: Option<String>,
    /// In seconds.
    pub(crate) timeout: Option<i32>,
    /// Such as `2026-11-21T12:00:00.000+0000`.
    pub(crate) last_modified: Option<String>,
    pub(crate) environment: Option<Environment>,
}

/// A function's environment.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Environment {
    pub(crate) variables: Option<HashMap<String, String>>,
}

/// How an invocation ended.
pub(crate) struct Invoked {
    /// Whether the function failed; then the payload says why.
    pub(crate) has_failed: bool,
    /// JSON.
    pub(crate) payload: Vec<u8>,
}

impl Lambda {
    pub(crate) fn new(sdk: &SdkConfig, timeouts: TimeoutConfig) -> Self {
        Self(Client::new(SERVICE, sdk).timeouts(timeouts))
    }

    /// The same client without retries.
    pub(crate) fn without_retries(&self) -> Self {
        Self(self.0.clone().without_retries())
    }

    /// The limits of the account and region.
    ///
    /// # Errors
    /// Lambda refuses or does not answer.
    pub(crate) async fn account_limit(&self) -> Result<AccountLimit, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Settings {
            account_limit: Option<AccountLimit>,
        }
        let request = http_request(Request::get("/2016-08-19/account-settings"), "");
        let settings = self.0.send("GetAccountSettings", request, json::<Settings>).await?;
        Ok(settings.account_limit.unwrap_or_default())
    }

    /// The configuration of a function, or of one of its versions or aliases.
    ///
    /// # Errors
    /// There is no such function or version (`ResourceNotFoundException`), or Lambda refuses or does not answer.
    pub(crate) async fn function_configuration(
        &self,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<FunctionConfiguration, Failure> {
        let mut path = path(name, "configuration");
        if let Some(qualifier) = qualifier {
            query::Writer::new(&mut path).push_kv("Qualifier", &query::fmt_string(qualifier));
        }
        self.0.send("GetFunctionConfiguration", http_request(Request::get(path), ""), json).await
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// Lambda does not run the function, or does not answer. That the function itself failed is in the answer.
    pub(crate) async fn invoke(&self, name: &str, payload: Vec<u8>) -> Result<Invoked, Failure> {
        let head = Request::post(path(name, "invocations")).header(CONTENT_TYPE, "application/octet-stream");
        let request = http_request(head, payload);
        self.0
            .send("Invoke", request, |response| {
                let has_failed = response.headers().get("x-amz-function-error").is_some();
                Ok(Invoked { has_failed, payload: body(response).to_vec() })
            })
            .await
    }
}

fn path(function: &str, what: &str) -> String {
    format!("/2015-03-31/functions/{}/{what}", label::fmt_string(function, EncodingStrategy::Default))
}
