//! Whether a request comes from the provider: the signatures of Twilio, SignalWire and Telnyx.
//!
//! | provider | header | signed |
//! |---|---|---|
//! | Twilio | `X-Twilio-Signature` | the URL and the form, HMAC under the auth token or a SharedKey |
//! | SignalWire | `X-SignalWire-Signature` and others | the URL and the form or the body, HMAC under the signing key |
//! | Telnyx | `telnyx-signature-ed25519`, `telnyx-timestamp` | the time and the body, Ed25519 |
//!
//! What no check here can cover:
//! - Twilio and SignalWire sign no time, so a recorded request verifies again. The sealed state in the URL and the
//!   attempts table limit what a replay can do.
//! - Twilio signs names and values without separators, sorted and without duplicates. A copy of a parameter, another
//!   order of a parameter's values, or a boundary moved between a name and its value (`Digits=12`, `Digits1=2`) doesn't
//!   change what is signed.
//! - Telnyx doesn't sign the URL. The path and query of its requests are only as authentic as the sealed state in them.

mod form;
mod keys;
mod mac;
mod provider;
mod refused;
mod signalwire;
mod signed;
mod telnyx;
mod twilio;
mod url;
mod verify;

pub use keys::{InvalidTwimlKeys, TwimlKeys};
pub use provider::Provider;
pub use refused::Refused;
pub use signed::Signed;
pub use telnyx::{TelnyxSignature, TelnyxSigner};
pub use twilio::{sign_twilio, sign_twilio_sha256};

#[cfg(test)]
mod tests;
