//! `ringbolt dev`

pub(crate) mod json;
mod later;

use crate::{
    exit::Usage,
    flow,
    output::{Output, harmless_lines},
    print_best_effort,
    stage::StageArg,
    stop::StopSignal,
};
use anyhow::Context as _;
use clap::{Args, builder::NonEmptyStringValueParser};
use later::{Later, LogLines};
use ringbolt_core::{dialects::twiml::signature::TwimlKeys, text::counted};
use ringbolt_dev::{News, Options, RELOADED};
use ringbolt_lambda::signed::{PublicUrl, Signatures};
use ringbolt_simulator::LOCAL_TOKEN;
use std::{path::PathBuf, time::Duration};
use tracing_subscriber::{Layer as _, filter::LevelFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use zeroize::Zeroizing;

/// Run the webhooks on this machine with an embedded DynamoDB
///
/// Without options, it serves the demo flow and demo callers on port 3000 and keeps its data under .ringbolt/ in this
/// folder. Flow files are reloaded when they change. With --json, the first document has address, token and flows, and one
/// follows for each webhook that is answered.
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
    /// Webhook token; the server only listens on this machine, so it need not be secret. Others on this machine can read the
    /// command line: set the variable if your provider comes in through a tunnel
    #[arg(long, env = "RINGBOLT_DEV_TOKEN", hide_env_values = true, default_value = LOCAL_TOKEN, value_parser = NonEmptyStringValueParser::new())]
    token: String,
    /// URL under which a TwiML provider reaches this machine, such as a tunnel's; needs RINGBOLT_TWIML_KEYS
    #[arg(long, env = "RINGBOLT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// Time limit in milliseconds, after which a webhook answers the fallback
    #[arg(long, env = "RINGBOLT_DEADLINE_MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(100..=25_000))]
    deadline_ms: u64,
    #[command(flatten)]
    stage: StageArg,
}

impl Dev {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let later = Later::start(move |lost| {
            out.note(&format!("{} not printed, because nobody read what was printed before.", counted(lost, "line")));
        })?;
        let print =
            move |line: &str| if out.json() { out.note(line) } else { print_best_effort(&harmless_lines(line)) };
        let of_log = later.clone();
        let lines = tracing_subscriber::fmt::layer()
            .compact()
            .with_target(false)
            .without_time()
            .with_ansi(false)
            .with_writer(move || LogLines { later: of_log.clone(), print });
        // Each webhook prints its own line, so only warnings and errors of the functions' logs are shown.
        let targets = ringbolt_lambda::logging::targets(LevelFilter::WARN)
            // The embedded database warns about every failed condition, which is how "wrong" and "locked" show up.
            .with_target("dynoxide", LevelFilter::OFF);
        tracing_subscriber::registry().with(lines.with_filter(targets)).init();
        ringbolt_lambda::logging::quiet_panics();

        let (paths, stage) = (ringbolt_dev::flow_paths(&self.flow), self.stage.name());
        let (reloaded, stage_of_reload) = (paths.clone(), stage.clone());
        let of_news = later.clone();
        ringbolt_dev::listen(move |news| match news {
            News::Answered(answered) if out.json() => {
                let answer = json::document(answered);
                // Webhooks are answered even if nobody can read about it.
                of_news.then(move || out.line(&answer).unwrap_or_default());
            }
            News::Answered(answered) => {
                let line = answered.to_string();
                of_news.then(move || print(&line));
            }
            News::Reloaded => {
                let (paths, stage) = (reloaded.clone(), stage_of_reload.clone());
                of_news.then(move || {
                    print(RELOADED);
                    flow::warn(&paths, stage.as_deref(), out);
                });
            }
            News::Problem(sentence) => {
                let sentence = (*sentence).to_owned();
                of_news.then(move || out.note(&sentence));
            }
        });
        flow::warn(&paths, stage.as_deref(), out);
        // Listen before announcing the start, so that an immediate Ctrl-C also stops cleanly.
        let mut stop = StopSignal::listen()?;
        let (token, state) = (self.token, (!self.memory).then(|| PathBuf::from(".ringbolt")));
        let starting = ringbolt_dev::start(Options {
            port: self.port,
            state: state.clone(),
            flows: self.flow,
            callers: self.callers,
            token: token.clone(),
            signatures: signatures(self.public_url)?,
            deadline: Duration::from_millis(self.deadline_ms),
            stage,
            clock: None,
        });
        let running = tokio::select! {
            running = starting => running?,
            () = stop.received() => return Ok(()),
        };
        if out.json() {
            json::started(out, &running, &token, state)?;
        } else {
            let banner = running.banner.clone();
            later.then(move || print_best_effort(&banner));
        }
        stop.received().await;
        if !out.json() {
            later.then(|| print_best_effort("Stopping."));
        }
        let stopped = running.stop().await;
        later.finish();
        stopped
    }
}

/// Whose signatures the voice webhook takes, as the function's own environment says it.
fn signatures(public_url: Option<PublicUrl>) -> anyhow::Result<Option<Signatures>> {
    const KEYS: &str = "RINGBOLT_TWIML_KEYS";
    let keys = std::env::var(KEYS).ok().filter(|keys| !keys.trim().is_empty());
    match (keys.map(Zeroizing::new), public_url) {
        (None, None) => Ok(None),
        (Some(keys), Some(url)) => {
            let keys = TwimlKeys::from_json(&keys).with_context(|| format!("{KEYS} cannot be used"))?;
            Ok(Some(Signatures::new(keys, Some(url))))
        }
        (None, Some(_)) => Err(Usage::new(format!("--public-url needs the provider's key in {KEYS}"))),
        (Some(_), None) => Err(Usage::new(format!("{KEYS} needs --public-url, which the provider signs"))),
    }
}
