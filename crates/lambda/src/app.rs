//! What a function has at hand while it answers.

use crate::{
    Answer, Failure, LastResort, Postback, Request,
    flows::{Flows, LiveFlow},
    signed::Signatures,
    token::{Admitted, WebhookTokens},
};
use futures_util::future::try_join_all;
use http::Method;
use ringbolt_core::{
    ani::Ani,
    attempt::{Attempt, AuthOutcome, Fingerprint},
    dialects::twiml::Provider,
    flow::Flow,
    identity::{CallerId, FlowName},
    pin::{Guess, PinHasher, Prepared},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, StoreError, attempts::Attempted};
use std::{
    fmt,
    num::NonZeroUsize,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Semaphore;

/// Tells the time: the machine's, or a test's.
pub type Clock = Arc<dyn Fn() -> EpochMs + Send + Sync>;

/// Something that handles requests and tells the time.
pub trait HasClock {
    /// What time it is.
    fn now(&self) -> EpochMs;
}

impl HasClock for App {
    fn now(&self) -> EpochMs {
        self.webhook.now()
    }
}

impl HasClock for Postback {
    fn now(&self) -> EpochMs {
        self.webhook.now()
    }
}

/// A function that could not load what it needs.
impl HasClock for () {
    fn now(&self) -> EpochMs {
        system_clock()()
    }
}

/// What every webhook has.
#[derive(Clone)]
pub struct Webhook {
    /// The tables.
    pub store: Store,
    /// Who may call.
    pub tokens: WebhookTokens,
    /// When the fallback is answered.
    pub deadline: Duration,
    /// How long calls and transcriptions are kept.
    pub retention: Duration,
    /// What time it is.
    pub clock: Clock,
}

/// What the webhooks that steer calls have.
#[derive(Clone)]
pub struct App {
    /// What every webhook has.
    pub webhook: Webhook,
    /// Whose signatures are valid; `None` for a function that admits requests by a token.
    pub signatures: Option<Signatures>,
    /// The call flows.
    pub flows: Flows,
    /// The PIN keys.
    pub hasher: PinHasher,
    /// What is answered if a flow cannot be used.
    pub last_resort: LastResort,
}

/// The machine's clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        EpochMs(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    })
}

impl Webhook {
    /// Looks at who asks, and how. The token comes first: a stranger learns nothing about methods, sizes and flows.
    ///
    /// # Errors
    /// The refusal to answer: 401 without a valid token, 405 for another method, 413 over the size limit, 404 for a
    /// path that names no flow.
    #[expect(clippy::result_large_err, reason = "a refusal is an answer like any other, and moved once a request")]
    pub fn admit(&self, request: &Request, methods: &[Method]) -> Result<FlowName, Answer> {
        let Some(admitted) = self.tokens.admitted(&request.query, &request.headers) else {
            let how = "This webhook needs its token: once, as the query parameter `auth`, the password of HTTP Basic, \
                       or a Bearer token.";
            return Err(Answer::refusal(401, how));
        };
        if admitted == Admitted::Previous {
            // `ringbolt secret rotate-token finish` looks for these lines.
            tracing::info!(token = "previous", "the token that is being replaced was used");
        }
        self.admit_form(request, methods)
    }

    /// The rest of [`Webhook::admit`], once it is known who asks.
    #[expect(clippy::result_large_err, reason = "a refusal is an answer like any other, and moved once a request")]
    fn admit_form(&self, request: &Request, methods: &[Method]) -> Result<FlowName, Answer> {
        if !methods.contains(&request.method) {
            let allowed: Vec<&str> = methods.iter().map(Method::as_str).collect();
            return Err(Answer::refusal(405, &format!("This webhook answers {} only.", allowed.join(" and "))));
        }
        if request.is_too_large() {
            return Err(Answer::refusal(413, "This request is larger than any that a provider sends (256 KB)."));
        }
        FlowName::parse(&request.flow).map_err(|_| no_such_flow())
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> EpochMs {
        (self.clock)()
    }
}

/// The count of a failure under the account's name may take this part of the deadline: the answer is known by then.
const COUNTING: u32 = 4;

fn no_such_flow() -> Answer {
    Answer::refusal(404, "There is no such call flow here: look at the part of the URL after the provider's name.")
}

/// As many guesses are stretched at once as there are CPU cores: more would take no less time, and 19 MiB each. In Lambda a
/// function has one request at a time; `ringbolt dev` has as many as come.
static HASHING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(cores())));

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Waits for a turn no longer than `patience`: who begins too late would be late all the same, and would only keep others
/// from being in time.
async fn stretched(hasher: PinHasher, caller: CallerId, guess: Guess, patience: Duration) -> Result<Prepared, Failure> {
    if !hasher.is_slow() {
        // Handing it to another thread would cost more than the work.
        return Ok(hasher.prepare(&caller, &guess)?);
    }
    let turn = tokio::time::timeout(patience, Arc::clone(&HASHING).acquire_owned()).await;
    let turn = turn.map_err(|_| Failure::Deadline)?.map_err(|_| Failure::Task)?;
    let stretched = tokio::task::spawn_blocking(move || {
        // It ends with the work, and not at the deadline of the request that waits for it.
        let _turn = turn;
        hasher.prepare(&caller, &guess)
    });
    Ok(stretched.await.map_err(|_| Failure::Task)??)
}

impl App {
    /// [`Webhook::admit`], and the flow that the path names.
    ///
    /// # Errors
    /// As there; 404 also for a flow that is not there; the last resort for one that cannot be used.
    pub async fn admit(&self, request: &Request, methods: &[Method]) -> Result<LiveFlow, Answer> {
        let name = self.webhook.admit(request, methods)?;
        self.flow(&name).await
    }

    /// The same for a POST that its provider has signed.
    ///
    /// # Errors
    /// 403 if it has not, with the check that failed, and the others as in [`App::admit`].
    pub async fn admit_signed(&self, request: &Request) -> Result<(LiveFlow, Provider, &Signatures), Answer> {
        let Some(signatures) = &self.signatures else {
            return Err(Answer::refusal(403, "This webhook has no keys for the signatures of providers."));
        };
        let provider = match signatures.verify(request, self.webhook.now()) {
            Ok(provider) => provider,
            Err(refused) => {
                tracing::warn!(check = refused.word(), "the signature of a request is refused");
                return Err(Answer::refusal(403, &format!("The request is refused: {refused}.")));
            }
        };
        let name = self.webhook.admit_form(request, &[Method::POST])?;
        Ok((self.flow(&name).await?, provider, signatures))
    }

    async fn flow(&self, name: &FlowName) -> Result<LiveFlow, Answer> {
        self.flows.refresh(self.webhook.deadline).await;
        self.flows.get(name).ok_or_else(|| match self.flows.is_unusable(name) {
            true => self.last_resort.answer(&Failure::UnusableFlow),
            false => no_such_flow(),
        })
    }

    /// Stretches a guess, under the current and the previous hash. Tens of milliseconds of CPU: done on another thread, so
    /// that the deadline can pass meanwhile.
    ///
    /// # Errors
    /// [`Failure::Hash`] if Argon2 did not have enough memory; [`Failure::Deadline`] if half the deadline passed before it
    /// was its turn.
    pub async fn prepare(&self, caller: &CallerId, guess: &Guess) -> Result<Prepared, Failure> {
        let stretched = stretched(self.hasher.clone(), caller.clone(), guess.clone(), self.webhook.deadline / 2);
        stretched.await
    }

    /// Puts a prepared guess to the database. If the flow `hides_unknown` accounts, one more request counts every failure
    /// under the account's name: an account that nobody has then locks as others do, and takes no other time.
    ///
    /// # Errors
    /// [`Failure::Store`] if the database did not decide, or the guess cannot be judged.
    pub async fn attempt(
        &self,
        flow: &Flow,
        prepared: &Prepared,
        fingerprint: Fingerprint,
        hides_unknown: bool,
    ) -> Result<Attempted, Failure> {
        let attempt = Attempt { prepared, fingerprint, lockout: &flow.lockout, now: self.webhook.now() };
        let attempted = Box::pin(self.webhook.store.attempt(&self.hasher, &attempt)).await?;
        if !hides_unknown || matches!(attempted.outcome, AuthOutcome::Verified { .. }) {
            return Ok(attempted);
        }
        let counting = Box::pin(self.webhook.store.attempt_unknown(&self.hasher, &attempt));
        let counted = tokio::time::timeout(self.webhook.deadline / COUNTING, counting).await;
        let counted = counted.unwrap_or(Err(StoreError::Unavailable));
        let outcome = match (attempted.outcome, counted) {
            (AuthOutcome::Unknown { .. }, Ok(outcome)) => outcome,
            (known, Ok(_)) => known,
            (known, Err(error)) => {
                // Nobody is let in by it, and the answer is one that callers know.
                tracing::warn!(failure = error.kind(), "a failure was not counted under the account's name");
                known
            }
        };
        Ok(Attempted { outcome, ..attempted })
    }

    /// Counts a try of a calling number if the flow limits those; says whether it is within the limit. Asked before the
    /// attempt, so that a number past its limit touches no caller's counter.
    ///
    /// # Errors
    /// [`Failure::Store`] if the database did not count.
    pub async fn within_ani_limit(&self, flow: &Flow, ani: &Ani, this: &Fingerprint) -> Result<bool, Failure> {
        let Some(limit) = &flow.limits.per_ani else { return Ok(true) };
        let (store, now) = (&self.webhook.store, self.webhook.now());
        // Under every key, as a call's tries, so that a new key begins no new count.
        let counts = self
            .hasher
            .keys()
            .all()
            .map(|key| Box::pin(store.count_ani_try(key, &flow.realm, ani.as_str(), this, limit, now)));
        Ok(try_join_all(counts).await?.into_iter().all(|is_within| is_within))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("flows", &self.flows).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::{
        identity::{IdentifierForm, Realm, UserId},
        pin::{PinHash, PinKeys},
    };
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    #[tokio::test]
    async fn no_more_guesses_are_stretched_at_once_than_there_are_cores() {
        let keys = PinKeys::from_json(&format!(r#"{{"current":"{}"}}"#, "k".repeat(90))).unwrap();
        let user = UserId::parse("90786", IdentifierForm::Text).unwrap();
        let caller = CallerId { realm: Realm::parse("bank").unwrap(), user };
        let all = HASHING.acquire_many(u32::try_from(cores()).unwrap()).await.unwrap();
        let guess = Guess::keyed("4711").unwrap();
        let hasher = PinHasher::new(keys, PinHash::Argon2id { memory_kib: 8, passes: 1 });
        let late = stretched(hasher.clone(), caller.clone(), guess.clone(), Duration::ZERO).await;
        assert!(matches!(late, Err(Failure::Deadline)));
        let mut waiting = pin!(stretched(hasher, caller, guess, Duration::MAX));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(HASHING.available_permits(), 0);
        drop(all);
        waiting.await.unwrap();
        assert_eq!(HASHING.available_permits(), cores());
    }
}
