//! Whole calls: inputs and their times go in, and what is heard and sent comes out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod backup_routing;
mod driver;
mod ends;
mod findme;
mod golden;
mod hanging_up;
mod properties;
mod questions;
mod saved;
mod secrets;
mod starting;
mod transcriptions;
mod twiml;
mod webhook;
mod wix_answers;
mod written;
