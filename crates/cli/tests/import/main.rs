//! `ringbolt pin import` and `ringbolt pin export-users`: the real binary on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod at_once;
mod changed;
mod errors;
mod export;
#[path = "../ops/json.rs"]
mod json;
mod large;
mod oddities;
mod process;
mod refused;
mod skip;
mod spreadsheets;
mod through;
mod trouble;

use process::Deployment;
