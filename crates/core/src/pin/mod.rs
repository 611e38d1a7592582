//! PINs: what a caller keyed, the keys, and the tag of a PIN in the database.

pub mod caller_pin;
pub mod daily;
pub mod hash;
pub mod hasher;
pub mod keys;
mod mac;
mod memory;
pub mod policy;
pub mod reference;
pub mod rotation;
mod sealed;
pub mod tag;
pub mod version;

pub use caller_pin::{CallerPin, Guess, InvalidPin};
pub use daily::{DayDigest, DayKey};
pub use hash::{HashFailed, PinHash, PinHashes};
pub use hasher::{Incomparable, PinHasher, Prepared};
pub use keys::{InvalidPinKeys, PinKeys};
pub use reference::{CallerReference, ReferenceKey};
pub use tag::PinTag;
pub use version::PinsVersion;
