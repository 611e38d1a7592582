//! `ringbolt hours close`

use super::{calendar, until::until};
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{LocalTime, Utc},
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::{Closure, ClosureChange};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

/// Close a line until a time: `open("NAME")` is false, whatever the flow's hours say
///
/// The closure ends by itself. The functions look for closures every 30 seconds. A second `close` replaces the first.
#[derive(Args)]
#[command(after_help = "Example: ringbolt hours close support --until 18:00 --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Close {
    /// The name under `hours` in the flow
    name: String,
    /// Until when, by a clock in the time zone of these hours: a time of today, or a date and a time
    #[arg(long, value_name = "TIME")]
    until: String,
    /// The flow, if several have hours of this name
    #[arg(long, value_name = "FLOW", value_parser = FlowName::parse)]
    flow: Option<FlowName>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A line was closed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LineClosed {
    /// The flow's name.
    flow: String,
    /// The name under `hours` in the flow.
    hours: String,
    /// When the closure ends.
    ends_at: Utc,
    /// When the closure that it replaces would have ended; null if the line was not closed.
    instead_of_ends_at: Option<Utc>,
}

impl Close {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let table = connection.flows()?;
        let found = calendar::find(&connection, &table, &self.name, self.flow.as_ref()).await?;
        let (title, now) = (found.title(), system_clock()());
        let closure = Closure { until: until(&self.until, &found.zone, now)?, at: now, by: connection.by()? };
        let unread = "the closures could not be read";
        let mut closed = table.closed_calendars().await.explained(&connection, unread)?;
        let seen = closed.get_mut(&found.flow).and_then(|closed| closed.remove(&found.name));
        connection.announce(out);
        let begun = audit::begin(&connection, "hours close", found.subject()).await?;
        let zone = LocalTime::of(found.zone.clone());
        let until = zone.date_and_time(closure.until);
        let changed = match table.close_calendar(&found.flow, &found.name, seen.as_ref(), &closure).await {
            Ok(changed) => changed,
            Err(error) => {
                let kind = error.kind();
                let why = connection.explain(error).context(format!("{title} were not closed"));
                return Err(begun.failed_with(&connection, kind, why).await);
            }
        };
        match changed {
            ClosureChange::Done => begun.done(&connection, &format!("until {until}")).await?,
            ClosureChange::Overtaken { .. } => {
                begun.failed(&connection, "somebody else was first").await?;
                bail!(
                    "somebody else closed or opened {title} meanwhile, so nothing was changed: look at `ringbolt hours \
                     list`, then try again"
                );
            }
            ClosureChange::NotLive => {
                begun.failed(&connection, "the flow is not live").await?;
                bail!("no version of the flow `{}` is live, so {title} were not closed", found.flow);
            }
        }
        let before = seen.filter(|seen| seen.until > now).map(|seen| seen.until);
        let instead = before.map(|before| format!(", instead of {}", zone.date_and_time(before))).unwrap_or_default();
        out.say(&format!(
            "Closed {title} until {until}{instead}. To lift it: `ringbolt hours open {} --flow {}`.",
            found.name, found.flow
        ));
        if out.json() {
            out.document(&LineClosed {
                flow: found.flow.to_string(),
                hours: found.name,
                ends_at: Utc::of(closure.until),
                instead_of_ends_at: before.map(Utc::of),
            })?;
        }
        connection.close().await
    }
}
