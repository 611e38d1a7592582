//! Starts the next-action webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering(
        env!("CARGO_PKG_NAME"),
        &[Table::Callers, Table::Counters, Table::Calls],
        next_action::last_resort,
        next_action::handle,
    )
    .await
}
