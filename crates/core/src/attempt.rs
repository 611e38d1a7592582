//! What one attempt at a PIN is, and what the database's answer to it means.
//!
//! The database decides in one conditional write (see `ringbolt-dynamodb`). Its answer is read here ([`judgement`]): a
//! counted attempt is judged by the item after it, a refused one by the item that refused it.

pub mod judgement;

pub use judgement::{GiveBack, Judgement};

use crate::{
    caller::Attributes,
    identity::CallerId,
    lockout::Lockout,
    pin::{PinTag, PinsVersion, Prepared, keys::PinKey},
    time::EpochMs,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::time::Duration;

/// The same guess in the same call within this time is a retry, by the provider or by the SDK after a lost reply, and
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

    /// The first attempt of a retry was counted after this time.
    #[must_use]
    pub fn retries_since(&self) -> EpochMs {
        self.now.minus(RETRY_WINDOW)
    }
}

/// The outcome of an attempt. None of these is an error.
#[derive(Clone, Debug, PartialEq)]
pub enum AuthOutcome {
    /// The PIN is right.
    Verified {
        /// What the flow may say about the caller.
        attributes: Attributes,
        /// The version of the caller's PINs, for later in the call
        /// ([`crate::caller::CallerItem::still_verified`]).
        pins_version: PinsVersion,
        /// Whether the PIN is a duress PIN. No answer depends on it.
        duress: bool,
    },
    /// The PIN is wrong, and counted.
    Wrong {
        /// Failures in a row, this one included; 0 for a shared PIN, which counts none.
        attempts: u32,
        /// Whether the caller is locked from now on.
        locks: bool,
    },
    /// Too many failures before. This attempt was not counted, and its PIN not compared.
    Locked {
        /// Until when; `None`: until an administrator unlocks.
        until: Option<EpochMs>,
    },
    /// An administrator suspended the caller.
    Suspended,
    /// There is no such caller.
    Unknown {
        /// Whether this failure locks the account's name, as it would lock a caller; see
        /// [`AuthOutcome::as_unknown`].
        locks: bool,
    },
}

impl AuthOutcome {
    /// The word for logs and metrics: `verified`, `wrong`, `locked`, `suspended` or `unknown`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "verified",
            Self::Wrong { .. } => "wrong",
            Self::Locked { .. } => "locked",
            Self::Suspended => "suspended",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// What an attempt at an account that nobody has comes to, by the failures that were counted under its name: a lock,
    /// as a caller has it, and otherwise [`AuthOutcome::Unknown`].
    #[must_use]
    pub fn as_unknown(self) -> Self {
        match self {
            Self::Wrong { locks, .. } => Self::Unknown { locks },
            Self::Locked { .. } => self,
            Self::Verified { .. } | Self::Suspended | Self::Unknown { .. } => Self::Unknown { locks: false },
        }
    }
}

/// What makes an attempt the same as another: call, caller, guess and try number, under a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// `try_number` distinguishes two tries of one call if the dialect can (DialogTech's signed pass-through), so that
    /// keying the same wrong PIN again is a new try. Otherwise it is 0.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{IdentifierForm, Realm, UserId},
        pin::{Guess, PinHash, PinHasher, PinKeys},
    };
    use std::collections::BTreeSet;

    #[test]
    fn only_the_same_guess_by_the_same_caller_in_the_same_try_of_a_call_is_the_same_attempt() {
        let keys = PinKeys::from_json(&format!(r#"{{ "current": "{}" }}"#, "k".repeat(90))).unwrap();
        let hasher = PinHasher::new(keys, PinHash::Keyed);
        let fingerprint = |call: &str, realm: &str, user: &str, pin: &str, try_number| {
            let user = UserId::parse(user, IdentifierForm::Text).unwrap();
            let caller = CallerId { realm: Realm::parse(realm).unwrap(), user };
            let prepared = hasher.prepare(&caller, &Guess::keyed(pin).unwrap()).unwrap();
            Fingerprint::new(hasher.keys().current(), call, &prepared, try_number).as_str().to_owned()
        };
        let first = fingerprint("c-1", "demo", "ada", "4711", 1);
        assert_eq!(fingerprint("c-1", "demo", "ada", "4711#", 1), first);
        let all = BTreeSet::from([
            first,
            fingerprint("c-2", "demo", "ada", "4711", 1),
            fingerprint("c-1", "other", "ada", "4711", 1),
            fingerprint("c-1", "demo", "bob", "4711", 1),
            fingerprint("c-1", "demo", "ada", "4712", 1),
            fingerprint("c-1", "demo", "ada", "4711", 2),
        ]);
        assert_eq!(all.len(), 6);
    }
}
