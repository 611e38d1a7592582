//! Reading responses.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::context::{Error, Output},
        orchestrator::{HttpResponse, OrchestratorError},
        ser_de::DeserializeResponse,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag, error::ErrorMetadata};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// Reads a response that is a success.
pub(super) enum Reader<O> {
    /// Once all of it has arrived.
    Whole(fn(&HttpResponse) -> Result<O, BoxError>),
    /// While it arrives.
    Stream(fn(SdkBody) -> O),
}

/// What was read. The runtime wants to print it, and it can contain a secret.
pub(super) struct Hidden<O>(O);

/// Reads a response, be it a success or an error.
struct Deserializer<O> {
    reader: Reader<O>,
    refusal: fn(&HttpResponse) -> ErrorMetadata,
}

impl<O> Reader<O> {
    /// The same with a reader of errors.
    pub(super) fn with(self, refusal: fn(&HttpResponse) -> ErrorMetadata) -> impl DeserializeResponse + 'static
    where
        O: Send + Sync + 'static,
    {
        Deserializer { reader: self, refusal }
    }
}

impl<O: Send + Sync + 'static> DeserializeResponse for Deserializer<O> {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        _: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<Error>>> {
        match self.reader {
            Reader::Stream(read) if response.status().is_success() => {
                Some(Ok(Output::erase(Hidden(read(response.take_body())))))
            }
            _ => None,
        }
    }

    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        let read = match self.reader {
            Reader::Whole(read) if response.status().is_success() => read(response).map_err(|error| unreadable(&error)),
            _ => Err((self.refusal)(response)),
        };
        read.map(|output| Output::erase(Hidden(output)))
            .map_err(|error| OrchestratorError::operation(Error::erase(error)))
    }
}

/// The error of a success that cannot be read has no code, as in the SDK.
fn unreadable(error: &BoxError) -> ErrorMetadata {
    ErrorMetadata::builder().message(error.to_string()).build()
}

/// The body of a response that has arrived.
pub(super) fn body(response: &HttpResponse) -> &[u8] {
    response.body().bytes().unwrap_or_default()
}

/// Reads a body that is JSON.
pub(super) fn json<O: DeserializeOwned>(response: &HttpResponse) -> Result<O, BoxError> {
    Ok(serde_json::from_slice(body(response))?)
}

/// Reads the error of a service whose protocol is JSON. The code is in the header or in the body, and may have a namespace
/// before it and a URL after it ("AWS JSON 1.1 protocol" and "AWS restJson1 protocol", "Operation error serialization").
pub(super) fn json_refusal(response: &HttpResponse) -> ErrorMetadata {
    let error = json_error(body(response));
    let header = response.headers().get("x-amzn-errortype").map(plain_code);
    match header {
        Some(code) => error.into_builder().code(code).build(),
        None => error,
    }
}

/// Reads an error in JSON, that of a response or in an event stream.
pub(super) fn json_error(body: &[u8]) -> ErrorMetadata {
    // A proxy may answer something else.
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: &[&str]| names.iter().find_map(|name| body.get(name)?.as_str());
    let mut error = ErrorMetadata::builder();
    if let Some(code) = text(&["code", "__type"]) {
        error = error.code(plain_code(code));
    }
    if let Some(message) = text(&["message", "Message", "errorMessage"]) {
        error = error.message(message);
    }
    error.build()
}

fn plain_code(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.split_once('#').map_or(code, |(_, code)| code)
}

impl<O> Hidden<O> {
    pub(super) fn into_inner(self) -> O {
        self.0
    }
}

impl<O> fmt::Debug for Hidden<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<O> fmt::Debug for Deserializer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deserializer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(header: Option<&'static str>, body: &'static str) -> (Option<String>, Option<String>) {
        let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body));
        if let Some(code) = header {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        let error = json_refusal(&response);
        (error.code().map(str::to_owned), error.message().map(str::to_owned))
    }

    #[test]
    fn every_form_of_an_error_in_json_is_read() {
        let some = |code: &str, message: &str| (Some(code.to_owned()), Some(message.to_owned()));
        for (header, body, expected) in [
            // Lambda's and CloudWatch Logs' own.
            (
                Some("TooManyRequestsException"),
                r#"{"Reason":"x","Type":"User","message":"m"}"#,
                "TooManyRequestsException",
            ),
            (None, r#"{"__type":"ResourceNotFoundException","message":"m"}"#, "ResourceNotFoundException"),
            (
                None,
                r#"{"__type":"com.amazonaws.logs#InvalidParameterException","Message":"m"}"#,
                "InvalidParameterException",
            ),
            (
                Some("AccessDeniedException:http://internal.amazon.com/coral/"),
                r#"{"Message":"m"}"#,
                "AccessDeniedException",
            ),
            (None, r#"{"code":"A","__type":"B","errorMessage":"m"}"#, "A"),
        ] {
            assert_eq!(refused(header, body), some(expected, "m"), "{body}");
        }
        for body in ["", "<html>busy</html>", "[]", r#"{"code":1,"message":null}"#] {
            assert_eq!(refused(None, body), (None, None), "{body}");
        }
        assert_eq!(refused(Some("ServiceException"), "<html>").0.as_deref(), Some("ServiceException"));
    }
}
