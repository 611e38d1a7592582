//! What can go wrong with the database, in kinds that a person can act on.

use crate::client::{NO_CREDENTIALS, lacks_credentials};
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use ringbolt_core::{caller::CorruptItem, pin::Incomparable};
use std::error::Error;

/// The database did not do what it was asked. No message quotes an item, a key or the server's own words.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No answer in time, no connection, or an answer of 5xx.
    #[error("DynamoDB was not reached, or did not answer in time")]
    Unavailable,
    /// Too many requests for the table or the account.
    #[error("DynamoDB is throttling")]
    Throttled,
    /// No credentials, or not for this action on this table.
    #[error("the credentials do not allow {action} on DynamoDB ({code})", action = action.as_deref().unwrap_or("this"))]
    Denied {
        /// The service's error code.
        code: String,
        /// The action that was denied, such as `dynamodb:UpdateItem`, if the service named it.
        action: Option<String>,
    },
    /// The table is not there.
    #[error("there is no such DynamoDB table in this region and account")]
    NoTable,
    /// The service refused the request as such.
    #[error("DynamoDB refused the request ({code})")]
    Refused {
        /// The service's error code.
        code: String,
    },
    /// The item would be over DynamoDB's 400 KB.
    #[error("an item of DynamoDB holds 400 KB, and this one would have more")]
    TooLarge,
    /// An answer that cannot be read.
    #[error("DynamoDB's answer could not be read")]
    Nonsense,
    /// An item, other than a caller's, that Ringbolt did not write.
    #[error("an item's attribute `{attribute}` is missing or of another type")]
    Unreadable {
        /// Which attribute.
        attribute: &'static str,
    },
    /// A caller's item that Ringbolt cannot have written: nobody is let in by it.
    #[error(transparent)]
    Corrupt(#[from] CorruptItem),
    /// A PIN under a key or a hash that is not known here, so that a guess cannot be judged.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// The audit log does not end at the entry that its head names.
    #[error("the audit log does not end at the entry that its head names")]
    BrokenChain,
    /// Somebody else kept changing the item.
    #[error("the item kept changing whenever it was to be written")]
    Contended,
}

/// Whether a conditional write was made; `false` if its condition refused it.
///
/// # Errors
/// What DynamoDB answered otherwise.
pub(crate) fn was_written<T, E: ProvideErrorMetadata + Error + 'static>(
    written: Result<T, SdkError<E, HttpResponse>>,
) -> Result<bool, StoreError> {
    match written {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(StoreError::from_sdk(error)),
    }
}

impl StoreError {
    /// Sorts an SDK error into a kind; what it says in detail stays out, since it can quote the request.
    pub(crate) fn from_sdk<E: ProvideErrorMetadata + Error + 'static>(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(service) => {
                // The code says only that something is wrong with the request ("Item size has exceeded the maximum
                // allowed size", "Item size to update has exceeded ...", "ExpressionAttributeValues contains invalid
                // value: Item size has exceeded ...").
                if service.err().message().is_some_and(|message| message.contains("Item size")) {
                    return Self::TooLarge;
                }
                let (code, action) = (service.err().code().unwrap_or_default(), denied_action(service.err().message()));
                Self::from_code(code, action, service.raw().status().is_server_error())
            }
            SdkError::ResponseError(_) => Self::Nonsense,
            _ if lacks_credentials(&error) => Self::Denied { code: NO_CREDENTIALS.to_owned(), action: None },
            _ => Self::Unavailable,
        }
    }

    fn from_code(code: &str, action: Option<String>, server_error: bool) -> Self {
        match code {
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException" => Self::Throttled,
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException" => Self::Denied { code: code.to_owned(), action },
            "ResourceNotFoundException" => Self::NoTable,
            _ if server_error => Self::Unavailable,
            "" => Self::Nonsense,
            // Only a code that looks like one is worth repeating.
            _ if code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Self::Refused { code: code.to_owned() }
            }
            _ => Self::Nonsense,
        }
    }

    /// The word for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Throttled => "throttled",
            Self::Denied { .. } => "denied",
            Self::NoTable => "no-table",
            Self::Refused { .. } => "refused",
            Self::TooLarge => "too-large",
            Self::BrokenChain => "broken-chain",
            Self::Nonsense => "nonsense",
            Self::Unreadable { .. } => "unreadable-item",
            Self::Corrupt(_) => "corrupt-item",
            Self::Incomparable(Incomparable::UnknownKey) => "unknown-key",
            Self::Incomparable(Incomparable::UnknownHash) => "unknown-hash",
            Self::Contended => "contended",
        }
    }
}

/// The action in IAM's sentence "... is not authorized to perform: dynamodb:UpdateItem on resource: ...". Nothing else of
/// it is kept: it names users and resources.
fn denied_action(message: Option<&str>) -> Option<String> {
    let (_, after) = message?.split_once("not authorized to perform: ")?;
    let action = after.split_whitespace().next()?;
    let plain = |text: &str| !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let (service, name) = action.split_once(':')?;
    (plain(service) && plain(name)).then(|| action.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_iams_sentence_the_action_alone_is_kept() {
        let denied = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:UpdateItem on \
                      resource: arn:aws:dynamodb:eu-west-1:123456789012:table/t because no policy allows it";
        assert_eq!(denied_action(Some(denied)).as_deref(), Some("dynamodb:UpdateItem"));
        for other in ["", "not authorized to perform: ", "not authorized to perform: a:<b> on x", "it is broken"] {
            assert_eq!(denied_action(Some(other)), None, "{other}");
        }
    }
}
