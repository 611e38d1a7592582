//! `ringbolt dev` from outside: the built command in a folder of its own, spoken to over HTTP, as a person or a provider
//! would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod call_flows;
mod callers;
mod dialogtech;
mod errors;
mod hostile;
mod http;
mod login;
mod privacy;
mod process;
mod state;
mod wix_answers;

use http::Reply;
use process::{Ringbolt, Start};
