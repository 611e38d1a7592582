//! One visit of a call to an IVR: what came in is decided, with at most one attempt at a PIN, and recorded. The same for
//! every dialect whose results the engine judges.

use crate::{Answer, App, Failure, Noted, Request, flows::LiveFlow, guard, record::Record};
use ringbolt_core::{
    attempt::Fingerprint,
    call::{self, Engine, PinAttempt, Plan, Results},
    time::EpochMs,
};
use ringbolt_dynamodb::{attempts::Attempted, counters::CallCounter};
use std::time::{Duration, Instant};

/// One visit, with what answers it.
pub struct Visit<'a> {
    app: &'a App,
    live: &'a LiveFlow,
    results: &'a Results,
    engine: Engine<'a>,
    record: Option<Record>,
    is_signed: bool,
    received: Instant,
    noted: Noted,
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
    /// A visit whose results came in `request` at `now`. If it is to be recorded and can't be, that is logged.
    pub async fn new(app: &'a App, live: &'a LiveFlow, results: &'a Results, request: &Request, now: EpochMs) -> Self {
        let engine = Engine::new(&live.flow, results, app.hasher.keys(), &live.closures, now);
        let (record, received, noted) = (None, request.received, Noted::default());
        let mut visit = Self { app, live, results, engine, record, is_signed: false, received, noted };
        if !live.flow.records {
            return visit;
        }
        let recorded = async { Ok(Record::new(app, &live.flow, results, now)) };
        visit.record = guard::within(visit.left(), recorded).await.unwrap_or_else(|failure| {
            tracing::error!(failure = failure.kind(), reason = %failure, "this call is not recorded");
            None
        });
        visit
    }

    /// The same, of a request that the provider has signed, with a state that says how many tries the call has made: nobody
    /// else can have thrown it away.
    #[must_use]
    pub fn signed(self) -> Self {
        Self { is_signed: true, ..self }
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
            Plan::LookUp { caller, pins, tries } => {
                let (hasher, lockout) = (&self.app.hasher, &self.live.flow.lockout);
                let (store, now) = (&self.app.webhook.store, self.app.webhook.now());
                let counted = store.call_tries(hasher.keys(), &caller.realm, self.results.call_id(), now);
                let (found, counted) = tokio::try_join!(Box::pin(store.caller(&caller)), Box::pin(counted))?;
                let active =
                    found.filter(|item| counted <= tries && item.still_verified(hasher, &caller, &pins, lockout, now));
                Ok(known(self.engine.answer_step(active.as_ref().map(|item| &item.attributes))?))
            }
            // On the heap, as every request of the SDK below: together they are larger than a thread's stack may be.
            Plan::Attempt(attempt) => Box::pin(self.attempt(&attempt)).await,
        }
    }

    /// Says in the answer's report what it is about, and has the record of the visit stored. `kept` makes the body what the
    /// record keeps of it.
    pub async fn close(self, answer: Answer, kept: impl FnOnce(&str) -> String) -> Answer {
        let answer = answer.version(self.live.version).about(&self.live.flow, self.results);
        let answer = self.noted.tell(answer);
        let left = self.left();
        match self.record {
            Some(record) => {
                let is_recorded = record.close(&answer.report, kept(&answer.body), left).await;
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
        let refused = |tries| Ok(Decided { answer: engine.answer_without_attempt(attempt, tries)?, repeated: false });
        let within_ani_limit = Box::pin(app.within_ani_limit(&live.flow, &attempt.ani, &this));
        let attempted = Box::pin(async {
            if attempt.is_shared() {
                Ok(app.webhook.store.attempt_shared(&app.hasher, &prepared).await?)
            } else {
                app.attempt(&live.flow, &prepared, this.clone(), attempt.hides_unknown()).await
            }
        });
        let count = Box::pin(self.count_try(attempt, &this));
        let (attempted, tries) = if self.is_signed {
            if !within_ani_limit.await? {
                return refused(attempt.try_number);
            }
            // One round trip: the attempt and the call's counter go out together. The state, which nobody else can have
            // thrown away or kept from before, has said how many tries there were.
            let (attempted, tries) = tokio::join!(attempted, count);
            (attempted?, tries?)
        } else {
            // Only the counter knows how many: whoever sends this may have thrown the state away, or kept an old one, to
            // try on and on. Past its limit a call reaches nobody's counter.
            let (is_within, tries) = tokio::join!(within_ani_limit, count);
            let (is_within, tries) = (is_within?, tries?);
            if !is_within || tries > live.flow.limits.attempts_per_call {
                return refused(tries);
            }
            (attempted.await?, tries)
        };
        self.noted.note(app, &attempt.caller, &attempt.guess, &attempted, attempt.tells_duress());
        let Attempted { outcome, repeated } = attempted;
        Ok(Decided { answer: engine.answer_attempt(attempt, &outcome, Some(tries))?, repeated })
    }

    /// Counts the call's try. Calls without an id count together, by their calling number.
    async fn count_try(&self, attempt: &PinAttempt<'_>, this: &Fingerprint) -> Result<u32, Failure> {
        let (flow, webhook) = (&self.live.flow, &self.app.webhook);
        let (keys, limit) = (self.app.hasher.keys(), flow.limits.attempts_per_call);
        let call = match &self.results.session_id {
            Some(id) => CallCounter::Session(id.as_str()),
            None => CallCounter::WithoutId(&attempt.ani),
        };
        Ok(webhook.store.count_call_try(keys, &flow.realm, call, this, limit, webhook.now()).await?)
    }
}
