//! Starts the transcription postback in AWS Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::storing(transcription_postback::handle).await
}
