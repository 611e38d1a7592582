//! Callers' PINs.

pub mod policy;
