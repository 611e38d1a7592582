//! Turns errors from AWS and the database into one sentence: what happened, where, and what to do.

use crate::aws::Failure;
use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use ringbolt_dynamodb::{StoreError, client::NO_CREDENTIALS};
use ringbolt_lambda::secrets::SecretError;
use std::{error::Error, fmt};

/// Why a command cannot work with its deployment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    #[error(
        "no AWS region is set: give --region, set AWS_REGION, or use a profile that has a region; --local uses the database of `ringbolt dev`"
    )]
    NoRegion,
    #[error(
        "there are no AWS credentials: sign in (for example with `aws configure`), or name a profile with --profile"
    )]
    NoCredentials,
    #[error("there is no profile {name} in the AWS configuration files: check --profile")]
    NoProfile { name: String },
    #[error(
        "the profile {name} has no credentials: sign in with it (for example with `aws sso login --profile {name}`)"
    )]
    EmptyProfile { name: String },
    #[error("the AWS credentials cannot be used: {reason}")]
    UnusableCredentials { reason: String },
    #[error("the AWS credentials have expired: sign in again (with SSO: `aws sso login{option}`)", option = option(profile.as_deref()))]
    ExpiredCredentials { profile: Option<String> },
    #[error("nobody is signed in with AWS SSO, or the sign-in has expired: sign in again (`aws sso login{option}`)", option = option(profile.as_deref()))]
    SignedOut { profile: Option<String> },
    #[error("AWS does not accept these credentials ({code}): check --profile and the clock of this machine")]
    UnknownCredentials { code: String },
    #[error("these credentials may not {action} in {place}: ask the administrator of the AWS account for permission")]
    Denied { action: String, place: String },
    #[error(
        "there is no stack {name} in {region} in the account of these credentials: check --stack, --region and --profile"
    )]
    NoStack { name: String, region: String },
    #[error("there is no such table in {place}: check --stack, --region, --profile and the table's name")]
    NoTable { place: String },
    #[error(
        "there is no secret {arn} in {region}: check --region and --profile, or restore the secret if it was deleted"
    )]
    NoSecret { arn: String, region: String },
    #[error("the secret {arn} has no text: Ringbolt's secrets are JSON, see docs/configuration.md")]
    NoTextInSecret { arn: String },
    #[error("{service} could not be reached or did not answer in time ({place}): check the network and --region")]
    Unreachable { service: &'static str, place: String },
    #[error("no request can be made to {service} ({place}): {reason}; check --region and the AWS configuration")]
    Unaskable { service: &'static str, place: String, reason: String },
    #[error("the database of `ringbolt dev` stopped answering ({place}): start it again, or run this command again")]
    LocalGone { place: String },
    #[error("{service} is throttling requests ({place}): try again in a minute")]
    Throttled { service: &'static str, place: String },
    #[error(
        "DynamoDB rejects this request for the given table ({place}): it may be the wrong table, so check its name"
    )]
    WrongTable { place: String },
    #[error("{service} refused the request ({code})")]
    Refused { service: &'static str, code: String },
    #[error(
        "the audit log is damaged ({place}): `ringbolt audit verify` shows where, and `ringbolt audit repair` makes it \
        usable again"
    )]
    BrokenChain { place: String },
    /// Any other error of the store, with the place.
    #[error("{error} (in {place})")]
    Store { place: String, error: StoreError },
}

/// The SDK's environment variable for a custom endpoint. Naming it explains many surprises.
pub(crate) fn endpoint_variable() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| set("AWS_ENDPOINT_URL"))
}

fn option(profile: Option<&str>) -> String {
    profile.map_or_else(String::new, |profile| format!(" --profile {profile}"))
}

/// The profile of the environment.
fn profile_variable() -> Option<String> {
    std::env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty())
}

/// What the SDK says if SSO's session has expired, was ended, or was never begun. Its errors have no kinds for it.
const SIGNED_OUT: [&str; 7] = [
    "token has expired",
    "token is expired",
    "session has expired",
    "SSO token",
    "/sso/cache/",
    "UnauthorizedException",
    "InvalidGrantException",
];

/// The messages of an error and of its causes, from the outside.
fn messages(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect()
}

/// The failure to get credentials among an error's causes.
fn of_credentials<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a CredentialsError> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

/// Why there are no credentials.
pub(crate) fn credentials(error: &CredentialsError, profile: Option<&str>) -> AccessError {
    use CredentialsError as E;
    let messages = messages(error);
    let reason = messages.last().cloned().unwrap_or_default();
    let says = |parts: &[&str]| parts.iter().any(|part| messages.iter().any(|message| message.contains(part)));
    let named = || profile.map(str::to_owned).or_else(profile_variable);
    match (error, profile) {
        _ if says(&["ExpiredToken"]) => AccessError::ExpiredCredentials { profile: named() },
        _ if says(&SIGNED_OUT) => AccessError::SignedOut { profile: named() },
        (_, Some(profile)) if reason.contains(&format!("`{profile}` was not defined")) => {
            AccessError::NoProfile { name: profile.to_owned() }
        }
        (E::CredentialsNotLoaded(_), Some(profile)) => AccessError::EmptyProfile { name: profile.to_owned() },
        (E::CredentialsNotLoaded(_), None) => AccessError::NoCredentials,
        _ => {
            // The EC2 metadata service is asked last: if it fails, no other source had credentials.
            if reason.contains("IMDS") {
                AccessError::NoCredentials
            } else {
                AccessError::UnusableCredentials { reason }
            }
        }
    }
}

/// Explains a failed request to the database.
pub(crate) fn store(error: StoreError, place: &str, local: bool) -> AccessError {
    const SERVICE: &str = "DynamoDB";
    let place = place.to_owned();
    match error {
        StoreError::Unavailable if local => AccessError::LocalGone { place },
        StoreError::Unavailable => AccessError::Unreachable { service: SERVICE, place },
        StoreError::Throttled => AccessError::Throttled { service: SERVICE, place },
        StoreError::NoTable => AccessError::NoTable { place },
        StoreError::BrokenChain => AccessError::BrokenChain { place },
        StoreError::Refused { code } if code == "ValidationException" => AccessError::WrongTable { place },
        StoreError::Denied { code, action } => denied(SERVICE, code, action, place),
        error => AccessError::Store { place, error },
    }
}

/// Explains why a secret could not be read.
pub(crate) fn secret(error: SecretError, region: &str) -> AccessError {
    match error {
        SecretError::NotGiven { arn, code } if code == "ResourceNotFoundException" => {
            AccessError::NoSecret { arn, region: region.to_owned() }
        }
        SecretError::NotGiven { code, .. } => {
            let action = Some("secretsmanager:GetSecretValue".to_owned());
            coded("Secrets Manager", code, action, region.to_owned())
        }
        SecretError::NoText { arn } => AccessError::NoTextInSecret { arn },
    }
}

/// Explains why a stack could not be described.
pub(crate) fn stack(error: &Failure, sdk: &SdkConfig, name: &str) -> AccessError {
    let region = sdk.region().map_or_else(String::new, ToString::to_string);
    let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
    if error.code() == Some("ValidationError") && message.contains("does not exist") {
        return AccessError::NoStack { name: name.to_owned(), region };
    }
    service("CloudFormation", error, &region)
}

/// Explains a failed request to any service in a region.
pub(crate) fn service<E: ProvideErrorMetadata + Error + 'static, R: fmt::Debug + 'static>(
    service: &'static str,
    error: &SdkError<E, R>,
    region: &str,
) -> AccessError {
    let Some(answered) = error.as_service_error() else {
        if let Some(error) = of_credentials(error) {
            return credentials(error, None);
        }
        if let SdkError::ConstructionFailure(_) = error {
            let reason = messages(error).pop().unwrap_or_default();
            return AccessError::Unaskable { service, place: region.to_owned(), reason };
        }
        return AccessError::Unreachable { service, place: region.to_owned() };
    };
    let action = answered.message().and_then(|message| {
        let (_, after) = message.split_once("not authorized to perform: ")?;
        after.split_whitespace().next().map(str::to_owned)
    });
    coded(service, answered.code().unwrap_or("no code").to_owned(), action, region.to_owned())
}

/// Explains why a function could not be invoked.
pub(crate) fn invocation(error: &Failure, region: &str) -> AccessError {
    match service("Lambda", error, region) {
        // Lambda does not always name the action.
        AccessError::Denied { place, .. } => AccessError::Denied { action: "lambda:InvokeFunction".to_owned(), place },
        other => other,
    }
}

fn coded(service: &'static str, code: String, action: Option<String>, place: String) -> AccessError {
    match code.as_str() {
        // `SecretSource` uses this code if there was no response.
        "no answer" => AccessError::Unreachable { service, place },
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
            AccessError::Throttled { service, place }
        }
        NO_CREDENTIALS
        | "AccessDenied"
        | "AccessDeniedException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException" => denied(service, code, action, place),
        _ => AccessError::Refused { service, code },
    }
}

fn denied(service: &'static str, code: String, action: Option<String>, place: String) -> AccessError {
    if code.starts_with("ExpiredToken") || code == NO_CREDENTIALS {
        AccessError::ExpiredCredentials { profile: profile_variable() }
    } else if code.starts_with("AccessDenied") {
        AccessError::Denied { action: action.unwrap_or_else(|| format!("do this with {service}")), place }
    } else {
        AccessError::UnknownCredentials { code }
    }
}

#[cfg(test)]
mod tests;
