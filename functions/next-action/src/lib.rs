//! The next-action webhook, in DialogTech's dialect: the answers of an IVR come in, an `<action>` document goes out, or
//! a text to be read to the caller.

use http::Method;
use ringbolt_core::{
    attempt::Fingerprint,
    dialogtech::{
        decide::{self, NextAnswer, NextBody, PinAttempt, Plan, Undecided, Visit},
        ids::SessionId,
        parameters::Parameters,
        record,
        request::IvrResults,
    },
    flow::Flow,
    pin::Prepared,
};
use ringbolt_dynamodb::{attempts::Attempted, calls};
use ringbolt_lambda::{Answer, App, Failure, Request, flows::LiveFlow, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let LiveFlow { flow, version } = match app.admit(&request, &[Method::GET, Method::POST]) {
        Ok(live) => live,
        Err(refusal) => return refusal,
    };
    let results = IvrResults::from_parameters(&Parameters::parse(&request.query, request.form()), flow.field_names());
    let visit = Visit::new(&flow, &results, app.hasher.keys(), app.webhook.now());
    let digest = app.request_digest(&request);
    let fallback = answer(decide::fallback(&flow, &results));
    let work = decide(app, &flow, &results, &visit, &digest);
    let answered = guard::or_fallback(app.webhook.deadline, fallback, work).await;
    answered.version(version).call(results.call.response_id.as_ref().map(|id| id.as_str()))
}

async fn decide(
    app: &App,
    flow: &Flow,
    results: &IvrResults,
    visit: &Visit<'_>,
    digest: &str,
) -> Result<Answer, Failure> {
    let record = |answered: Option<NextAnswer>| async move { keep(app, flow, results, digest, answered).await };
    match visit.plan() {
        Ok(Plan::Answer(known)) => {
            record(Some(known.clone())).await;
            Ok(answer(known))
        }
        Ok(Plan::Lookup { caller, step }) => {
            let (found, ()) = tokio::join!(app.webhook.store.caller(&caller), record(None));
            Ok(answer(visit.answer_step(step, found?.as_ref()).map_err(undecided)?))
        }
        Ok(Plan::Attempt(attempt)) => {
            let (within, prepared) =
                tokio::join!(app.within_ani_limit(flow, &attempt.ani), app.prepare(&attempt.caller, &attempt.guess));
            let over_limit = !within?;
            if over_limit {
                let refused = visit.answer_over_ani_limit(&attempt).map_err(undecided)?;
                record(Some(refused.clone())).await;
                return Ok(answer(refused));
            }
            // One round trip: the attempt, the call's counter and the call's record go out together.
            let (attempted, ()) = tokio::join!(verify(app, flow, results, &attempt, prepared?), record(None));
            let (attempted, call_tries) = attempted?;
            let decided = visit.answer_attempt(&attempt, &attempted.outcome, call_tries).map_err(undecided)?;
            Ok(answer(decided).repeated(attempted.repeated))
        }
        Err(error) => {
            record(None).await;
            Err(undecided(error))
        }
    }
}

/// Puts the guess to the database, and counts the call's try at the same time.
async fn verify(
    app: &App,
    flow: &Flow,
    results: &IvrResults,
    attempt: &PinAttempt<'_>,
    prepared: Prepared,
) -> Result<(Attempted, Option<u32>), Failure> {
    let key = app.hasher.keys().current();
    let session_id = results.call.session_id.as_ref().map(SessionId::as_str);
    let call_id = session_id.unwrap_or_default();
    let this = Fingerprint::new(key, call_id, &prepared, attempt.try_number);
    let count = async {
        let Some(session_id) = session_id else { return Ok(None) };
        let limit = flow.limits.attempts_per_call;
        let counted = app.webhook.store.count_call_try(key, &flow.realm, session_id, &this, limit, app.webhook.now());
        Ok::<_, Failure>(Some(counted.await?))
    };
    let (attempted, counted) = tokio::join!(app.attempt(flow, &prepared, this.clone()), count);
    Ok((attempted?, counted?))
}

/// Keeps what the webhook was told, and the answer where it is known by now. A record that is lost is logged; the call
/// goes on.
async fn keep(app: &App, flow: &Flow, results: &IvrResults, digest: &str, answered: Option<NextAnswer>) {
    let (Some(response_id), Some(ivr_id)) = (&results.call.response_id, &results.call.ivr_id) else { return };
    let answered = answered.as_ref().map(|answer| match &answer.body {
        NextBody::Action(text) | NextBody::Say(text) => text.as_str(),
    });
    let visit = calls::Visit {
        response_id: response_id.as_str(),
        ivr_id: ivr_id.as_str(),
        flow: flow.name.as_str(),
        digest,
        told: record::told(flow, results),
        answered,
    };
    // A caller does not wait for his record: a slow one must not turn a known answer into the fallback.
    let patience = app.webhook.deadline / 2;
    let written = app.webhook.store.record_visit(&visit, app.webhook.now(), app.webhook.retention);
    let lost = match tokio::time::timeout(patience, written).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => Failure::Store(error),
        Err(_) => Failure::Deadline,
    };
    tracing::error!(failure = lost.kind(), reason = %lost, "the record of this call is lost");
}

fn answer(decided: NextAnswer) -> Answer {
    let answer = match decided.body {
        NextBody::Action(document) => Answer::xml(document),
        NextBody::Say(text) => Answer::text(text),
    };
    answer.outcome(decided.outcome)
}

fn undecided(error: Undecided) -> Failure {
    match error {
        Undecided::NoDialogTech => Failure::Flow { reason: "it has no `dialogtech`" },
        Undecided::UnknownIvr => Failure::Flow { reason: "it does not know the IVR whose results came in" },
        Undecided::NoIvrId => Failure::Unreadable { reason: "there is no readable `ivr_id`" },
        Undecided::NoRule => Failure::Flow { reason: "none of its rules holds" },
        Undecided::Template(error) => Failure::Template(error),
    }
}
