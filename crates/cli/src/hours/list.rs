//! `ringbolt hours list`

use crate::{
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{Utc, local},
};
use clap::Args;
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

/// List the lines that are closed: until when, since when, and through whom
#[derive(Args)]
#[command(after_help = "Example: ringbolt hours list --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct List {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The lines that are closed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Closures {
    /// The closures that hold now.
    closures: Vec<ClosedLine>,
}

/// A closure.
#[derive(Serialize, JsonSchema)]
struct ClosedLine {
    /// The flow's name.
    flow: String,
    /// The name under `hours` in the flow.
    hours: String,
    /// When the closure ends.
    ends_at: Utc,
    /// When the line was closed.
    closed_at: Utc,
    /// Who closed it.
    by: String,
}

impl List {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let unread = "the closures could not be read";
        let closed = connection.flows()?.closed_calendars().await.explained(&connection, unread)?;
        let now = system_clock()();
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for (flow, closed) in closed {
            for (name, closure) in closed.into_iter().filter(|(_, closure)| closure.until > now) {
                documents.push(ClosedLine {
                    flow: flow.to_string(),
                    hours: name.clone(),
                    ends_at: Utc::of(closure.until),
                    closed_at: Utc::of(closure.at),
                    by: closure.by.clone(),
                });
                rows.push([flow.to_string(), name, local(closure.until), local(closure.at), closure.by]);
            }
        }
        if out.json() {
            out.document(&Closures { closures: documents })?;
        } else if rows.is_empty() {
            out.say("No line is closed: every flow's own hours hold.");
        } else {
            out.table(["Flow", "Hours", "Closed until", "Since", "Who"], &rows);
        }
        connection.close().await
    }
}
