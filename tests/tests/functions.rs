//! The functions, from the event to the database: how they answer, what stops attackers, what faults come to, what is
//! stored. One program, so that everything it links is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "test code")]

mod attacks;
mod faults;
mod queue;
mod shapes;
mod webhooks;
