//! `ringbolt dev`

use crate::{print_best_effort, stage::StageArg, stop::StopSignal};
use clap::{Args, builder::NonEmptyStringValueParser};
use ringbolt_dev::Options;
use ringbolt_simulator::LOCAL_TOKEN;
use std::{path::PathBuf, time::Duration};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Run the webhooks on this machine with an embedded DynamoDB
///
/// Without options, it serves the demo flow and demo callers on port 3000 and keeps its data under .ringbolt/ in this
/// folder. Flow files are reloaded when they change.
#[derive(Args)]
#[command(after_help = "Example: ringbolt dev --port 8080 --flow flows/bank.yaml --callers callers.csv")]
pub(crate) struct Dev {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keep PINs and counters in memory instead of under .ringbolt/
    #[arg(long)]
    memory: bool,
    /// Call flow file or folder (repeatable)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    /// Callers to enrol: a CSV with the columns `user` and `pin`; other columns become attributes
    #[arg(long, value_name = "FILE.csv")]
    callers: Option<PathBuf>,
    /// Webhook token; the server only listens on this machine, so the default need not be secret
    #[arg(long, default_value = LOCAL_TOKEN, value_parser = NonEmptyStringValueParser::new())]
    token: String,
    /// Time limit in milliseconds, after which a webhook answers the fallback
    #[arg(long, env = "RINGBOLT_DEADLINE_MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=25_000))]
    deadline_ms: u64,
    #[command(flatten)]
    stage: StageArg,
}

impl Dev {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let lines = tracing_subscriber::fmt::layer().compact().with_target(false).without_time();
        // Each webhook prints its own line, so only warnings and errors of the functions' logs are shown.
        let targets = ringbolt_lambda::logging::targets(LevelFilter::WARN)
            // The embedded database warns about every failed condition, which is how "wrong" and "locked" show up.
            .with_target("dynoxide", LevelFilter::OFF);
        tracing_subscriber::registry().with(tracing_subscriber::Layer::with_filter(lines, targets)).init();
        ringbolt_lambda::logging::quiet_panics();

        // Listen before announcing the start, so that an immediate Ctrl-C also stops cleanly.
        let mut stop = StopSignal::listen()?;
        let starting = ringbolt_dev::start(Options {
            port: self.port,
            state: (!self.memory).then(|| PathBuf::from(".ringbolt")),
            flows: self.flow,
            callers: self.callers,
            token: self.token,
            deadline: Duration::from_millis(self.deadline_ms),
            stage: self.stage.name(),
            clock: None,
        });
        let running = tokio::select! {
            running = starting => running?,
            () = stop.received() => return Ok(()),
        };
        print_best_effort(&running.banner);
        stop.received().await;
        print_best_effort("Stopping.");
        running.stop().await
    }
}
