//! What all functions share: configuration, secrets, events, the deadline, answers and logs.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod after;
pub mod answer;
pub mod app;
pub mod config;
pub mod enrolment;
pub mod event;
pub mod failed_try;
pub mod failure;
pub mod flows;
pub mod guard;
mod last_resort;
pub mod logging;
pub mod metrics;
pub mod noted;
mod published;
pub mod queue;
mod record;
pub mod run;
pub mod secrets;
pub mod signed;
mod start;
pub mod token;
pub mod visit;

pub use answer::{Answer, Failed, Report};
pub use app::{App, Webhook};
pub use event::Request;
pub use failed_try::FailedTry;
pub use failure::Failure;
pub use last_resort::LastResort;
pub use noted::Noted;
pub use queue::Postback;
pub use visit::Visit;
