//! The command as people use it: the built program, most often on a real DynamoDB. One program of tests, so that everything
//! it links is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod calls;
mod dev;
mod flow;
mod import;
mod ops;
mod shared;
