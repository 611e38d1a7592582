//! Why the enrolment function did not enrol, each in one sentence that says what to do.

use crate::{
    aws::Failure,
    explain::{self, AccessError},
};
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use ringbolt_dynamodb::StoreError;
use ringbolt_lambda::enrolment::{Fault, Refusal};

/// Why the function did not do what it was asked. No sentence has personal data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FunctionFault {
    #[error(
        "there is no enrolment function {name} in {region}: redeploy the stack, or enrol with the PIN key, which --pin-keys \
         names"
    )]
    Missing { name: String, region: String },
    #[error(transparent)]
    Access(AccessError),
    #[error("the enrolment function {name} is being updated: try again in a minute")]
    Changing { name: String },
    #[error("Lambda failed to run the enrolment function {name} ({code}): try again in a minute")]
    Broken { name: String, code: String },
    #[error("the enrolment function {name} did not finish in time: run the command again, or raise MemorySize")]
    TimedOut { name: String },
    #[error(
        "the enrolment function {name} ended without an answer ({kind}): its log group {log_group} says why; redeploy the \
         stack if its table or secret has changed"
    )]
    Ended { name: String, kind: String, log_group: String },
    #[error("the enrolment function {name} refuses the request: {refusal}. Redeploy the stack with this version")]
    Refused { name: String, refusal: Refusal },
    #[error(
        "the answer of the enrolment function {name} cannot be read, since it is from another version: update this command, \
         or redeploy the stack"
    )]
    Unreadable { name: String },
    #[error("the enrolment function {name} reports that {fault}: {}", remedy(*fault, log_group))]
    Failed { name: String, fault: Fault, log_group: String },
}

/// What to do about a fault.
fn remedy(fault: Fault, log_group: &str) -> String {
    match fault {
        Fault::Throttled | Fault::Unavailable => "try again in a minute".to_owned(),
        Fault::Denied | Fault::NoTable => "redeploy the stack".to_owned(),
        Fault::Hash => "raise MemorySize".to_owned(),
        Fault::Internal => format!("its log group {log_group} says why"),
    }
}

/// Whether it may help to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// Too many requests: try again, more slowly.
    Throttled,
    /// No answer: try again for a while.
    Outage,
    /// It does not help.
    Permanent,
}

impl FunctionFault {
    pub(super) fn of_invocation(error: &Failure, name: &str, region: &str) -> Self {
        let name = name.to_owned();
        let fails = error.raw_response().is_some_and(|response| response.status().is_server_error());
        match error.code() {
            Some("ResourceNotFoundException") => Self::Missing { name, region: region.to_owned() },
            Some("ResourceConflictException" | "ResourceNotReadyException") => Self::Changing { name },
            Some("EC2ThrottledException") => {
                Self::Access(AccessError::Throttled { service: "Lambda", place: region.to_owned() })
            }
            code if fails => Self::Broken { name, code: code.unwrap_or("no code").to_owned() },
            _ => Self::Access(explain::invocation(error, region)),
        }
    }

    /// Whether the function may have written before it.
    pub(super) fn may_have_written(&self) -> bool {
        matches!(
            self,
            Self::Access(AccessError::Unreachable { .. })
                | Self::Broken { .. }
                | Self::TimedOut { .. }
                | Self::Ended { .. }
                | Self::Unreadable { .. }
                | Self::Failed { fault: Fault::Unavailable | Fault::Internal, .. }
        )
    }

    /// Whether it may help to try again.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Access(AccessError::Throttled { .. }) | Self::Failed { fault: Fault::Throttled, .. } => {
                Trouble::Throttled
            }
            Self::Access(AccessError::Unreachable { .. })
            | Self::Changing { .. }
            | Self::Broken { .. }
            | Self::TimedOut { .. }
            | Self::Ended { .. }
            | Self::Failed { fault: Fault::Unavailable, .. } => Trouble::Outage,
            Self::Missing { .. }
            | Self::Access(_)
            | Self::Refused { .. }
            | Self::Unreadable { .. }
            | Self::Failed { .. } => Trouble::Permanent,
        }
    }
}

impl From<&StoreError> for Trouble {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Throttled => Self::Throttled,
            StoreError::Unavailable | StoreError::Nonsense | StoreError::Contended => Self::Outage,
            _ => Self::Permanent,
        }
    }
}
