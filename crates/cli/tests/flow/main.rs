//! `ringbolt flow`, the binary itself, on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod check;
mod deployment;
mod graph;
mod history;
mod push;
mod rollback;
mod versions;
