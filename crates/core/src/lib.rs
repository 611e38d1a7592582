//! Every decision that Ringbolt takes, as pure functions: values in, values out.
//!
//! Nothing here knows AWS, Lambda, the environment, a clock or randomness: `now` is an argument.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod ani;
pub mod attempt;
pub mod audit;
pub mod caller;
pub mod dialogtech;
pub mod flow;
pub mod identity;
pub mod lockout;
pub mod pin;
pub mod text;
pub mod time;
pub mod wix_answers;
