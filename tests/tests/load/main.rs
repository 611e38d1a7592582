//! The built functions under load: as processes behind a Lambda Runtime API of the tests' own, on one database. And
//! `ringbolt dev` with a thousand connections at once.
//!
//! `RINGBOLT_TEST_BOOTSTRAPS` is the output folder of `sam build`, and `RINGBOLT_TEST_RINGBOLT` the command.
//! `cargo xtask test --only load` sets both. `RINGBOLT_LOAD_MINUTES` is how long the mixed traffic lasts; a minute by
//! default.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "test code")]

mod at_once;
mod descriptors;
mod dev;
mod frozen;
mod hashing;
mod soak;
mod stage;
mod traffic;
mod unavailable;
