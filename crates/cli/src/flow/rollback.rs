//! `ringbolt flow rollback`

use super::{
    findings::{Examined, Finding},
    moving::{Candidate, Comparison, Ended, Failed},
    render::complain,
    table::Deployed,
};
use crate::{
    audit,
    confirm::Confirm,
    connection::{ConnectionArgs, Explained as _},
    exit::Usage,
    output::Output,
    stage::StageArg,
};
use anyhow::{anyhow, bail};
use clap::Args;
use ringbolt_core::{flow::Severity, identity::FlowName};
use ringbolt_dynamodb::flows::LiveInDetail;
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::slice;

/// Make an earlier version of a call flow live again
///
/// Without --to, it restores the version that the live one replaced when it was pushed, so each rollback goes one
/// version further back. The version is checked first, as in a push, also against the other live flows of its realm. What
/// it lacks for TwiML is only a warning. The functions look for the live version every 30 seconds.
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow rollback --stack ringbolt bank --to 3")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Rollback {
    /// Name of the flow
    #[arg(value_parser = FlowName::parse)]
    name: FlowName,
    /// Version to make live, earlier or later
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    stage: StageArg,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A version of a flow was made live again, or was live already.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RolledBack {
    /// The flow's name.
    flow: String,
    /// What happened.
    outcome: Outcome,
    /// The version that was asked for.
    version: u64,
    /// The version that is live now.
    live: u64,
}

/// What `flow rollback` did.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RollbackOutcome")]
enum Outcome {
    /// The version was made live.
    Live,
    /// It was live already.
    Unchanged,
}

impl Rollback {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let name = &self.name;
        let deployed = Deployed::find(&self.connection).await?;
        let stage = self.stage.of(&deployed.connection);
        let mut comparison = Comparison::new(&deployed, stage.as_deref(), out);
        let seen = deployed.live_in_detail().await?;
        let live = deployed.live_among(&seen, name)?.version;
        let to = match self.to {
            Some(to) => to,
            None => self.replaced(&deployed, live).await?,
        };
        let report = |outcome, live: u64| {
            let document = RolledBack { flow: name.to_string(), outcome, version: to, live };
            if out.json() { out.document(&document) } else { Ok(()) }
        };
        if to == live {
            out.say(&format!("Version {live} of the flow `{name}` is live already."));
            report(Outcome::Unchanged, live)?;
            return deployed.connection.close().await;
        }
        let file = self.check(out, &deployed, &mut comparison, (to, &seen)).await?;
        deployed.connection.announce(out);
        self.confirm.ask(out, &format!("Make version {to} of the flow `{name}` live instead of version {live}?"))?;
        let (at, by) = (system_clock()(), deployed.connection.by()?);
        let begun = audit::begin(&deployed.connection, "flow rollback", name.to_string()).await?;
        let candidate = Candidate { file: &file, name, from: Some(live), version: to };
        let (why_not, error) = match comparison.make_live(&[candidate], seen, at, &by).await {
            Ok(Ended::Live { overtaken }) => match overtaken.get(name) {
                None => {
                    begun.done(&deployed.connection, &format!("version {to} replaces version {live}")).await?;
                    out.say(&format!(
                        "Version {to} of the flow `{name}` is live and replaces version {live}. To undo this, run \
                         `ringbolt flow rollback {name} --to {live}`."
                    ));
                    report(Outcome::Live, to)?;
                    return deployed.connection.close().await;
                }
                Some(now) => {
                    let now = now.map_or_else(|| "another version".to_owned(), |now| format!("version {now}"));
                    let error = anyhow!(
                        "someone else made {now} of the flow `{name}` live in the meantime, so nothing was changed: check \
                         `ringbolt flow history {name}`, then try again"
                    );
                    ("another change came first", error)
                }
            },
            Ok(Ended::Disagree { files, .. }) => {
                files.iter().for_each(|file| complain(file, out));
                ("the flows of its realm would disagree", self.disagrees(to))
            }
            Ok(Ended::Busy) => {
                let error = anyhow!("other changes came first each time, so nothing was changed: try again");
                ("other changes came first each time", error)
            }
            Err(Failed { kind, why }) => (kind, why.context(format!("version {live} of the flow `{name}` stays live"))),
        };
        Err(begun.failed_with(&deployed.connection, why_not, error).await)
    }

    /// Checks the version again: another version of Ringbolt may have published it, and other flows may have changed.
    /// Returns its flow.
    async fn check(
        &self,
        out: Output,
        deployed: &Deployed,
        comparison: &mut Comparison<'_>,
        (version, seen): (u64, &LiveInDetail),
    ) -> anyhow::Result<Examined> {
        let name = &self.name;
        let text = deployed.text(name, version).await?;
        let stage = self.stage.of(&deployed.connection);
        let mut file = Examined::new(format!("{name}, version {version}"), text, stage.as_deref());
        if let Some(other) = file.flow.as_ref().map(|flow| &flow.name).filter(|other| *other != name) {
            bail!("version {version} of the flow `{name}` contains a different flow, `{other}`");
        }
        let usable = file.flow.is_some();
        if deployed.connection.has_voice_webhook() {
            warn_of_unplayable(&file, out);
        }
        if usable {
            comparison.refuse(slice::from_mut(&mut file), seen).await?;
        }
        if file.flow.is_some() {
            return Ok(file);
        }
        complain(&file, out);
        if usable {
            return Err(self.disagrees(version));
        }
        bail!("version {version} of the flow `{name}` cannot be used by this version of Ringbolt")
    }

    fn disagrees(&self, version: u64) -> anyhow::Error {
        anyhow!("version {version} of the flow `{}` disagrees with a live flow of its realm", self.name)
    }

    /// The version that the live one replaced when it was pushed.
    async fn replaced(&self, deployed: &Deployed, live: u64) -> anyhow::Result<u64> {
        let name = &self.name;
        let what = format!("version {live} of the flow `{name}` could not be read");
        let info = deployed.table.history(name, Some(live + 1), 1).await.explained(&deployed.connection, &what)?;
        let replaced = info.versions.first().filter(|info| info.version == live).and_then(|info| info.replaced);
        replaced.ok_or_else(|| {
            Usage::new(format!(
                "version {live} of the flow `{name}` is live and replaced no other version: give the version to make \
                 live with --to; `ringbolt flow history {name}` lists them"
            ))
        })
    }
}

/// Warns if no TwiML provider can play a version that is meant for one. It may have been live before the stack had the voice
/// webhook, and going back must be possible.
fn warn_of_unplayable(file: &Examined, out: Output) {
    let warning = |finding| Finding { severity: Severity::Warning, ..finding };
    let warnings = file.unplayable().into_iter().map(warning).collect();
    complain(&Examined::of_findings(file.name.clone(), file.text.clone(), warnings), out);
}
