//! How much happens in each model. One model of everything would have too many states, so each looks closely at one
//! topic, and the last one has a little of everything.

use crate::cast::Clock;

#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub name: &'static str,
    /// Guesses that the provider delivers, retries included.
    pub deliveries: u8,
    /// Deliveries that functions are busy with at once.
    pub at_once: u8,
    /// Requests and replies that are lost.
    pub losses: u8,
    /// Changes by an administrator.
    pub changes: u8,
    /// How often as much time passes as the first lock is long.
    pub locks: u8,
    pub clocks: &'static [Clock],
    pub rotates: bool,
    pub changes_hash: bool,
}

/// A model in its two sizes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub small: Bounds,
    /// Takes minutes.
    pub large: Bounds,
}

impl Sizes {
    /// The size that the environment variable `RINGBOLT_MODEL` names: small unless it is `large`.
    pub fn chosen(self) -> Bounds {
        match std::env::var("RINGBOLT_MODEL").as_deref() {
            Err(std::env::VarError::NotPresent) => self.small,
            Ok("large") => self.large,
            other => panic!("RINGBOLT_MODEL is `large` or not set, not {other:?}"),
        }
    }
}

const NOTHING: Bounds = Bounds {
    name: "nothing",
    deliveries: 0,
    at_once: 2,
    losses: 0,
    changes: 0,
    locks: 0,
    clocks: &[Clock::Right],
    rotates: false,
    changes_hash: false,
};
const ALL_CLOCKS: &[Clock] = &[Clock::Behind, Clock::Right, Clock::Ahead];

/// Guesses at once, and time that passes.
pub const GUESSES: Sizes = {
    let small = Bounds { name: "guesses", deliveries: 6, locks: 3, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 9, at_once: 3, locks: 5, ..small } }
};
/// Requests and replies that are lost. Three losses are as many as the SDK bears with.
pub const LOSSES: Sizes = {
    let small = Bounds { name: "losses", deliveries: 3, losses: 3, locks: 1, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 5, at_once: 3, losses: 5, ..small } }
};
/// An administrator who unlocks, suspends, resumes and replaces the PIN.
pub const ADMINISTRATOR: Sizes = {
    let small = Bounds { name: "administrator", deliveries: 3, losses: 1, changes: 2, locks: 1, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 6, changes: 4, locks: 2, ..small } }
};
/// A rotation of the PIN key.
pub const KEYS: Sizes = {
    let small = Bounds { name: "keys", deliveries: 3, changes: 1, rotates: true, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 4, losses: 1, locks: 1, ..small } }
};
/// A change of the hash.
pub const HASH: Sizes = {
    let small = Bounds { name: "hash", deliveries: 3, losses: 1, changes: 1, changes_hash: true, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 4, losses: 2, locks: 1, ..small } }
};
/// Clocks that are behind and ahead by a lock.
pub const CLOCKS: Sizes = {
    let small = Bounds { name: "clocks", deliveries: 5, at_once: 1, locks: 1, clocks: ALL_CLOCKS, ..NOTHING };
    Sizes { small, large: Bounds { deliveries: 6, at_once: 2, locks: 3, ..small } }
};
/// A little of everything.
pub const EVERYTHING: Sizes = {
    let small = Bounds {
        name: "everything",
        deliveries: 2,
        at_once: 1,
        losses: 0,
        changes: 1,
        locks: 1,
        clocks: &[Clock::Behind, Clock::Right],
        rotates: true,
        changes_hash: true,
    };
    Sizes { small, large: Bounds { at_once: 2, losses: 1, clocks: ALL_CLOCKS, ..small } }
};
