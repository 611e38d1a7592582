//! What the enrolment function is asked and what it answers. The function and the command `ringbolt` share these types.
//!
//! The function is invoked through IAM with a [`Request`] as JSON, and returns a [`Response`] as JSON. A command that is
//! newer than the function may send an operation that the function does not know; the answer then says so
//! ([`Refusal::UnknownOperation`]).

mod order;
mod pin;
mod request;
mod response;

pub use order::{Enrol, Enrolment, Order};
pub use pin::Pin;
pub use request::{Entry, ExistingCallers, Operation, Request};
pub use response::{EntryRefusal, Fault, Outcome, Refusal, Response, Tally};

use ringbolt_core::pin::PinHasher;
use ringbolt_dynamodb::Store;
use std::fmt;

/// The most entries in a request. With 512 MB of memory, a PIN takes about 115 ms, so they take about three seconds.
pub const MAX_ENTRIES: usize = 25;

/// The most PINs in a request. With 512 MB of memory, the least for Argon2id, they take about 12 seconds. The
/// function's timeout in the template is a minute.
pub const MAX_PINS: usize = 100;

/// What the enrolment function has at hand.
#[derive(Clone)]
pub struct Enroller {
    /// The table of callers; no other table is used.
    pub store: Store,
    /// The same without retries, for imports: the command retries rows itself, at a pace for all rows together.
    pub import_store: Store,
    /// The PIN keys and the hash.
    pub hasher: PinHasher,
}

impl Enroller {
    /// Enrols in the store's table of callers.
    #[must_use]
    pub fn new(store: Store, hasher: PinHasher) -> Self {
        Self { import_store: store.without_retries(), store, hasher }
    }
}

impl fmt::Debug for Enroller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enroller").finish_non_exhaustive()
    }
}
