//! `ringbolt dev`

use clap::{Args, builder::NonEmptyStringValueParser};
use ringbolt_dev::Options;
use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};
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

        let running = ringbolt_dev::start(Options {
            port: self.port,
            state: (!self.memory).then(|| PathBuf::from(".ringbolt")),
            flows: self.flow,
            callers: self.callers,
            token: self.token,
            clock: None,
        })
        .await?;
        show(&running.banner);
        stop_signal().await?;
        show("Stopping.");
        running.stop().await
    }
}

/// Where nobody reads any more (`ringbolt dev | head`), it goes on: `println!` would panic.
fn show(text: &str) {
    writeln!(stdout(), "{text}").unwrap_or_default();
}

/// Ctrl-C, or what a service manager sends.
async fn stop_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
