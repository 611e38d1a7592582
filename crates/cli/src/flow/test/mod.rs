//! `ringbolt flow test`

mod jobs;
pub(crate) mod json;
mod junit;
mod lines;
mod playing;
mod results;
mod suite;
mod watch;

use super::findings::Examined;
use crate::{
    exit::{Reported, Usage},
    output::{Output, harmless},
    stage::StageArg,
};
use anyhow::Context as _;
use clap::Args;
use jobs::Chosen;
use results::Results;
use ringbolt_lambda::flows::is_of_calls;
use ringbolt_simulator::{Provider, explore::Limits};
use std::{num::NonZeroUsize, path::PathBuf, thread};
use suite::Suite;

/// Play scripted calls against the real functions, without a deployment
///
/// The calls of bank.yaml are in bank.calls.yaml, next to it. Each call has an embedded database and a clock of its own.
/// Afterwards the rules and outcomes that no call has reached are listed. With --explore, calls that nobody scripted are
/// tried too: silence, wrong entries, hang-ups, a broken database.
#[derive(Args)]
#[command(after_help = "Exit codes: 0 all as scripted, 1 not\n\nExample: ringbolt flow test --coverage 100 flows/")]
pub(super) struct Test {
    /// Flow files, their scripted calls, or folders [default: flows/, or else this folder]
    #[arg(value_name = "FLOW")]
    flows: Vec<PathBuf>,
    /// File of scripted calls, if it has another name; for a single flow
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
    /// Only calls whose names contain this text; coverage is not reported then
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only calls that this provider can play, and only on it [default: each call on its own]
    #[arg(long, value_parser = crate::call::provider)]
    provider: Option<Provider>,
    /// Fail if fewer of a flow's rules and outcomes are reached
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), conflicts_with = "filter")]
    coverage: Option<u8>,
    /// Try calls that nobody scripted, also in a flow whose proof fails
    #[arg(long)]
    explore: bool,
    /// With --explore: the most things that happen in a call
    #[arg(long, value_name = "N", default_value_t = 40, requires = "explore")]
    depth: usize,
    /// With --explore: the most calls for each way in which a call can begin
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "explore")]
    most_calls: usize,
    /// Run again whenever a flow or its calls are saved
    #[arg(long, conflicts_with = "junit")]
    watch: bool,
    /// Write the results to a file in JUnit's format, for continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How many calls are played at once [default: one for each core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    stage: StageArg,
}

impl Test {
    pub(super) fn run(self, out: Output) -> anyhow::Result<()> {
        if self.watch && out.json() {
            return Err(Usage::new("--watch has no JSON output"));
        }
        ringbolt_lambda::logging::quiet_panics();
        loop {
            // Files are looked at before they are read: what is saved meanwhile is seen.
            let watched = self.watch.then(|| watch::Files::of(&self.paths(), self.calls.as_deref()));
            let passed = self.once(out)?;
            match watched {
                Some(watched) => watched.wait_for_change(out),
                None if passed => return Ok(()),
                None => return Err(Reported::new("not all went as scripted")),
            }
        }
    }

    /// Whether all went as scripted.
    fn once(&self, out: Output) -> anyhow::Result<bool> {
        let suite = Suite::read(&self.paths(), self.calls.as_deref(), self.stage.name().as_deref(), self.explore)?;
        // The document has the mistakes, too.
        if !out.json() {
            suite.complain(out);
        }
        if self.calls.is_none() {
            for file in suite::without_flow(&self.given()) {
                let file = harmless(&file.display().to_string());
                out.note(&format!(
                    "warning: {file} belongs to no flow, so its calls are not played: rename it, or name it with --calls."
                ));
            }
        }
        let limits = self.explore.then_some(Limits { depth: self.depth, calls: self.most_calls });
        let chosen = Chosen { filter: self.filter.as_deref(), provider: self.provider };
        let results = play(&suite, chosen, limits, self.jobs, out)?;
        let coverage = if self.filter.is_none() { results.coverage(&suite) } else { Vec::new() };
        if let Some(file) = &self.junit {
            std::fs::write(file, junit::document(&suite, &results))
                .with_context(|| format!("{} could not be written", file.display()))?;
        }
        let gate = self.coverage.map(usize::from);
        if out.json() {
            out.document(&json::document(&suite, &results, &coverage))?;
        } else {
            lines::coverage(out, &coverage, gate);
            lines::exploration(out, &suite, &results);
            lines::counts(out, &suite, &results);
        }
        let nothing = results.calls.is_empty() && limits.is_none();
        if nothing {
            out.note(&match (&self.filter, self.provider) {
                _ if suite.has_errors() => "No call was played: correct the mistakes first.".to_owned(),
                (_, Some(provider)) => format!("No call was played: {} can play none of them.", provider.name()),
                (Some(part), None) => format!("No call was played: none has `{}` in its name.", harmless(part)),
                (None, None) => {
                    "No call was played: write some into NAME.calls.yaml, next to the flow NAME.yaml.".to_owned()
                }
            });
        }
        let covered = gate.is_none_or(|gate| coverage.iter().all(|one| one.coverage.percent() >= gate));
        Ok(!nothing && covered && !suite.has_errors() && results.passed())
    }

    /// The flows and folders. Scripted calls stand for their flow.
    fn paths(&self) -> Vec<PathBuf> {
        let flow = |path: PathBuf| if is_of_calls(&path) { suite::flow_of(&path).unwrap_or(path) } else { path };
        self.given().into_iter().map(flow).collect()
    }

    fn given(&self) -> Vec<PathBuf> {
        if !self.flows.is_empty() {
            return self.flows.clone();
        }
        let folder = PathBuf::from("flows");
        vec![if folder.is_dir() { folder } else { PathBuf::from(".") }]
    }
}

/// Plays the scripted calls of flows that are to be published. Whether all went as scripted, and each flow has some.
///
/// # Errors
/// The embedded database could not be started.
pub(super) fn before_push(files: &[Examined], out: Output) -> anyhow::Result<bool> {
    let suite = Suite::of(files, None, false);
    suite.complain(out);
    let results = play(&suite, Chosen::default(), None, None, out)?;
    lines::counts(out, &suite, &results);
    let without: Vec<&str> =
        suite.flows.iter().filter(|one| one.script.is_none()).map(|one| one.file.as_str()).collect();
    for file in &without {
        out.note(&format!("{file} has no scripted calls, and --test requires them."));
    }
    Ok(without.is_empty() && !suite.has_errors() && results.passed())
}

fn play(
    suite: &Suite,
    chosen: Chosen<'_>,
    limits: Option<Limits>,
    jobs: Option<NonZeroUsize>,
    out: Output,
) -> anyhow::Result<Results> {
    let jobs_at_once =
        jobs.map_or_else(|| thread::available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    jobs::run(suite, chosen, limits, jobs_at_once, |call| lines::call(out, suite, call))
}
