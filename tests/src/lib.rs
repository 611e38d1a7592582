//! Support for tests that cross crates: a database per test, a clock that the test controls, the real functions, and a
//! proxy that can observe requests and inject faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

pub mod app;
pub mod database;
pub mod enrolment;
pub mod environment;
pub mod figures;
pub mod lossy;
pub mod network;
pub mod process;
pub mod runtime_api;
pub mod secrets_manager;
pub mod sqs;
pub mod twiml;
pub mod wire;

pub use app::{TestApp, TestClock};
pub use database::{ACCESS_KEY, TestDatabase};
pub use lossy::{Losses, LossyDatabase};
pub use network::{Network, Site, Trouble};
pub use twiml::TwimlCall;
pub use wire::{Fault, Wire};

use ringbolt_core::{
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{PinHash, PinHasher, PinKeys},
};

/// A fast Argon2, for tests that do not depend on its cost.
pub const QUICK: PinHash = PinHash::Argon2id { memory_kib: 8, passes: 1 };

/// A URL at which nothing listens: no program that asks for a free port is given this one. A port that was free a moment ago
/// can be another test's server by now.
pub const NOBODY: &str = "http://127.0.0.1:1";

/// PIN keys that consist of one repeated letter each.
#[must_use]
pub fn pin_keys(current: char, others: &[char]) -> PinKeys {
    let text = |letter: char| letter.to_string().repeat(PinKeys::MIN_CHARS);
    let others = ["previous", "next"].into_iter().zip(others).map(|(name, letter)| (name.to_owned(), text(*letter)));
    let all: serde_json::Map<String, serde_json::Value> =
        others.chain([("current".to_owned(), text(current))]).map(|(name, key)| (name, key.into())).collect();
    PinKeys::from_json(&serde_json::Value::Object(all).to_string()).unwrap()
}

/// A hasher with the key `a` and [`QUICK`].
#[must_use]
pub fn hasher() -> PinHasher {
    PinHasher::new(pin_keys('a', &[]), QUICK)
}

/// A caller in the realm `demo`.
#[must_use]
pub fn caller(user: &str) -> CallerId {
    let user = UserId::parse(user, IdentifierForm::Text).unwrap();
    CallerId { realm: Realm::parse("demo").unwrap(), user }
}
