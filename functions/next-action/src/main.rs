//! Starts the next-action webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

/// A request makes hundreds of allocations. With this allocator it takes an eighth fewer instructions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering(
        env!("CARGO_PKG_NAME"),
        &[&[Table::Callers, Table::Calls], &[Table::Counters]],
        next_action::last_resort,
        next_action::handle,
    )
    .await
}
