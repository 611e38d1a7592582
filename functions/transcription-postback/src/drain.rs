//! Stores the transcriptions waiting in the queue.

use crate::keep;
use ringbolt_dynamodb::calls::Kept;
use ringbolt_lambda::{
    Failure, Postback, Webhook, guard,
    queue::{Batch, BatchResponse, InvalidMessage, Message, Waiting},
};
use std::time::{Duration, Instant};

/// How long a batch may take. Lambda ends an invocation after 28 s (template.yaml), and would then deliver the whole batch
/// again, with what is stored already.
const BATCH_DEADLINE: Duration = Duration::from_secs(20);

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
/// stored one after another because several may concern the same item. Each message gets a webhook's deadline, within that
/// of the batch.
pub async fn drain(postback: &Postback, batch: Batch) -> BatchResponse {
    drain_within(BATCH_DEADLINE, postback, batch).await
}

/// [`drain`] with another deadline for the batch. What it does not reach stays in the queue.
pub async fn drain_within(deadline: Duration, postback: &Postback, batch: Batch) -> BatchResponse {
    let (mut failed, began) = (Vec::new(), Instant::now());
    for message in batch.messages {
        let left = deadline.saturating_sub(began.elapsed());
        if let Err(reason) = store(&postback.webhook, &message, left).await {
            tracing::error!(
                failure = reason.kind(), reason = %reason, message_id = message.message_id,
                "a transcription stays in the queue"
            );
            failed.push(message.message_id);
        }
    }
    failed.into_iter().collect()
}

async fn store(webhook: &Webhook, message: &Message, left: Duration) -> Result<Kept, DrainError> {
    if left.is_zero() {
        return Err(Failure::Deadline.into());
    }
    let waiting = Waiting::from_body(&message.body)?;
    let transcription = waiting.transcription().map_err(InvalidMessage::from)?;
    let keep = keep(webhook, &waiting.flow, &transcription, waiting.received_at);
    Ok(guard::within(webhook.deadline.min(left), keep).await?)
}
