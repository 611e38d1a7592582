//! Starts the transcription postback in AWS Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    ringbolt_lambda::run::storing(env!("CARGO_PKG_NAME"), transcription_postback::handle, transcription_postback::drain)
        .await
}
