//! `ringbolt dev`

use crate::{show, stop::StopSignal};
use clap::{Args, builder::NonEmptyStringValueParser};
use ringbolt_dev::Options;
use std::{path::PathBuf, time::Duration};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Run the three webhooks on this machine, with an embedded DynamoDB
///
/// With no option: the demo flow and demo callers, on port 3000, kept under .ringbolt/ in this folder. A flow file that
/// changes is read again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt dev --port 8080 --flow flows/bank.yaml --callers callers.csv")]
pub(crate) struct Dev {
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keep PINs and counters in memory, not under .ringbolt/
    #[arg(long)]
    memory: bool,
    /// A call flow, or a folder of them (may be given several times)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    /// The callers to enrol: a CSV with the columns `user` and `pin`; further columns become attributes
    #[arg(long, value_name = "FILE.csv")]
    callers: Option<PathBuf>,
    /// The webhook token; this server listens on this machine alone, so the default is no secret
    #[arg(long, default_value = "dev-token-not-secret", value_parser = NonEmptyStringValueParser::new())]
    token: String,
    /// When the fallback is answered, in milliseconds
    #[arg(long, env = "RINGBOLT_DEADLINE_MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=25_000))]
    deadline_ms: u64,
}

impl Dev {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let lines = tracing_subscriber::fmt::layer().compact().with_target(false).without_time();
        // Every webhook has its own line; of the functions' logs only what went wrong is shown.
        let targets = ringbolt_lambda::logging::targets(LevelFilter::WARN)
            // The embedded database warns of every refused condition, which is how it says "wrong" and "locked".
            .with_target("dynoxide", LevelFilter::OFF);
        tracing_subscriber::registry().with(tracing_subscriber::Layer::with_filter(lines, targets)).init();
        ringbolt_lambda::logging::quiet_panics();

        // Listened for before anything says that it has started: a Ctrl-C right then stops it cleanly too.
        let mut stop = StopSignal::listen()?;
        let starting = ringbolt_dev::start(Options {
            port: self.port,
            state: (!self.memory).then(|| PathBuf::from(".ringbolt")),
            flows: self.flow,
            callers: self.callers,
            token: self.token,
            deadline: Duration::from_millis(self.deadline_ms),
            clock: None,
        });
        let running = tokio::select! {
            running = starting => running?,
            () = stop.came() => return Ok(()),
        };
        show(&running.banner);
        stop.came().await;
        show("Stopping.");
        running.stop().await
    }
}
