//! Faults between the functions and what they ask: each kind of trouble, at each call site, in each dialect.
//!
//! For each cell, the tests say what a caller hears and what the counters are afterwards. `cargo test -p ringbolt-tests
//! --test faults -- --nocapture` prints the table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "test code")]

mod bench;
mod clock;
mod connections;
mod dialect;
mod expected;
mod sites;
mod table;
mod transcriptions;
