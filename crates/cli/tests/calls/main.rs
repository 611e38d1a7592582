//! `ringbolt event`, `call`, `secret` and `doctor`: the binary itself, on a real DynamoDB, with a stand-in for what else
//! there is in AWS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, reason = "test code")]

mod aws;
#[path = "../ops/deployment.rs"]
mod deployment;
mod dev;
mod doctor;
mod event;
mod lookup;
mod pin_key;
#[path = "../ops/server.rs"]
mod server;
mod tail;
mod token;

use deployment::Said;
