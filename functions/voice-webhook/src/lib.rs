//! The voice webhook, in TwiML: a form that the provider has signed comes in, a document goes out. A call is a
//! conversation: a document for each question, and the flow's step once everything is answered. It also keeps the
//! transcriptions of recorded answers.

mod transcription;

use ringbolt_core::{
    call,
    dialects::twiml::{
        Conversation, Document, Request as Form, Turn, Unplayable, Visit as Run, without_states, write_transfer,
    },
    number::PhoneNumber,
    outcome::Outcome,
};
use ringbolt_lambda::{Answer, App, Failure, Request, Visit, flows::LiveFlow, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let (live, provider, signatures) = match app.admit_signed(&request).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    let public_url = signatures.public_url(&request);
    let (form, now) = (Form::read(request.body.as_deref().unwrap_or_default()), app.webhook.now());
    let conversation = Conversation {
        flow: &live.flow,
        keys: app.hasher.keys(),
        public_url: &public_url,
        provider,
        request: &form,
        now,
    };
    if request.path.ends_with("/transcription") {
        return transcription::keep(app, &conversation, &request).await;
    }
    let state = conversation.state(&request.query);
    let results = conversation.results(state.as_ref());
    let turn = async {
        match conversation.turn(state)? {
            Turn::Begins => {
                let begins = call::begin(&live.flow, &results, &live.closures, now)?;
                let document = conversation.begin(begins.ok_or(Unplayable::NoStart)?)?;
                Ok(Turn::Settled(document))
            }
            turn => Ok(turn),
        }
    };
    let left = app.webhook.deadline.saturating_sub(request.received.elapsed());
    match guard::within(left, turn).await {
        Ok(Turn::Ended(results, run)) => {
            let visit = Visit::new(app, &live, &results, &request, now).await;
            let visit = if run.knows_tries() { visit.signed() } else { visit };
            let fallback = fallback(&conversation, &run);
            let answer = guard::or_fallback(visit.left(), fallback, decided(&visit, &conversation, &run)).await;
            visit.close(answer, without_states).await
        }
        Ok(Turn::Settled(document)) => about(document_answer(&document, Outcome::Asked), &live, &results),
        Ok(Turn::Begins) => about(fallback(&conversation, &Run::default()), &live, &results),
        Err(failure) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "answered the fallback");
            about(fallback(&conversation, &Run::default()).failed(&failure), &live, &results)
        }
    }
}

/// The answer of a last resort: a transfer to a telephone number.
///
/// # Errors
/// What is expected, if the text is something else.
pub fn last_resort(text: &str) -> Result<Answer, &'static str> {
    let destination = PhoneNumber::parse(text).map_err(|_| "a North American telephone number of 10 digits")?;
    Ok(Answer::xml(write_transfer(&destination)))
}

async fn decided(visit: &Visit<'_>, conversation: &Conversation<'_>, run: &Run) -> Result<Answer, Failure> {
    if conversation.ends_after(run) {
        return Ok(document_answer(&Document::hang_up(), Outcome::Answered));
    }
    let decided = visit.decide().await?;
    if decided.answer.numbers_left_out > 0 {
        tracing::warn!(numbers = decided.answer.numbers_left_out, "numbers that cannot be rung were left out");
    }
    let document = if decided.answer.is_fallback() {
        conversation.fallback(run)
    } else {
        conversation.answer(run, &decided.answer)?
    };
    let answer = document_answer(&document, decided.answer.outcome).repeated(decided.repeated);
    Ok(answer.reason(decided.answer.reason))
}

fn fallback(conversation: &Conversation<'_>, run: &Run) -> Answer {
    document_answer(&conversation.fallback(run), Outcome::Fallback)
}

fn document_answer(document: &Document, outcome: Outcome) -> Answer {
    Answer::xml(document.to_xml()).outcome(outcome)
}

fn about(answer: Answer, live: &LiveFlow, results: &call::Results) -> Answer {
    answer.version(live.version).about(&live.flow, results)
}
