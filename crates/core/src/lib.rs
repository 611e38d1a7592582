//! Every decision that Ringbolt takes, as pure functions: values in, values out.
//!
//! Nothing here knows AWS, Lambda, the environment, a clock or randomness: `now` is an argument. From the ground up:
//! `pin`, `lockout`, `attempt`, `caller`, `identity` and `ani` know who is calling; `flow` knows what a call centre writes;
//! `call` runs one call; `dialects` know how a provider spells things. Imports run downwards only.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod ani;
pub mod attempt;
pub mod audit;
pub mod call;
pub mod caller;
pub mod dialects;
pub mod fields;
pub mod flow;
pub mod identity;
pub mod keyed;
pub mod lockout;
pub mod number;
pub mod outcome;
pub mod pin;
pub mod realm;
pub mod text;
mod text_type;
pub mod time;
