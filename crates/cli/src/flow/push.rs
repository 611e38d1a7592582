//! `ringbolt flow push`

use super::{
    findings::{Examined, ForProviders, examine, refuse_disagreement, refuse_unplayable},
    render::complain,
    table::Deployed,
    test,
};
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    exit::{Reported, Usage},
    output::{Output, harmless},
    stage::StageArg,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::{flow::Flow, identity::FlowName};
use ringbolt_dynamodb::flows::{self, Published};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Publish call flows; each becomes a new version, which is live at once
///
/// If any file has an error, none is published. The flows of a realm must have the same lockout and identifier, so a flow
/// that disagrees with another live flow is refused; to change a realm, push its flows together. A flow whose live version
/// has the same text is skipped. The functions look for new versions every 30 seconds.
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
    /// The flows, in the order of the files. If publishing one fails, those before it.
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

/// A file that can be published.
struct Ready {
    file: String,
    name: FlowName,
    push: flows::Push,
}

impl Push {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let stage = self.stage.of(&deployed.connection);
        let mut files = examine(&self.files, self.deny_warnings, stage.as_deref());
        self.providers.require(&mut files, self.deny_warnings);
        let unplayable = deployed.connection.has_voice_webhook() && refuse_unplayable(&mut files);
        if !files.iter().any(Examined::has_errors) {
            let pushed: Vec<FlowName> =
                files.iter().filter_map(|file| Some(file.flow.as_ref()?.name.clone())).collect();
            let live = deployed.other_live_flows(&pushed, stage.as_deref(), out).await?;
            refuse_disagreement(&mut files, &live);
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
        let ready = self.ready(files, &deployed.connection.by()?)?;
        deployed.connection.announce(out);
        let (mut done, mut overtaken) = (Vec::new(), false);
        for Ready { file, name, push } in &ready {
            let published = match publish(&deployed, file, name, push).await {
                Ok(published) => published,
                Err(error) => {
                    // Report the flows that are already live.
                    print(out, done)?;
                    return Err(error);
                }
            };
            out.say(&format!("{file}: {}", sentence(name, published)));
            overtaken |= matches!(published, Published::Overtaken { .. });
            done.push(document(file, name, published));
        }
        print(out, done)?;
        deployed.connection.close().await?;
        if overtaken { Err(Reported::new("another change came first, so not every flow is live")) } else { Ok(()) }
    }

    fn ready(&self, files: Vec<Examined>, by: &str) -> anyhow::Result<Vec<Ready>> {
        let at = system_clock()();
        let ready = files.into_iter().filter_map(|Examined { name: file, text, flow, .. }| {
            let Flow { name, .. } = flow?;
            let push = flows::Push::new(text, by.to_owned(), self.note.clone(), at);
            Some(push.map(|push| Ready { file: harmless(&file), name, push }))
        });
        ready.collect::<Result<_, _>>().map_err(|invalid| Usage::new(invalid.to_string()))
    }
}

/// Publishes one flow and records it in the audit log, unless nothing changes.
async fn publish(deployed: &Deployed, file: &str, name: &FlowName, push: &flows::Push) -> anyhow::Result<Published> {
    let what = format!("{file} was not published");
    let Deployed { connection, table } = deployed;
    if let Some(version) = table.live_as(name, push.text()).await.explained(connection, &what)? {
        return Ok(Published::Unchanged { version });
    }
    let begun = audit::begin(connection, "flow push", name.to_string()).await.with_context(|| file.to_owned())?;
    let published = match table.publish(name, push).await {
        Ok(published) => published,
        Err(error) => {
            let kind = error.kind();
            return Err(begun.failed_with(connection, kind, connection.explain(error).context(what)).await);
        }
    };
    match &published {
        Published::Live { version, .. } | Published::Unchanged { version } => {
            begun.done(connection, &format!("version {version} is live")).await?;
        }
        Published::Overtaken { version, .. } => {
            let detail = format!("another change came first: stored as version {version}, not live");
            begun.failed(connection, &detail).await?;
        }
    }
    Ok(published)
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

fn sentence(name: &FlowName, published: Published) -> String {
    match published {
        Published::Live { version, replaced: None } => format!("the flow `{name}` is live as version {version}"),
        Published::Live { version, replaced: Some(replaced) } => {
            format!("the flow `{name}` is live as version {version} and replaces version {replaced}")
        }
        Published::Unchanged { version } => {
            format!("version {version} of the flow `{name}` is already live with the same text; nothing was published")
        }
        Published::Overtaken { version, live } => {
            let live = live.map_or_else(|| "another version".to_owned(), |live| format!("version {live}"));
            format!(
                "someone else made {live} of the flow `{name}` live at the same time. Yours is stored as version \
                 {version} but is not live. Check `ringbolt flow diff {name} {version}`, then push again"
            )
        }
    }
}

fn document(file: &str, name: &FlowName, published: Published) -> PushedFlow {
    let (outcome, version, replaced, live) = match published {
        Published::Live { version, replaced } => (Outcome::Live, version, replaced, Some(version)),
        Published::Unchanged { version } => (Outcome::Unchanged, version, None, Some(version)),
        Published::Overtaken { version, live } => (Outcome::Overtaken, version, None, live),
    };
    PushedFlow { file: file.to_owned(), flow: name.to_string(), outcome, version, replaced, live }
}
