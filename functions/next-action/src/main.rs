//! Starts the next-action webhook in AWS Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::steering(env!("CARGO_PKG_NAME"), next_action::handle).await
}
