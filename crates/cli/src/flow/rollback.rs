//! `ringbolt flow rollback`

use super::{findings::Examined, render::complain, table::Deployed};
use crate::{
    audit,
    confirm::Confirm,
    connection::{ConnectionArgs, Explained as _},
    exit::Usage,
    output::Output,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::{Move, Moved};
use ringbolt_lambda::app::system_clock;
use serde_json::json;

/// Make an earlier version of a call flow live again
///
/// Without --to: the version that the live one replaced when it was pushed, so that each rollback goes one further back.
/// The version is checked first, as a push is. The functions look for the live version every 30 seconds.
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow rollback --stack ringbolt bank --to 3")]
pub(super) struct Rollback {
    /// The flow's name
    #[arg(value_parser = FlowName::parse)]
    name: FlowName,
    /// The version to make live; a later one too
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Rollback {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let name = &self.name;
        let deployed = Deployed::find(&self.connection).await?;
        let live = deployed.live_of(name).await?.version;
        let to = match self.to {
            Some(to) => to,
            None => self.replaced(&deployed, live).await?,
        };
        let report = |outcome: &str, live: u64| {
            let document = json!({ "flow": name.as_str(), "outcome": outcome, "version": to, "live": live });
            if out.json() { out.document(&document) } else { Ok(()) }
        };
        if to == live {
            out.say(&format!("Version {live} of the flow `{name}` is live already."));
            report("unchanged", live)?;
            return deployed.connection.close().await;
        }
        check(name, to, deployed.text(name, to).await?)?;
        deployed.connection.announce(out);
        self.confirm.ask(&format!("Make version {to} of the flow `{name}` live in the place of version {live}?"))?;
        let moved = Move { from: Some(live), at: system_clock()(), by: deployed.connection.by()? };
        let begun = audit::begin(&deployed.connection, "flow rollback", name.to_string()).await?;
        let moved = match deployed.table.move_live(name, to, &moved).await {
            Ok(moved) => moved,
            Err(error) => {
                let kind = error.kind();
                let why = deployed.connection.explain(error);
                let why = why.context(format!("version {live} of the flow `{name}` stays live"));
                return Err(begun.failed_with(&deployed.connection, kind, why).await);
            }
        };
        match moved {
            Moved::Done => {
                begun.done(&deployed.connection, &format!("version {to} in the place of version {live}")).await?;
                out.say(&format!(
                    "Version {to} of the flow `{name}` is live, in the place of version {live}. To undo it: \
                     `ringbolt flow rollback {name} --to {live}`."
                ));
                report("live", to)?;
            }
            Moved::Overtaken { live: now } => {
                begun.failed(&deployed.connection, "somebody else was first").await?;
                let now = now.map_or_else(|| "another version".to_owned(), |now| format!("version {now}"));
                bail!(
                    "somebody else made {now} of the flow `{name}` live meanwhile, so nothing was changed: look at \
                     `ringbolt flow history {name}`, then try again"
                );
            }
        }
        deployed.connection.close().await
    }

    /// What the live version replaced when it was pushed.
    async fn replaced(&self, deployed: &Deployed, live: u64) -> anyhow::Result<u64> {
        let name = &self.name;
        let what = format!("version {live} of the flow `{name}` could not be read");
        let info = deployed.table.history(name, Some(live + 1), 1).await.explained(&deployed.connection, &what)?;
        let replaced = info.first().filter(|info| info.version == live).and_then(|info| info.replaced);
        replaced.ok_or_else(|| {
            Usage::new(format!(
                "version {live} of the flow `{name}` is live, and it replaced none: say with --to which version to \
                 make live; `ringbolt flow history {name}` lists them"
            ))
        })
    }
}

/// Another version of Ringbolt may have published it.
fn check(name: &FlowName, version: u64, text: String) -> anyhow::Result<()> {
    let examined = Examined::new(format!("{name}, version {version}"), text);
    match &examined.flow {
        Some(flow) if flow.name == *name => Ok(()),
        Some(flow) => bail!("version {version} of the flow `{name}` is a flow of another name, `{}`", flow.name),
        None => {
            complain(&examined);
            bail!("version {version} of the flow `{name}` cannot be used by this version of Ringbolt")
        }
    }
}
