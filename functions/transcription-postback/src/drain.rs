//! Storing what waits in the queue.

use crate::keep;
use ringbolt_dynamodb::calls::Kept;
use ringbolt_lambda::{
    Failure, Postback, Webhook, guard,
    queue::{Batch, BatchResponse, InvalidMessage, Message, Waiting},
};

/// Why a message stays in the queue.
#[derive(Debug, thiserror::Error)]
enum Undrained {
    /// It is no transcription, and never will be: the queue's redrive policy ends its way in the dead-letter queue.
    #[error(transparent)]
    Invalid(#[from] InvalidMessage),
    /// It could not be stored this time.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Undrained {
    fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "no-transcription",
            Self::Failure(failure) => failure.kind(),
        }
    }
}

/// Stores the messages, each under the time at which it came, and names those that must stay in the queue. One after
/// the other: several may be about one item. Each has the deadline of a webhook.
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

async fn store(webhook: &Webhook, message: &Message) -> Result<Kept, Undrained> {
    let waiting = Waiting::from_body(&message.body)?;
    let transcription = waiting.transcription().map_err(InvalidMessage::from)?;
    let keep = keep(webhook, &waiting.flow, &transcription, waiting.received_at);
    Ok(guard::within(webhook.deadline, keep).await?)
}
