//! Structured logs: one JSON object per line, without personal data.

use std::panic::PanicHookInfo;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Which events are logged: our own at `level` and above, all others at warning level and above. At debug level the SDK
/// and the runtime would log whole requests.
#[must_use]
pub fn targets(level: LevelFilter) -> Targets {
    let ours = ["ringbolt", "auth_webhook", "enrol", "next_action", "transcription_postback", "voice_webhook"];
    let level = level.min(LevelFilter::DEBUG);
    // The runtime's span carries the invocation's request id.
    let runtime = ("lambda_runtime", LevelFilter::INFO);
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours.map(|target| (target, level)))
        .with_targets([runtime])
}

/// Logs JSON to standard output, where Lambda collects it. A panic is logged as one line.
pub fn init(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        // CloudWatch adds a timestamp to every line.
        .without_time();
    tracing_subscriber::registry().with(lines.with_filter(targets(level))).init();
    quiet_panics();
}

/// Logs only the location of a panic, since its message could quote personal data.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::dialects::DIALECTS;
    use tracing::Level;

    #[test]
    fn every_function_is_one_of_ours() {
        let targets = targets(LevelFilter::INFO);
        for webhook in DIALECTS.iter().flat_map(|dialect| dialect.webhooks) {
            let name = webhook.function.replace('-', "_");
            assert!(targets.would_enable(&name, &Level::INFO), "{name}");
        }
        assert!(!targets.would_enable("aws_smithy_runtime", &Level::INFO));
    }
}
