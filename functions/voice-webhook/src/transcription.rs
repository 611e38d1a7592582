//! Keeping the transcription of a recorded answer.

use ringbolt_core::{
    call::ids::KeyPart,
    dialects::twiml::{Conversation, Transcription},
    outcome::Outcome,
};
use ringbolt_dynamodb::calls::{Kept, Transcript};
use ringbolt_lambda::{Answer, App, Failure, Request, answer::Visited, guard};

/// Answers 204 if it is stored, 400 if it doesn't say to which call it belongs, and 503 if it could not be stored. Nothing
/// is queued: a provider keeps its transcriptions, and its API gives them again.
pub(crate) async fn keep(app: &App, conversation: &Conversation<'_>, request: &Request) -> Answer {
    let Some(transcription) = conversation.transcription(&request.query) else {
        return Answer::refusal(400, "This is not a transcription of a call to this flow.");
    };
    let left = app.webhook.deadline.saturating_sub(request.received.elapsed());
    let answer = match guard::within(left, stored(app, conversation, &transcription)).await {
        Ok(outcome) => Answer { status: 204, ..Answer::text("") }.outcome(outcome),
        Err(failure) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "the transcription was not stored");
            Answer::refusal(503, "The transcription was not stored. Please send it again.")
                .outcome(Outcome::NotStored)
                .failed(&failure)
        }
    };
    let visited = Visited { id: Some(transcription.ivr.as_str().to_owned()), ..Visited::default() };
    answer.call(Some(transcription.visit.as_str())).visited(visited)
}

async fn stored(app: &App, conversation: &Conversation<'_>, transcription: &Transcription) -> Result<Outcome, Failure> {
    let transcript = Transcript {
        response_id: transcription.visit.as_str(),
        ivr_id: transcription.ivr.as_str(),
        question: transcription.question.as_str(),
        flow: conversation.flow.name.as_str(),
        fields: transcription.fields.clone(),
    };
    let (store, retention) = (&app.webhook.store, app.webhook.retention);
    let kept = store.keep_transcript(&transcript, conversation.now, retention).await?;
    // A caller who hangs up leaves no visit, and a data-protection request must find what they said.
    if let (Some(call), false) = (conversation.request.call_id(), kept == Kept::Erased) {
        let call = KeyPart::of(call.as_str());
        store.link_run(call.as_str(), transcript.response_id, conversation.now, retention).await?;
    }
    Ok(kept.outcome())
}
