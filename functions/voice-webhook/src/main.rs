//! Starts the voice webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

/// A request makes hundreds of allocations. With this allocator it takes an eighth fewer instructions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering_signed(
        env!("CARGO_PKG_NAME"),
        &[&[Table::Callers, Table::Calls], &[Table::Counters]],
        voice_webhook::last_resort,
        voice_webhook::handle,
    )
    .await
}
