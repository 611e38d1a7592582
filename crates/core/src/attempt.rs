//! What one attempt at a PIN is, and what the database's answer to it means.
//!
//! The database decides in one conditional write (see `ringbolt-dynamodb`); here its answer is read. Nothing is
//! decided twice: a counted attempt is judged by the item after it, a refused one by the item that refused it.

use crate::{
    caller::{Attributes, CallerItem, Status},
    identity::CallerId,
    lockout::{Lockout, Standing},
    pin::{PinTag, Prepared, keys::PinKey},
    time::EpochMs,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::time::Duration;

/// The same guess in the same call within this time is a retry, of the provider or of the SDK after a lost reply, and
/// gets the first one's answer.
pub const RETRY_WINDOW: Duration = Duration::from_secs(10);

/// One attempt, ready for the database.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The guess and whose PIN it is about.
    pub prepared: &'a Prepared,
    /// What makes it the same attempt as another.
    pub fingerprint: Fingerprint,
    /// How failures lock.
    pub lockout: &'a Lockout,
    /// When it is made.
    pub now: EpochMs,
}

impl Attempt<'_> {
    /// Whose PIN is guessed.
    #[must_use]
    pub fn caller(&self) -> &CallerId {
        self.prepared.caller()
    }

    /// The tag that a right guess finds.
    #[must_use]
    pub fn tag(&self) -> &PinTag {
        self.prepared.tag()
    }

    /// A repetition was counted after this time.
    #[must_use]
    pub fn retries_since(&self) -> EpochMs {
        self.now.minus(RETRY_WINDOW)
    }

    /// Judges an attempt that was counted, by the item as the write left it.
    #[must_use]
    pub fn judge_counted(&self, after: &CallerItem) -> AuthOutcome {
        if after.attempts == 0 {
            AuthOutcome::Verified { attributes: after.attributes.clone() }
        } else {
            AuthOutcome::Wrong { attempts: after.attempts, locks: self.locks(after) }
        }
    }

    /// Judges an attempt that the condition refused, by the item that refused it (`None`: there is none).
    ///
    /// # Errors
    /// [`Unexplained`] where nothing in the item refuses: it is not what this version of Ringbolt writes.
    pub fn judge_refused(&self, item: Option<&CallerItem>) -> Result<Refused, Unexplained> {
        let Some(item) = item else { return Ok(Refused::first(AuthOutcome::Unknown)) };
        if item.status == Status::Suspended {
            return Ok(Refused::first(AuthOutcome::Suspended));
        }
        let repeated =
            item.last_attempt.as_deref() == Some(self.fingerprint.as_str()) && item.last_at > self.retries_since();
        if repeated {
            // The counter alone does not say that the first one was right: an administrator may have unlocked since.
            let right = item.attempts == 0 && item.pins.contains(self.tag().as_str());
            return Ok(Refused {
                repeated: true,
                outcome: if right {
                    AuthOutcome::Verified { attributes: item.attributes.clone() }
                } else {
                    AuthOutcome::Wrong { attempts: item.attempts, locks: self.locks(item) }
                },
            });
        }
        match self.lockout.standing(item.attempts, item.last_at, self.now) {
            Standing::Locked { until } => Ok(Refused::first(AuthOutcome::Locked { until: Some(until) })),
            Standing::Exhausted => Ok(Refused::first(AuthOutcome::Locked { until: None })),
            Standing::Open => Err(Unexplained),
        }
    }

    fn locks(&self, item: &CallerItem) -> bool {
        self.lockout.standing(item.attempts, item.last_at, self.now) != Standing::Open
    }
}

/// What came of an attempt. None of these is an error.
#[derive(Clone, Debug, PartialEq)]
pub enum AuthOutcome {
    /// The PIN is right.
    Verified {
        /// What the flow may say about the caller.
        attributes: Attributes,
    },
    /// The PIN is wrong, and counted.
    Wrong {
        /// Failures in a row, this one included.
        attempts: u32,
        /// Whether the caller is locked from now on.
        locks: bool,
    },
    /// Too many failures before; this attempt was not counted and its PIN not looked at.
    Locked {
        /// Until when; `None`: until an administrator unlocks.
        until: Option<EpochMs>,
    },
    /// An administrator suspended the caller.
    Suspended,
    /// There is no such caller.
    Unknown,
}

impl AuthOutcome {
    /// The word for logs and metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "verified",
            Self::Wrong { .. } => "wrong",
            Self::Locked { .. } => "locked",
            Self::Suspended => "suspended",
            Self::Unknown => "unknown",
        }
    }
}

/// What came of an attempt that was not counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The answer.
    pub outcome: AuthOutcome,
    /// Whether it is an earlier attempt's, given again.
    pub repeated: bool,
}

impl Refused {
    fn first(outcome: AuthOutcome) -> Self {
        Self { outcome, repeated: false }
    }
}

/// The condition refused an attempt that this item allows.
#[derive(Debug, thiserror::Error)]
#[error("the caller's item refused an attempt for no reason that this version knows")]
pub struct Unexplained;

/// What makes an attempt the same as another: call, caller, guess and try number, under a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// `try_number` tells two tries of one call apart where the dialect can (DialogTech's signed pass-through), so that
    /// keying the same wrong PIN again is a new try. Where it cannot, it is 0.
    #[must_use]
    pub fn new(key: &PinKey, call_id: &str, prepared: &Prepared, try_number: u32) -> Self {
        let caller = prepared.caller();
        let digest = key.fingerprint(&[
            b"attempt",
            call_id.as_bytes(),
            caller.realm.as_str().as_bytes(),
            caller.user.as_str().as_bytes(),
            prepared.stretched(),
            &try_number.to_be_bytes(),
        ]);
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    /// As the table has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
