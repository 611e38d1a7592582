//! PINs: what a caller keyed, the keys, and the tag under which a PIN stands in the database.

pub mod caller_pin;
pub mod hash;
pub mod keys;
pub mod policy;
pub mod rotation;
pub mod tag;

pub use caller_pin::{CallerPin, Guess, InvalidPin};
pub use hash::{HashFailed, PinHash};
pub use keys::{InvalidPinKeys, PinKeys};
pub use tag::{PinHasher, PinTag, Prepared};
