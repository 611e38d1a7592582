//! `ringbolt flow push`

mod publishing;

use self::publishing::{BUSY, NothingMoved, Ready, publish, sentence};
use super::{
    findings::{Examined, ForProviders, examine, refuse_unplayable},
    moving::Comparison,
    render::complain,
    table::Deployed,
    test,
};
use crate::{
    connection::ConnectionArgs,
    exit::{Reported, Usage},
    output::{Output, harmless},
    stage::StageArg,
};
use clap::Args;
use ringbolt_core::{identity::FlowName, time::EpochMs};
use ringbolt_dynamodb::flows::{self, LiveInDetail, Published};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Publish call flows; each becomes a new version, which is live at once
///
/// If any file has an error, none is published. All flows become live at the same moment. The flows of a realm must have the
/// same lockout and identifier, so a flow that disagrees with another live flow is refused; to change a realm, push its flows
/// together. A flow whose live version has the same text is skipped. The functions look for new versions every 30 seconds.
///
/// If the stack has the voice webhook, a flow with a section `twiml` must be playable over TwiML, as `ringbolt flow check
/// --for twiml` checks it. Other flows are not meant for TwiML, and are published in any case.
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow push --stack ringbolt --note 'Open on Sundays' flows/bank.yaml")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Push {
    /// Flow files, folders, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Note about the change, shown in the history
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Play the flows' scripted calls first, and publish only if all go as scripted (see `ringbolt flow test`)
    #[arg(long)]
    test: bool,
    #[command(flatten)]
    providers: ForProviders,
    #[command(flatten)]
    stage: StageArg,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The flows that were pushed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PushedFlows {
    /// The flows, in the order of the files; empty if publishing failed, because then none was published.
    flows: Vec<PushedFlow>,
}

/// A flow that was pushed.
#[derive(Serialize, JsonSchema)]
struct PushedFlow {
    /// The file.
    file: String,
    /// The flow's name.
    flow: String,
    /// What happened.
    outcome: Outcome,
    /// The version that has the file's text.
    version: u64,
    /// The version that it replaced; null if it replaced none.
    replaced: Option<u64>,
    /// The version that is live now; null if unknown.
    live: Option<u64>,
}

/// What happened to a flow.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PushOutcome")]
enum Outcome {
    /// The text is a new version, and is live.
    Live,
    /// The live version has the same text, so nothing was published.
    Unchanged,
    /// Another change was first: the text is stored as a version, and is not live.
    Overtaken,
}

impl Push {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let stage = self.stage.of(&deployed.connection);
        let mut files = examine(&self.files, self.deny_warnings, stage.as_deref());
        self.providers.require(&mut files, self.deny_warnings);
        let unplayable = deployed.connection.has_voice_webhook() && refuse_unplayable(&mut files);
        let mut comparison = Comparison::new(&deployed, stage.as_deref(), out);
        let mut live = LiveInDetail::default();
        if !files.iter().any(Examined::has_errors) {
            live = deployed.live_in_detail().await?;
            comparison.refuse(&mut files, &live).await?;
        }
        files.iter().for_each(|file| complain(file, out));
        if unplayable {
            out.note(&format!(
                "A flow with a section `twiml` must be playable over TwiML, because {} has the voice webhook. Remove the \
                 section from a flow that is not meant for TwiML.",
                deployed.connection.name()
            ));
        }
        if files.iter().any(Examined::has_errors) {
            return nothing_published(out, "there are errors");
        }
        if self.test && !test::before_push(&files, out)? {
            return nothing_published(out, "not all scripted calls went as scripted");
        }
        let (at, by) = (system_clock()(), deployed.connection.by()?);
        let ready = self.ready(files, at, &by)?;
        deployed.connection.announce(out);
        let done = match publish(&deployed, &mut comparison, live, ready, (at, &by)).await {
            Ok(done) => done,
            Err(error) => {
                print(out, Vec::new())?;
                return Err(error);
            }
        };
        // A failed write to standard output ends the process. By now everything is done and recorded.
        let reported = report(out, done.published);
        deployed.connection.close().await?;
        done.unrecorded.map_or(reported, Err)
    }

    fn ready(&self, files: Vec<Examined>, at: EpochMs, by: &str) -> anyhow::Result<Vec<Ready>> {
        let ready = files.into_iter().filter_map(|file| {
            let name = file.flow.as_ref()?.name.clone();
            let push = flows::Push::new(file.text.clone(), by.to_owned(), self.note.clone(), at);
            Some(push.map(|push| Ready { shown: harmless(&file.name), file, name, push }))
        });
        ready.collect::<Result<_, _>>().map_err(|invalid| Usage::new(invalid.to_string()))
    }
}

/// Prints what was done. Returns the error if not every flow is live.
fn report(out: Output, published: Result<Vec<(Ready, Published)>, NothingMoved>) -> anyhow::Result<()> {
    let published = match published {
        Ok(published) => published,
        Err(NothingMoved { refused, stored }) => {
            refused.iter().for_each(|file| complain(file, out));
            stored.iter().for_each(|sentence| out.note(sentence));
            return nothing_published(out, if refused.is_empty() { BUSY } else { "there are errors" });
        }
    };
    for (Ready { shown, name, .. }, published) in &published {
        out.say(&format!("{shown}: {}", sentence(name, *published)));
    }
    print(
        out,
        published.iter().map(|(Ready { shown, name, .. }, published)| document(shown, name, *published)).collect(),
    )?;
    if published.iter().any(|(_, published)| matches!(published, Published::Overtaken { .. })) {
        return Err(Reported::new("another change came first, so not every flow is live"));
    }
    Ok(())
}

fn print(out: Output, flows: Vec<PushedFlow>) -> anyhow::Result<()> {
    if out.json() { out.document(&PushedFlows { flows }) } else { Ok(()) }
}

fn nothing_published(out: Output, why: &str) -> anyhow::Result<()> {
    if !out.json() {
        out.note("Nothing was published.");
    }
    Err(Reported::new(format!("{why}, so nothing was published")))
}

fn document(file: &str, name: &FlowName, published: Published) -> PushedFlow {
    let (outcome, version, replaced, live) = match published {
        Published::Live { version, replaced } => (Outcome::Live, version, replaced, Some(version)),
        Published::Unchanged { version } => (Outcome::Unchanged, version, None, Some(version)),
        Published::Overtaken { version, live } => (Outcome::Overtaken, version, None, live),
    };
    PushedFlow { file: file.to_owned(), flow: name.to_string(), outcome, version, replaced, live }
}
