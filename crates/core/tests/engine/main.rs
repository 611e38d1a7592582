//! From a flow's text and a provider's request to the answer on the wire, without a database: what the database would say
//! is an argument.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod examples;
mod hostile;
mod outcomes;
mod parameters;
mod regressions;
mod rules;
mod spec_examples;
