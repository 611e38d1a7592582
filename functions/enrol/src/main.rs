//! Starts the enrolment function in AWS Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::enrolling(env!("CARGO_PKG_NAME"), enrol::handle).await
}
