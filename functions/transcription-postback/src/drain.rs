//! Stores the transcriptions waiting in the queue.

use crate::keep;
use ringbolt_dynamodb::calls::Kept;
use ringbolt_lambda::{
    Failure, Postback, Webhook, guard,
    queue::{Batch, BatchResponse, InvalidMessage, Message, Waiting},
};

/// Why a message stays in the queue.
#[derive(Debug, thiserror::Error)]
enum DrainError {
    /// The message is not a transcription, so the queue's redrive policy will move it to the dead-letter queue.
    #[error(transparent)]
    Invalid(#[from] InvalidMessage),
    /// The transcription could not be stored this time.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl DrainError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "no-transcription",
            Self::Failure(failure) => failure.kind(),
        }
    }
}

/// Stores the messages under the times they were received, and returns those that must stay in the queue. They are
/// stored one after another because several may concern the same item. Each message gets a webhook's deadline.
pub async fn drain(postback: &Postback, batch: Batch) -> BatchResponse {
    let mut failed = Vec::new();
    for message in batch.messages {
        if let Err(reason) = store(&postback.webhook, &message).await {
            tracing::error!(
                failure = reason.kind(), reason = %reason, message_id = message.message_id,
                "a transcription stays in the queue"
            );
            failed.push(message.message_id);
        }
    }
    failed.into_iter().collect()
}

async fn store(webhook: &Webhook, message: &Message) -> Result<Kept, DrainError> {
    let waiting = Waiting::from_body(&message.body)?;
    let transcription = waiting.transcription().map_err(InvalidMessage::from)?;
    let keep = keep(webhook, &waiting.flow, &transcription, waiting.received_at);
    Ok(guard::within(webhook.deadline, keep).await?)
}
