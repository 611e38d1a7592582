//! The transcription postback in DialogTech's dialect: one GET request per recorded question, in any order. It answers
//! 2xx only once the transcription is safe: stored, or in the queue that the same function drains.

mod drain;

pub use drain::{drain, drain_within};

use http::Method;
use ringbolt_core::{
    dialects::dialogtech::{Parameters, Transcription},
    identity::FlowName,
    outcome::Outcome,
    time::EpochMs,
};
use ringbolt_dynamodb::calls::{Kept, Transcript};
use ringbolt_lambda::{
    Answer, Failure, Postback, Request, Webhook,
    answer::Visited,
    guard,
    queue::{Queue, Waiting},
};

/// Answers one postback: 204 if it is stored, 200 if it is in the queue, 400 if it does not identify a call,
/// and 503 if neither storing nor queueing succeeded and the provider must send it again.
pub async fn handle(postback: &Postback, request: Request) -> Answer {
    let began = request.received;
    let webhook = &postback.webhook;
    let flow = match webhook.admit(&request, &[Method::GET]) {
        Ok(flow) => flow,
        Err(refusal) => return refusal,
    };
    let waiting = Waiting { flow, parameters: Parameters::parse(&request.query, None), received_at: webhook.now() };
    let transcription = match waiting.transcription() {
        Ok(transcription) => transcription,
        Err(invalid) => return Answer::refusal(400, &format!("This is not a transcription: {invalid}.")),
    };
    // If there is a queue, leave it some of the time.
    let patience = if postback.queue.is_some() { webhook.deadline * 3 / 5 } else { webhook.deadline };
    let kept = guard::within(patience, keep(webhook, &waiting.flow, &transcription, waiting.received_at)).await;
    let answer = match (kept, &postback.queue) {
        (Ok(kept), _) => Answer { status: 204, ..Answer::text("") }.outcome(kept.outcome()),
        (Err(failure), Some(queue)) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "the transcription goes to the queue");
            let left = webhook.deadline.saturating_sub(began.elapsed());
            match guard::within(left, send(queue, &waiting)).await {
                Ok(()) => Answer::text("").outcome(Outcome::Queued).failed(&failure),
                Err(failure) => not_stored(&failure),
            }
        }
        (Err(failure), None) => not_stored(&failure),
    };
    let visited = Visited { id: Some(transcription.survo_id.as_str().to_owned()), ..Visited::default() };
    answer.call(Some(transcription.unique_id.as_str())).visited(visited)
}

async fn send(queue: &Queue, waiting: &Waiting) -> Result<(), Failure> {
    Ok(queue.send(waiting).await?)
}

fn not_stored(failure: &Failure) -> Answer {
    tracing::error!(failure = failure.kind(), reason = %failure, "the transcription was not stored");
    Answer::refusal(503, "The transcription was not stored. Please send it again.")
        .outcome(Outcome::NotStored)
        .failed(failure)
}

/// Stores a transcription under the time it was received, which may be earlier than now.
async fn keep(
    webhook: &Webhook,
    flow: &FlowName,
    transcription: &Transcription,
    received_at: EpochMs,
) -> Result<Kept, Failure> {
    let transcript = Transcript {
        response_id: transcription.unique_id.as_str(),
        ivr_id: transcription.survo_id.as_str(),
        question: transcription.question.as_str(),
        flow: flow.as_str(),
        fields: transcription.fields(),
    };
    Ok(webhook.store.keep_transcript(&transcript, received_at, webhook.retention).await?)
}
