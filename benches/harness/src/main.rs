//! See the library.

// Developers read the output.
#![allow(clippy::print_stderr)]

use clap::Parser as _;
use ringbolt_bench::{options::Options, run};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
