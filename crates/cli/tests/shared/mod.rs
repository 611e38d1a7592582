//! What the tests of several commands use.

pub mod deployment;
pub mod json;
pub mod server;
