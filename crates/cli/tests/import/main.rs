//! `ringbolt pin import` and `ringbolt pin export-users`: the real binary on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod changed;
mod errors;
mod export;
mod large;
mod oddities;
mod process;
mod refused;
mod trouble;

use process::Deployment;
