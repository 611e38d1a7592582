//! `ringbolt hours open`

use super::calendar;
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::ClosureChange;
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

/// Lift a closure early: the flow's own hours hold again
#[derive(Args)]
#[command(after_help = "Example: ringbolt hours open support --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Open {
    /// The name under `hours` in the flow
    name: String,
    /// The flow, if several have hours of this name
    #[arg(long, value_name = "FLOW", value_parser = FlowName::parse)]
    flow: Option<FlowName>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A closure was lifted, or there was none.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LineOpened {
    /// The flow's name.
    flow: String,
    /// The name under `hours` in the flow.
    hours: String,
    /// What happened.
    outcome: Opening,
}

/// What `hours open` did.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Opening {
    /// The closure was lifted.
    Lifted,
    /// No closure held.
    Unchanged,
}

impl Open {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let table = connection.flows()?;
        let found = calendar::find(&connection, &table, &self.name, self.flow.as_ref()).await?;
        let title = found.title();
        let unread = "the closures could not be read";
        let mut closed = table.closed_calendars().await.explained(&connection, unread)?;
        let seen = closed.get_mut(&found.flow).and_then(|closed| closed.remove(&found.name));
        let report = |outcome| {
            let document = LineOpened { flow: found.flow.to_string(), hours: found.name.clone(), outcome };
            if out.json() { out.document(&document) } else { Ok(()) }
        };
        let now = system_clock()();
        let Some(seen) = seen.filter(|seen| seen.until > now) else {
            out.say(&format!("No closure holds for {title}: the flow decides."));
            report(Opening::Unchanged)?;
            return connection.close().await;
        };
        connection.announce(out);
        let begun = audit::begin(&connection, "hours open", found.subject()).await?;
        match table.reopen_calendar(&found.flow, &found.name, &seen).await {
            Ok(ClosureChange::Done) => begun.done(&connection, "").await?,
            Ok(ClosureChange::Overtaken { .. } | ClosureChange::NotLive) => {
                begun.failed(&connection, "somebody else was first").await?;
                bail!(
                    "somebody else changed the closure of {title} meanwhile, so it was not lifted: look at `ringbolt \
                     hours list`, then try again"
                );
            }
            Err(error) => {
                let kind = error.kind();
                let why = connection.explain(error).context(format!("the closure of {title} was not lifted"));
                return Err(begun.failed_with(&connection, kind, why).await);
            }
        }
        out.say(&format!("Lifted the closure of {title}: the flow decides again."));
        report(Opening::Lifted)?;
        connection.close().await
    }
}
