//! Each file is put into empty tables, and read by every function that meets it.

mod audit;
mod callers;
mod calls;
mod counters;
mod flows;

pub use audit::{chain, verify};
pub use calls::{listed, text};
pub use flows::{bank, start};
