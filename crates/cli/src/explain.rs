//! What AWS and the database answer, as one sentence: what happened, where, and what to do.

use aws_config::SdkConfig;
use aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksError;
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use ringbolt_dynamodb::StoreError;
use ringbolt_lambda::secrets::SecretError;

/// What keeps a command from its deployment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(
        "no AWS region is set: give --region, or set AWS_REGION or a profile with one; --local is the database of `ringbolt dev`"
    )]
    NoRegion,
    #[error("there are no AWS credentials: sign in (such as with `aws configure`), or name a profile with --profile")]
    NoCredentials,
    #[error("there is no profile {name} in AWS's configuration files: look at --profile")]
    NoProfile { name: String },
    #[error("the profile {name} has no credentials: sign in with it (such as with `aws sso login --profile {name}`)")]
    EmptyProfile { name: String },
    #[error("the AWS credentials cannot be used: {reason}")]
    UnusableCredentials { reason: String },
    #[error("the AWS credentials have expired: sign in again")]
    ExpiredCredentials,
    #[error("AWS does not take these credentials ({code}): look at --profile, and at the clock of this machine")]
    UnknownCredentials { code: String },
    #[error("these credentials may not {action} in {place}: whoever administers the AWS account can allow it")]
    Denied { action: String, place: String },
    #[error(
        "there is no stack {name} in {region}, in the account of these credentials: look at --stack, --region and --profile"
    )]
    NoStack { name: String, region: String },
    #[error("there is no such table in {place}: look at --stack, --region, --profile and the table's name")]
    NoTable { place: String },
    #[error("there is no secret {arn} in {region}: look at --region and --profile, or restore it where it was deleted")]
    NoSecret { arn: String, region: String },
    #[error("the secret {arn} has no text: Ringbolt's secrets are JSON, as docs/configuration.md describes")]
    NoTextInSecret { arn: String },
    #[error("{service} was not reached, or did not answer in time ({place}): look at the network and at --region")]
    Unreachable { service: &'static str, place: String },
    #[error(
        "the database of `ringbolt dev` does not answer any more ({place}): start it again, or give the command again"
    )]
    LocalGone { place: String },
    #[error("{service} turns requests away at the moment ({place}): try again in a minute")]
    Throttled { service: &'static str, place: String },
    #[error(
        "DynamoDB does not take this request for the table given ({place}): is it another one? Look at the table's name"
    )]
    WrongTable { place: String },
    #[error("{service} refused the request ({code})")]
    Refused { service: &'static str, code: String },
    #[error(
        "the record of changes is damaged ({place}): `ringbolt audit verify` says where, and `ringbolt audit repair` lets \
         it go on"
    )]
    BrokenChain { place: String },
    /// What no other kind describes; its own sentence, and where.
    #[error("{error} (in {place})")]
    Store { place: String, error: StoreError },
}

/// The SDK's variable for another endpoint, which explains a good deal of surprises.
pub(crate) fn endpoint_variable() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| set("AWS_ENDPOINT_URL"))
}

/// Why there are no credentials.
pub(crate) fn credentials(
    error: &aws_credential_types::provider::error::CredentialsError,
    profile: Option<&str>,
) -> Trouble {
    use aws_credential_types::provider::error::CredentialsError as E;
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let reason = cause.to_string();
    match (error, profile) {
        (_, Some(profile)) if reason.contains(&format!("`{profile}` was not defined")) => {
            Trouble::NoProfile { name: profile.to_owned() }
        }
        (E::CredentialsNotLoaded(_), Some(profile)) => Trouble::EmptyProfile { name: profile.to_owned() },
        (E::CredentialsNotLoaded(_), None) => Trouble::NoCredentials,
        _ => {
            // The metadata service of EC2 comes last: where it fails, nothing before it had any.
            if reason.contains("IMDS") { Trouble::NoCredentials } else { Trouble::UnusableCredentials { reason } }
        }
    }
}

/// What came of a request to the database.
pub(crate) fn store(error: StoreError, place: &str, local: bool) -> Trouble {
    const SERVICE: &str = "DynamoDB";
    let place = place.to_owned();
    match error {
        StoreError::Unavailable if local => Trouble::LocalGone { place },
        StoreError::Unavailable => Trouble::Unreachable { service: SERVICE, place },
        StoreError::Throttled => Trouble::Throttled { service: SERVICE, place },
        StoreError::NoTable => Trouble::NoTable { place },
        StoreError::BrokenChain => Trouble::BrokenChain { place },
        StoreError::Refused { code } if code == "ValidationException" => Trouble::WrongTable { place },
        StoreError::Denied { code, action } => denied(SERVICE, code, action, place),
        error => Trouble::Store { place, error },
    }
}

/// What came of reading a secret.
pub(crate) fn secret(error: SecretError, region: &str) -> Trouble {
    match error {
        SecretError::NotGiven { arn, code } if code == "ResourceNotFoundException" => {
            Trouble::NoSecret { arn, region: region.to_owned() }
        }
        SecretError::NotGiven { code, .. } => {
            let action = Some("secretsmanager:GetSecretValue".to_owned());
            coded("Secrets Manager", code, action, region.to_owned())
        }
        SecretError::NoText { arn } => Trouble::NoTextInSecret { arn },
    }
}

/// What came of asking for a stack.
pub(crate) fn stack(error: &SdkError<DescribeStacksError, HttpResponse>, sdk: &SdkConfig, name: &str) -> Trouble {
    let region = sdk.region().map_or_else(String::new, ToString::to_string);
    let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
    if error.code() == Some("ValidationError") && message.contains("does not exist") {
        return Trouble::NoStack { name: name.to_owned(), region };
    }
    service("CloudFormation", error, &region)
}

/// What came of a request to any service, in a region.
pub(crate) fn service<E: ProvideErrorMetadata>(
    service: &'static str,
    error: &SdkError<E, HttpResponse>,
    region: &str,
) -> Trouble {
    let Some(answered) = error.as_service_error() else {
        return Trouble::Unreachable { service, place: region.to_owned() };
    };
    let action = answered.message().and_then(|message| {
        let (_, after) = message.split_once("not authorized to perform: ")?;
        after.split_whitespace().next().map(str::to_owned)
    });
    coded(service, answered.code().unwrap_or("no code").to_owned(), action, region.to_owned())
}

fn coded(service: &'static str, code: String, action: Option<String>, place: String) -> Trouble {
    match code.as_str() {
        // Words of `SecretSource`, for what was no answer at all.
        "no answer" => Trouble::Unreachable { service, place },
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            Trouble::Throttled { service, place }
        }
        "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException" => denied(service, code, action, place),
        _ => Trouble::Refused { service, code },
    }
}

fn denied(service: &'static str, code: String, action: Option<String>, place: String) -> Trouble {
    if code.starts_with("ExpiredToken") {
        Trouble::ExpiredCredentials
    } else if code.starts_with("AccessDenied") {
        Trouble::Denied { action: action.unwrap_or_else(|| format!("do this with {service}")), place }
    } else {
        Trouble::UnknownCredentials { code }
    }
}

#[cfg(test)]
mod tests;
