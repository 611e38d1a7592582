//! Measures the built functions as processes, and what others would write in their place.
//!
//! Each runs under the tests' Lambda Runtime API. Between it and the embedded DynamoDB is a proxy that speaks TLS, holds
//! every reply for a while, and counts. `cargo xtask bench` builds what is measured and runs this.

// Developers read the output.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod authority;
pub mod cost;
pub mod figures;
pub mod instructions;
pub mod measure;
pub mod options;
pub mod plan;
pub mod proxy;
pub mod report;
pub mod share;
pub mod subject;
pub mod targets;
pub mod world;

use anyhow::Result;
use options::Options;

/// Measures what the options say, and prints tables.
///
/// # Errors
/// A function does not start or does not answer as it should, or the file for the figures cannot be written.
pub async fn run(options: &Options) -> Result<()> {
    options.check()?;
    let results = plan::run(options).await?;
    let report = report::Report::new(options, results);
    println!("{report}");
    if let Some(file) = &options.json {
        std::fs::write(file, format!("{:#}\n", report.json()))?;
    }
    Ok(())
}
