//! Structured logs: one JSON object a line, without anything that belongs to a caller.

use std::panic::PanicHookInfo;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Which events are written: ours from `level` on, everybody else's from warnings on. Never below: at debug level the
/// SDK and the runtime write whole requests.
#[must_use]
pub fn targets(level: LevelFilter) -> Targets {
    let ours = ["ringbolt", "auth_webhook", "next_action", "transcription_postback"];
    let level = level.min(LevelFilter::DEBUG);
    // The runtime's own span carries the request id of the invocation.
    let runtime = ("lambda_runtime", LevelFilter::INFO);
    Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours.map(|target| (target, level)))
        .with_targets([runtime])
}

/// Writes logs as JSON to standard output, where Lambda picks them up, and makes panics one line of them.
pub fn init(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        // CloudWatch stamps every line.
        .without_time();
    tracing_subscriber::registry().with(lines.with_filter(targets(level))).init();
    quiet_panics();
}

/// A panic's message can quote what it choked on: only its place is logged.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
