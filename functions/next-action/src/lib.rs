//! The next-action webhook, in DialogTech's dialect: the answers of an IVR come in, an `<action>` document goes out, or
//! a text to be read to the caller.

mod record;

use http::Method;
use record::Record;
use ringbolt_core::{
    attempt::Fingerprint,
    call::{self, Engine, PinAttempt, Plan},
    dialects::dialogtech::{self, Parameters, Written},
    number::PhoneNumber,
};
use ringbolt_dynamodb::attempts::Attempted;
use ringbolt_lambda::{Answer, App, Failure, Request, flows::LiveFlow, guard};

/// Answers one webhook, within the deadline, whatever happens.
pub async fn handle(app: &App, request: Request) -> Answer {
    let began = request.received;
    let live = match app.admit(&request, &[Method::GET, Method::POST]).await {
        Ok(live) => live,
        Err(refusal) => return refusal,
    };
    let (now, deadline) = (app.webhook.now(), app.webhook.deadline);
    let asked = dialogtech::Request::read(&Parameters::parse(&request.query, request.form()), &live.flow, now);
    let recorded = async { Ok(Record::new(app, &live.flow, &asked, app.request_digest(&request), now)) };
    let record = guard::within(deadline.saturating_sub(began.elapsed()), recorded).await.unwrap_or_else(|failure| {
        tracing::error!(failure = failure.kind(), reason = %failure, "this call is not recorded");
        None
    });
    let visit = Visit {
        app,
        live: &live,
        asked: &asked,
        engine: Engine::new(&live.flow, &asked.results, app.hasher.keys(), &live.closures, now),
        record: record.as_ref(),
    };
    let fallback = visit.write(&call::fallback(&live.flow, &asked.results));
    let answered = guard::or_fallback(deadline.saturating_sub(began.elapsed()), fallback, visit.answer()).await;
    let answered = answered.version(live.version).about(&live.flow, &asked.results);
    match &record {
        Some(record) => {
            let is_recorded = record.close(&answered, deadline.saturating_sub(began.elapsed())).await;
            answered.unrecorded(!is_recorded)
        }
        None => answered,
    }
}

/// The answer of a last resort: a transfer to a telephone number.
///
/// # Errors
/// What is expected, if the text is something else.
pub fn last_resort(text: &str) -> Result<Answer, &'static str> {
    let destination = PhoneNumber::parse(text).map_err(|_| "a North American telephone number of 10 digits")?;
    Ok(Answer::xml(dialogtech::write_transfer(destination)))
}

/// One visit of a call, with what answers it.
struct Visit<'a> {
    app: &'a App,
    live: &'a LiveFlow,
    asked: &'a dialogtech::Request,
    engine: Engine<'a>,
    record: Option<&'a Record>,
}

impl Visit<'_> {
    async fn answer(&self) -> Result<Answer, Failure> {
        match self.engine.plan()? {
            Plan::Answer(known) => Ok(self.write(&known)),
            Plan::LookUp { caller, pins } => {
                let found = self.app.webhook.store.caller(&caller).await?;
                let (hasher, lockout) = (&self.app.hasher, &self.live.flow.lockout);
                let now = self.app.webhook.now();
                let active = found.filter(|item| item.still_verified(hasher, &caller, &pins, lockout, now));
                Ok(self.write(&self.engine.answer_step(active.as_ref().map(|item| &item.attributes))?))
            }
            Plan::Attempt(attempt) => self.attempt(&attempt).await,
        }
    }

    async fn attempt(&self, attempt: &PinAttempt<'_>) -> Result<Answer, Failure> {
        let Self { app, live, engine, .. } = self;
        let prepared = app.prepare(&attempt.caller, &attempt.guess).await?;
        let session_id = self.asked.results.call_id();
        let this = Fingerprint::new(app.hasher.keys().current(), session_id, &prepared, attempt.try_number);
        if !app.within_ani_limit(&live.flow, &attempt.ani, &this).await? {
            return Ok(self.write(&engine.answer_over_ani_limit(attempt)?));
        }
        // One round trip: the attempt, the call's counter and the call's record go out together.
        if let Some(record) = self.record {
            record.begin();
        }
        let attempted = async {
            if attempt.is_shared() {
                Ok(app.webhook.store.attempt_shared(&app.hasher, &prepared).await?)
            } else {
                app.attempt(&live.flow, &prepared, this.clone()).await
            }
        };
        let (attempted, call_tries) = tokio::join!(attempted, self.count_try(&this));
        let Attempted { outcome, repeated } = attempted?;
        Ok(self.write(&engine.answer_attempt(attempt, &outcome, call_tries?)?).repeated(repeated))
    }

    /// Counts the call's try; `None` without an id of the call.
    async fn count_try(&self, this: &Fingerprint) -> Result<Option<u32>, Failure> {
        let Some(session_id) = &self.asked.results.session_id else { return Ok(None) };
        let (flow, webhook) = (&self.live.flow, &self.app.webhook);
        let (keys, limit) = (self.app.hasher.keys(), flow.limits.attempts_per_call);
        let counted =
            webhook.store.count_call_try(keys, &flow.realm, session_id.as_str(), this, limit, webhook.now()).await?;
        Ok(Some(counted))
    }

    fn write(&self, decided: &call::Answer) -> Answer {
        if decided.numbers_left_out > 0 {
            tracing::warn!(numbers = decided.numbers_left_out, "numbers that cannot be rung were left out");
        }
        let answer = match dialogtech::write(decided, &self.live.flow, &self.asked.pass_through) {
            Written::Document(document) => Answer::xml(document),
            Written::Text(text) => Answer::text(text),
        };
        answer.outcome(decided.outcome).reason(decided.reason.clone())
    }
}
