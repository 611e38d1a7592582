//! `ringbolt event`, `call`, `secret` and `doctor`: the real binary on a real DynamoDB, with a stand-in for the other AWS
//! services.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, reason = "test code")]

mod attacks;
mod aws;
#[path = "../ops/deployment.rs"]
mod deployment;
mod dev;
mod doctor;
mod documented;
mod duress;
mod event;
mod explain;
mod failures;
mod init;
#[path = "../ops/json.rs"]
mod json;
mod lookup;
mod pin_key;
mod replay;
#[path = "../ops/server.rs"]
mod server;
mod tail;
mod token;
mod trigger;
mod twiml;
mod twiml_keys;
mod voice;

use deployment::Said;
