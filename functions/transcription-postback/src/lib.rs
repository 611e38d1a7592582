//! The transcription postback, in DialogTech's dialect: one GET a recorded question, in any order. 2xx only once it is
//! stored.

use http::Method;
use ringbolt_core::dialogtech::{parameters::Parameters, transcription::Transcription};
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::calls::{Kept, Transcript};
use ringbolt_lambda::{Answer, Failure, Request, Webhook, guard};

/// Answers one postback: 204 once it is stored, 400 where it does not say what it belongs to, 503 where it could not be
/// stored and may be sent again.
pub async fn handle(webhook: &Webhook, request: Request) -> Answer {
    let flow = match webhook.admit(&request, &[Method::GET]) {
        Ok(flow) => flow,
        Err(refusal) => return refusal,
    };
    let transcription = match Transcription::from_parameters(&Parameters::parse(&request.query, None)) {
        Ok(transcription) => transcription,
        Err(invalid) => return Answer::refusal(400, &format!("This is no transcription: {invalid}.")),
    };
    let answer = match guard::within(webhook.deadline, keep(webhook, &flow, &transcription)).await {
        Ok(kept) => Answer { status: 204, ..Answer::text("") }.outcome(kept.name()),
        Err(failure) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "the transcription was not stored");
            Answer::refusal(503, "The transcription was not stored. Please send it again.").outcome("not-stored")
        }
    };
    answer.call(Some(transcription.unique_id.as_str()))
}

async fn keep(webhook: &Webhook, flow: &FlowName, transcription: &Transcription) -> Result<Kept, Failure> {
    let question = transcription.question.to_string();
    let transcript = Transcript {
        response_id: transcription.unique_id.as_str(),
        ivr_id: transcription.survo_id.as_str(),
        question: &question,
        flow: flow.as_str(),
        fields: transcription.fields(),
    };
    Ok(webhook.store.keep_transcript(&transcript, webhook.now(), webhook.retention).await?)
}
