//! The SQS queue for transcriptions that could not be stored. The same function drains it.

mod batch;
mod message;

pub use batch::{Batch, BatchResponse, Message, UnreadableBatch};
pub use message::{InvalidMessage, Waiting};

use crate::Webhook;
use aws_sdk_sqs::{Client, error::ProvideErrorMetadata as _};
use aws_types::SdkConfig;
use ringbolt_dynamodb::client::patience;
use std::{fmt, str::FromStr, time::Duration};

/// The state of the transcription postback.
#[derive(Clone)]
pub struct Postback {
    /// The state that all webhooks share.
    pub webhook: Webhook,
    /// Takes transcriptions that could not be stored. Without a queue, the provider is asked to send them again.
    pub queue: Option<Queue>,
}

impl Postback {
    /// A postback without a queue, for local use.
    #[must_use]
    pub fn without_queue(webhook: Webhook) -> Self {
        Self { webhook, queue: None }
    }
}

/// The URL of an SQS queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrl(String);

/// Not an `http` or `https` URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL of an SQS queue")]
pub struct InvalidQueueUrl;

impl FromStr for QueueUrl {
    type Err = InvalidQueueUrl;

    fn from_str(url: &str) -> Result<Self, InvalidQueueUrl> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(InvalidQueueUrl)?;
        let plain = rest.contains('/') && rest.bytes().all(|byte| byte.is_ascii_graphic());
        if plain { Ok(Self(url.to_owned())) } else { Err(InvalidQueueUrl) }
    }
}

/// The queue of waiting transcriptions.
#[derive(Clone)]
pub struct Queue {
    client: Client,
    url: QueueUrl,
}

/// The queue did not accept a message. The service's error message is left out because it could quote the request.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// No connection, or no answer in time.
    #[error("SQS could not be reached or did not answer in time")]
    Unavailable,
    /// The service refused the message.
    #[error("SQS refused the message ({code})")]
    Refused {
        /// The service's error code.
        code: String,
    },
}

impl Queue {
    /// A queue with the same timeouts as DynamoDB under this deadline, since the provider is waiting.
    #[must_use]
    pub fn new(sdk: &SdkConfig, url: QueueUrl, deadline: Duration) -> Self {
        let (timeouts, retries) = patience(deadline);
        let config = aws_sdk_sqs::config::Builder::from(sdk).timeout_config(timeouts).retry_config(retries);
        Self { client: Client::from_conf(config.build()), url }
    }

    /// Sends a transcription to the queue. After a lost reply the queue may hold it twice, which is harmless.
    ///
    /// # Errors
    /// [`QueueError`] if the queue may not have accepted the message.
    pub async fn send(&self, waiting: &Waiting) -> Result<(), QueueError> {
        let sent = self.client.send_message().queue_url(&self.url.0).message_body(waiting.to_body()).send().await;
        sent.map(|_| ()).map_err(|error| match error.code() {
            // Quote the code only if it looks like an error code.
            Some(code) if code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') => {
                QueueError::Refused { code: code.to_owned() }
            }
            _ => QueueError::Unavailable,
        })
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_with_a_path_is_a_queue_url() {
        for url in ["https://sqs.eu-west-1.amazonaws.com/123456789012/q", "http://127.0.0.1:4566/000000000000/q"] {
            assert_eq!(url.parse(), Ok(QueueUrl(url.to_owned())));
        }
        for url in ["", "q", "arn:aws:sqs:eu-west-1:123456789012:q", "https://sqs", "https://sqs/a b"] {
            assert_eq!(QueueUrl::from_str(url), Err(InvalidQueueUrl), "{url}");
        }
    }
}
