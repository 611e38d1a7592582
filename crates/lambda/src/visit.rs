//! One visit of a call to an IVR: what came in is decided, with at most one attempt at a PIN, and recorded. The same for
//! every dialect whose results the engine judges.

use crate::{Answer, App, Failure, Request, flows::LiveFlow, guard, record::Record};
use ringbolt_core::{
    attempt::Fingerprint,
    call::{self, Engine, PinAttempt, Plan, Results},
    time::EpochMs,
};
use ringbolt_dynamodb::attempts::Attempted;
use std::time::{Duration, Instant};

/// One visit, with what answers it.
pub struct Visit<'a> {
    app: &'a App,
    live: &'a LiveFlow,
    results: &'a Results,
    engine: Engine<'a>,
    record: Option<Record>,
    received: Instant,
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The answer.
    pub answer: call::Answer,
    /// Whether it repeats the answer of an earlier attempt.
    pub repeated: bool,
}

impl<'a> Visit<'a> {
    /// A visit whose results came in `request` at `now`. If it can't be recorded, that is logged.
    pub async fn new(app: &'a App, live: &'a LiveFlow, results: &'a Results, request: &Request, now: EpochMs) -> Self {
        let engine = Engine::new(&live.flow, results, app.hasher.keys(), &live.closures, now);
        let mut visit = Self { app, live, results, engine, record: None, received: request.received };
        let recorded = async { Ok(Record::new(app, &live.flow, results, app.request_digest(request), now)) };
        visit.record = guard::within(visit.left(), recorded).await.unwrap_or_else(|failure| {
            tracing::error!(failure = failure.kind(), reason = %failure, "this call is not recorded");
            None
        });
        visit
    }

    /// How much of the deadline is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.app.webhook.deadline.saturating_sub(self.received.elapsed())
    }

    /// Decides what follows.
    ///
    /// # Errors
    /// [`Failure`]: the database did not decide, the flow has nothing for the results, or a text failed.
    pub async fn decide(&self) -> Result<Decided, Failure> {
        let known = |answer| Decided { answer, repeated: false };
        match self.engine.plan()? {
            Plan::Answer(answer) => Ok(known(answer)),
            Plan::LookUp { caller, pins } => {
                let found = self.app.webhook.store.caller(&caller).await?;
                let (hasher, lockout) = (&self.app.hasher, &self.live.flow.lockout);
                let now = self.app.webhook.now();
                let active = found.filter(|item| item.still_verified(hasher, &caller, &pins, lockout, now));
                Ok(known(self.engine.answer_step(active.as_ref().map(|item| &item.attributes))?))
            }
            Plan::Attempt(attempt) => self.attempt(&attempt).await,
        }
    }

    /// Says in the answer's report what it is about, and stores the record of the visit. `kept` makes the body what the
    /// record keeps of it.
    pub async fn close(&self, answer: Answer, kept: impl FnOnce(&str) -> String) -> Answer {
        let answer = answer.version(self.live.version).about(&self.live.flow, self.results);
        match &self.record {
            Some(record) => {
                let is_recorded = record.close(&answer.report, kept(&answer.body), self.left()).await;
                answer.unrecorded(!is_recorded)
            }
            None => answer,
        }
    }

    async fn attempt(&self, attempt: &PinAttempt<'_>) -> Result<Decided, Failure> {
        let Self { app, live, engine, .. } = self;
        let prepared = app.prepare(&attempt.caller, &attempt.guess).await?;
        let call_id = self.results.call_id();
        let this = Fingerprint::new(app.hasher.keys().current(), call_id, &prepared, attempt.try_number);
        if !app.within_ani_limit(&live.flow, &attempt.ani, &this).await? {
            return Ok(Decided { answer: engine.answer_over_ani_limit(attempt)?, repeated: false });
        }
        // One round trip: the attempt, the call's counter and the call's record go out together.
        if let Some(record) = &self.record {
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
        Ok(Decided { answer: engine.answer_attempt(attempt, &outcome, call_tries?)?, repeated })
    }

    /// Counts the call's try; `None` without an id of the call.
    async fn count_try(&self, this: &Fingerprint) -> Result<Option<u32>, Failure> {
        let Some(session_id) = &self.results.session_id else { return Ok(None) };
        let (flow, webhook) = (&self.live.flow, &self.app.webhook);
        let (keys, limit) = (self.app.hasher.keys(), flow.limits.attempts_per_call);
        let counted =
            webhook.store.count_call_try(keys, &flow.realm, session_id.as_str(), this, limit, webhook.now()).await?;
        Ok(Some(counted))
    }
}
