//! `ringbolt flow`: the real binary on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod check;
mod deployment;
mod explored;
mod graph;
mod history;
mod hours;
#[path = "../ops/json.rs"]
mod json;
mod push;
mod rollback;
mod scripted;
mod versions;
