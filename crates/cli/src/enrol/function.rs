//! Invokes the enrolment function of a stack.

use super::fault::FunctionFault;
use crate::aws::lambda::Lambda;
use aws_config::{SdkConfig, timeout::TimeoutConfig};
use ringbolt_lambda::enrolment::{Fault, Operation, Outcome, Request, Response};
use serde::Deserialize;
use std::{fmt, time::Duration};

/// Longer than the function's timeout of a minute with its start.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(75);
const TIMEOUT: Duration = Duration::from_secs(160);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The enrolment function of a stack. Cheap to clone.
#[derive(Clone)]
pub(crate) struct EnrolFunction {
    lambda: Lambda,
    name: String,
    region: String,
    log_group: String,
}

/// What Lambda answers if a function failed. Its message is not read, since it could quote anything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
}

impl EnrolFunction {
    pub(crate) fn new(sdk: &SdkConfig, name: String, region: String, log_group: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(TIMEOUT)
            .build();
        Self { lambda: Lambda::new(sdk, timeouts), name, region, log_group }
    }

    /// The same function without retries, for code that retries by itself.
    pub(crate) fn without_retries(&self) -> Self {
        Self { lambda: self.lambda.without_retries(), ..self.clone() }
    }

    /// The function's name in Lambda.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The ids of the PIN keys that the function has.
    ///
    /// # Errors
    /// The function cannot be invoked, does not run, or cannot write to its table.
    pub(crate) async fn check(&self) -> Result<Vec<String>, FunctionFault> {
        let check = Request {
            operation: Operation::Check,
            realm: None,
            run: None,
            existing: None,
            allow_weak: false,
            entries: Vec::new(),
        };
        match self.invoke(&check).await? {
            Response::Ready { keys, fault: None } => Ok(keys),
            Response::Ready { fault: Some(fault), .. } => Err(self.failed(fault)),
            Response::Refused(refusal) => Err(FunctionFault::Refused { name: self.name.clone(), refusal }),
            Response::Outcomes(_) => Err(self.unreadable()),
        }
    }

    /// Enrols the entries of a request. Returns one outcome for each.
    ///
    /// # Errors
    /// The function cannot be invoked, did not finish, or refused the request as a whole.
    pub(crate) async fn outcomes(&self, request: &Request) -> Result<Vec<Outcome>, FunctionFault> {
        match self.invoke(request).await? {
            Response::Outcomes(outcomes) if outcomes.len() == request.entries.len() => Ok(outcomes),
            Response::Refused(refusal) => Err(FunctionFault::Refused { name: self.name.clone(), refusal }),
            Response::Outcomes(_) | Response::Ready { .. } => Err(self.unreadable()),
        }
    }

    async fn invoke(&self, request: &Request) -> Result<Response, FunctionFault> {
        // The SDK keeps the payload in memory of its own, which cannot be cleared.
        let payload = serde_json::to_vec(request).map_err(|_| self.unreadable())?;
        let sent = self.lambda.invoke(&self.name, payload).await;
        let answer = sent.map_err(|error| FunctionFault::of_invocation(&error, &self.name, &self.region))?;
        if answer.has_failed {
            return Err(self.ended(&answer.payload));
        }
        serde_json::from_slice(&answer.payload).map_err(|_| self.unreadable())
    }

    /// The fault of a function that ended without an answer.
    fn ended(&self, payload: &[u8]) -> FunctionFault {
        let error: Option<FunctionError> = serde_json::from_slice(payload).ok();
        let (kind, message) = error.map(|error| (error.error_type, error.error_message)).unwrap_or_default();
        if kind == "Sandbox.Timedout" || message.contains("Task timed out") {
            return FunctionFault::TimedOut { name: self.name.clone() };
        }
        let plain =
            !kind.is_empty() && kind.len() <= 64 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let kind = if plain { kind } else { "without a reason".to_owned() };
        FunctionFault::Ended { name: self.name.clone(), kind, log_group: self.log_group.clone() }
    }

    /// A fault that the function reports.
    pub(crate) fn failed(&self, fault: Fault) -> FunctionFault {
        FunctionFault::Failed { name: self.name.clone(), fault, log_group: self.log_group.clone() }
    }

    /// The function's answer has another form than this version knows.
    pub(crate) fn unreadable(&self) -> FunctionFault {
        FunctionFault::Unreadable { name: self.name.clone() }
    }
}

impl fmt::Debug for EnrolFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolFunction({} in {})", self.name, self.region)
    }
}
