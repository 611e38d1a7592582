//! What an IVR's results ask for: an answer, a caller's attributes, or an attempt at a PIN.

use super::answer::Answer;
use crate::{
    ani::Ani,
    flow::{Ivr, Owner, VerifyPin},
    identity::CallerId,
    pin::{Guess, PinsVersion},
};

/// What the results ask for.
#[derive(Clone, Debug)]
pub enum Plan<'f> {
    /// The answer is known.
    Answer(Answer),
    /// The answer speaks of a caller who was verified earlier in the call.
    LookUp {
        /// Who it is.
        caller: CallerId,
        /// The PINs that they had when they were verified.
        pins: PinsVersion,
        /// How many tries the call has made, by the signed state. If the database has counted more, the state is an earlier
        /// one that was sent again.
        tries: u32,
    },
    /// A PIN has to be verified.
    Attempt(PinAttempt<'f>),
}

/// A PIN to verify.
#[derive(Clone, Debug)]
pub struct PinAttempt<'f> {
    pub(super) ivr: &'f Ivr,
    pub(super) verify: &'f VerifyPin,
    /// Whose PIN.
    pub caller: CallerId,
    /// What was keyed.
    pub guess: Guess,
    /// Where the call comes from.
    pub ani: Ani,
    /// Which try of the call this is, from 1, by the signed state.
    pub try_number: u32,
}

impl PinAttempt<'_> {
    /// Whether several people share the PIN, so that a wrong one locks nobody.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.verify.owner, Owner::Shared(_))
    }

    /// Whether a user whom nobody enrolled is answered as a wrong PIN.
    #[must_use]
    pub fn hides_unknown(&self) -> bool {
        self.verify.hides_unknown()
    }

    /// Whether operators are told if this is a duress PIN.
    #[must_use]
    pub fn tells_duress(&self) -> bool {
        self.verify.duress
    }
}
