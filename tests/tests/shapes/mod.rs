//! Every shape that an item of the five tables has ever had.
//!
//! `tests/fixtures/stored/` has one file for each shape, as DynamoDB writes items in JSON. Every later version must read
//! all of them.
//!
//! - `read`: each file is put into empty tables and read by everything that meets it.
//! - `writers`: everything that writes is run; an item whose shape has no file fails the test.
//! - `damaged`: each attribute of each file is damaged in every way; nobody is let in, and nothing else is lost.
//! - `functions`: a new function of the store belongs to one of these, so that none is forgotten.
//!
//! "Stored shapes" in docs/testing.md says what to do when a shape changes.

mod damage;
mod damaged;
mod dynamodb_json;
mod fixture;
mod functions;
mod heard;
mod read;
mod shape;
mod world;
mod writers;

use ringbolt_core::time::EpochMs;
use std::time::Duration;

/// A moment to begin at: 2026-11-21T12:00:00Z.
const NOON: EpochMs = ringbolt_tests::app::NOON;
const DAY: Duration = Duration::from_secs(86_400);
