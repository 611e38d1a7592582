//! TwiML: the webhooks of Twilio, SignalWire and Telnyx. There are no portal IVRs there, so a call is a conversation: one
//! document for each question, and the same step of the flow once everything is answered.
//!
//! Between two requests the provider carries our [`State`] in the URL, sealed. A request becomes a [`Turn`]; a turn, or
//! what the engine answered, becomes a [`Document`].

mod check;
mod conversation;
mod document;
mod request;
mod ring;
pub mod signature;
mod state;
mod transcription;
mod turn;
mod unplayable;
mod write;

#[cfg(test)]
mod tests;

pub use check::{can_play, check};
pub use conversation::{Conversation, NOBODY};
pub use document::{Document, Number, Say, TranscribedTo, Verb, without_states};
pub use request::{DialStatus, Request};
pub use signature::Provider;
pub use state::{State, TooLarge, Visit};
pub use transcription::Transcription;
pub use turn::Turn;
pub use unplayable::Unplayable;
pub use write::write_transfer;
