//! Runs the built functions as Lambda does: every event in `events/` goes through the real binaries, under Amazon's
//! Lambda Runtime Interface Emulator, on a real database.
//!
//! `RINGBOLT_TEST_RIE` is the emulator's path, and `RINGBOLT_TEST_BOOTSTRAPS` is the output folder of `sam build`.
//! `cargo xtask test --only lambda` sets both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod auth_webhook;
mod cases;
mod emulator;
mod enrol;
mod environment;
mod failures;
mod next_action;
mod output;
mod panics;
mod process;
mod starts;
mod transcription_postback;
mod voice_webhook;
