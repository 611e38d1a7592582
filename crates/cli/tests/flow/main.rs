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
#[path = "../ops/server.rs"]
#[allow(dead_code, reason = "shared with the tests of other commands")]
mod server;
mod versions;
