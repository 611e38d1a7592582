//! `ringbolt hours list`

use crate::{
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    when::{local, utc},
};
use clap::Args;
use ringbolt_lambda::app::system_clock;
use serde_json::json;

/// List the lines that are closed: until when, since when, and through whom
#[derive(Args)]
#[command(after_help = "Example: ringbolt hours list --stack ringbolt")]
pub(super) struct List {
    #[command(flatten)]
    connection: ConnectionArgs,
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
                documents.push(json!({
                    "flow": flow.as_str(),
                    "hours": &name,
                    "closed_until": utc(closure.until),
                    "closed_at": utc(closure.at),
                    "by": &closure.by,
                }));
                rows.push([flow.to_string(), name, local(closure.until), local(closure.at), closure.by]);
            }
        }
        if out.json() {
            out.document(&documents)?;
        } else if rows.is_empty() {
            out.say("No line is closed: every flow's own hours hold.");
        } else {
            out.table(["Flow", "Hours", "Closed until", "Since", "Who"], &rows);
        }
        connection.close().await
    }
}
