//! Starts the auth webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering(
        env!("CARGO_PKG_NAME"),
        &[Table::Callers, Table::Counters],
        auth_webhook::last_resort,
        auth_webhook::handle,
    )
    .await
}
