//! The built functions as Lambda runs them: every event of `events/` through the real binaries, under Amazon's Lambda
//! Runtime Interface Emulator, on a real database.
//!
//! `RINGBOLT_TEST_RIE` is the emulator's path, `RINGBOLT_TEST_BOOTSTRAPS` the folder of what `sam build` has built;
//! `cargo xtask test --only lambda` provides both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod auth_webhook;
mod cases;
mod emulator;
mod environment;
mod failures;
mod next_action;
mod output;
mod panics;
mod process;
mod transcription_postback;
