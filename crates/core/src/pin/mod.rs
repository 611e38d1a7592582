//! PINs: what a caller keyed, the keys, and the tag under which a PIN stands in the database.

pub mod caller_pin;
pub mod keys;
pub mod policy;
pub mod tag;

pub use caller_pin::{CallerPin, Guess, InvalidPin};
pub use keys::{InvalidPinKeys, PinKeys};
pub use tag::{HashFailed, PinHash, PinHasher, PinTag, Prepared};
