//! `ringbolt caller export`

use super::{
    former::Former,
    found::{self, Found},
    show,
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    live_flows::live_flows_if_known,
    output::Output,
    pin::CallerArgs,
    when,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::identity::CallerId;
use ringbolt_dev::private_file;
use ringbolt_dynamodb::audit::{Order, Recorded};
use ringbolt_lambda::app::system_clock;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Write everything stored about a caller as one JSON document
///
/// It contains their entry without PINs (PINs cannot be shown), every call in which a login named or verified them,
/// with its transcriptions, and the administrative changes to them. It also lists what it cannot contain.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller export --stack ringbolt --realm bank 90786 --out 90786.json")]
pub(crate) struct Export {
    #[command(flatten)]
    caller: CallerArgs,
    /// Write to this file, readable only by you, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Call flows that identify the caller in records of earlier versions, instead of the live ones (repeatable)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Export {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let store = connection.store()?;
        let item = store.caller(&caller).await.explained(&connection, "the caller could not be read")?;
        let found = found::find(&connection, &store, &caller, &self.flow).await?;
        let changes = changes(&connection, &caller).await?;
        if item.is_none() && found.calls.is_empty() && changes.is_empty() {
            return Err(self.caller.unknown("nothing is stored about them"));
        }
        let now = system_clock()();
        let flows = live_flows_if_known(&connection, &self.flow).await?;
        let mut calls = Vec::new();
        for (response_id, Found { verified, .. }) in &found.calls {
            let items = store.call(response_id).await.explained(&connection, "a call could not be read")?;
            calls.push(json!({ "response_id": response_id, "verified_before": verified, "records": items }));
        }
        let document = json!({
            "exported_at": when::utc(now),
            "from": connection.name(),
            "caller": item.map(|item| show::document(&caller, &item, flows.as_deref(), now)),
            "calls": calls,
            "changes": changes,
            "records_of_earlier_versions": found.former.as_ref().map(former),
            "cannot_be_found": CANNOT_BE_FOUND.into_iter().chain([WAITING]).collect::<Vec<_>>(),
        });
        match &self.out {
            None => out.document(&document)?,
            Some(file) => {
                let text = format!("{document:#}\n");
                private_file::replace(file, text.as_bytes())
                    .with_context(|| format!("{} could not be written", file.display()))?;
                out.say(&format!("{}: {} calls, {} changes.", file.display(), calls.len(), changes.len()));
            }
        }
        connection.close().await
    }
}

/// What neither export nor erase can find, and why.
pub(super) const CANNOT_BE_FOUND: [&str; 4] = [
    "calls in which nobody keyed this user id at a login and this caller was not verified",
    "transcriptions of a visit whose own record was lost",
    "counters of calls and calling numbers, which are stored under keyed digests and expire within a day",
    "backups: point-in-time recovery of the tables goes back 35 days",
];

/// What only an export cannot find: a transcription in the queue of an erased call is dropped when it is drained.
const WAITING: &str = "transcriptions that wait in the queue or among the dead letters";

/// The search among records of earlier versions as JSON.
pub(super) fn former(former: &Former) -> Value {
    json!({
        "records": former.records,
        "records_looked_at": former.looked_at,
        "records_of_flows_that_are_not_live": former.untold,
    })
}

/// The administrative changes to the caller.
async fn changes(connection: &Connection, caller: &CallerId) -> anyhow::Result<Vec<Value>> {
    let entries = entries(connection, caller).await?;
    let shown = entries.into_iter().map(|recorded| match recorded {
        Recorded::Entry(entry) => json!({
            "number": entry.seq,
            "at": when::utc(entry.content.at),
            "command": entry.content.command,
            "step": entry.content.step.as_str(),
        }),
        Recorded::Unreadable { seq } => json!({ "number": seq }),
    });
    Ok(shown.collect())
}

/// The audit log entries that name the caller.
pub(super) async fn entries(connection: &Connection, caller: &CallerId) -> anyhow::Result<Vec<Recorded>> {
    const PAGE: u16 = 500;
    let (table, name) = (connection.audit()?, crate::audit::caller(caller));
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let page = table.page(Order::OldestFirst, from, PAGE).await;
        let page = page.explained(connection, "the audit log could not be read")?;
        let names_caller = |recorded: &Recorded| matches!(recorded, Recorded::Entry(entry) if entry.content.subject.name() == Some(name.as_str()));
        found.extend(page.entries.into_iter().filter(names_caller));
        from = page.next;
        if from.is_none() {
            return Ok(found);
        }
    }
}
