//! What a TwiML provider sends and understands, as Twilio does it: form requests, and documents of verbs.

pub(crate) mod document;
mod reading;
pub(crate) mod request;
pub(crate) mod sid;
pub(crate) mod url;
mod verb;

pub(crate) use verb::{Dial, Gather, Number, Record, Verb};
