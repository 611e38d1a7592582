//! Starts the auth webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

/// A request makes hundreds of allocations. With this allocator it takes an eighth fewer instructions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering(
        env!("CARGO_PKG_NAME"),
        &[&[Table::Callers, Table::Counters]],
        auth_webhook::last_resort,
        auth_webhook::handle,
    )
    .await
}
