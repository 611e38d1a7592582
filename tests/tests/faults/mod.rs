//! Faults between the functions and what they ask: each kind of trouble, at each call site, in each dialect.
//!
//! For each cell, the tests say what a caller hears and what the counters are afterwards. `cargo test -p ringbolt-tests
//! --test functions faults -- --nocapture` prints the table.

mod bench;
mod clock;
mod connections;
mod dialect;
mod expected;
mod sites;
mod table;
mod transcriptions;
