//! The operators' commands: the real binary on a real DynamoDB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod audit;
mod callers;
mod deployment;
mod enrolment;
mod erasure;
mod json;
mod local;
mod output;
mod pins;
mod server;
mod trouble;

use deployment::{Deployment, Said};
