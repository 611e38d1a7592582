//! `ringbolt dev`: the three webhooks in one local process, with an embedded DynamoDB.
//!
//! HTTP requests become API Gateway events for the functions' own handlers, so the same code answers here and in
//! Lambda.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod admission;
mod banner;
mod callers;
pub mod callers_csv;
pub mod clock;
pub mod database;
pub mod event;
pub mod faults;
mod flows;
mod functions;
mod gateway;
mod keys;
mod line;
mod log;
mod phone;
pub mod playground;
pub mod private_file;
mod server;
pub mod state;

pub use flows::{DEMO as DEMO_FLOW, paths as flow_paths};
pub use line::{Answered, News, RELOADED, listen};
pub use log::LOG;
pub use server::{LOCAL_AUDIT_TABLE, Options, Running, create_tables, local_tables, start};
