//! See the library.

use clap::Parser as _;
use ringbolt_bench::{options::Options, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    run(&Options::parse()).await
}
