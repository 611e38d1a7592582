//! Starts the voice webhook in AWS Lambda.

use ringbolt_lambda::run::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering_signed(
        env!("CARGO_PKG_NAME"),
        &[Table::Callers, Table::Counters, Table::Calls],
        voice_webhook::last_resort,
        voice_webhook::handle,
    )
    .await
}
