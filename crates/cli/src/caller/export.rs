//! `ringbolt caller export`

use super::{
    counters::{self, ExportedCounter},
    former::Former,
    found::{self, Found},
    left::{self, Searched},
    show::{self, CallerEntry},
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    live_flows::live_flows_if_known,
    out_file::require_folder,
    output::Output,
    pin::CallerArgs,
    when::Utc,
};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::{identity::CallerId, text::counted};
use ringbolt_dev::private_file;
use ringbolt_dynamodb::audit::{Order, Recorded};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Write everything stored about a caller as one JSON document
///
/// It contains their entry without PINs (PINs cannot be shown), every call in which a login named or verified them,
/// with its transcriptions, failed attempts under the name of their account, and the administrative changes to them. It
/// also lists what it cannot contain.
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

/// Everything stored about a caller.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CallerExport {
    /// When it was exported.
    exported_at: Utc,
    /// The deployment that it comes from.
    from: String,
    /// The caller's entry; null if they no longer have one.
    caller: Option<CallerEntry>,
    /// The counters of failed attempts under the name of their account, in addition to the one in their entry. Empty also if
    /// they cannot be read; `cannot_be_found` says so.
    account_counters: Vec<ExportedCounter>,
    /// The calls in which a login named or verified them.
    calls: Vec<ExportedCall>,
    /// The administrative changes to them, oldest first.
    changes: Vec<ExportedChange>,
    /// What the search among records of earlier versions came to; null if none are left.
    records_of_earlier_versions: Option<FormerRecords>,
    /// What this document cannot contain, and why.
    cannot_be_found: Vec<&'static str>,
}

/// A run through an IVR.
#[derive(Serialize, JsonSchema)]
struct ExportedCall {
    /// DialogTech's `ivr_response_id`; for TwiML, the `CallSid` with `-r` and the number of the run.
    response_id: String,
    /// Whether the caller had been verified before.
    verified_before: bool,
    /// The items of the table of calls, as they are stored. Times in them are in milliseconds since 1970.
    records: Vec<BTreeMap<String, Value>>,
}

/// An entry of the audit log about a caller. An unreadable one has only its number, if that.
#[derive(Serialize, JsonSchema)]
struct ExportedChange {
    /// Its number; null if it cannot be read.
    number: Option<u64>,
    /// When; null if it cannot be read.
    at: Option<Utc>,
    /// The command; null if it cannot be read.
    command: Option<String>,
    /// `begun`, `done` or `failed`; null if it cannot be read.
    step: Option<&'static str>,
}

/// What the search among records of earlier versions came to. They do not say whose they are.
#[derive(Serialize, JsonSchema)]
pub(super) struct FormerRecords {
    /// How many there are.
    records: u64,
    /// How many of all calls' records were looked at.
    looked_at_records: u64,
    /// How many of them belong to flows that are no longer live, so that nothing says whose they are.
    records_of_flows_that_are_not_live: u64,
}

impl Export {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        self.out.as_deref().map_or(Ok(()), require_folder)?;
        let connection = self.connection.connect().await?;
        let store = connection.store()?;
        let item = store.caller(&caller).await.explained(&connection, "the caller could not be read")?;
        let found = found::find(&connection, &store, &caller, &self.flow).await?;
        let changes = changes(&connection, &caller).await?;
        let counters = counters::read(&connection, &store, &found.keys, &caller).await?;
        if item.is_none() && found.calls.is_empty() && changes.is_empty() && counters.as_ref().is_none_or(Vec::is_empty)
        {
            return Err(self.caller.unknown("nothing is stored about them"));
        }
        let now = system_clock()();
        let flows = live_flows_if_known(&connection, &self.flow).await?;
        let mut calls = Vec::new();
        for (response_id, Found { verified, .. }) in &found.calls {
            let items = store.call(response_id).await.explained(&connection, "a call could not be read")?;
            let (response_id, verified_before) = (response_id.clone(), *verified);
            calls.push(ExportedCall { response_id, verified_before, records: items });
        }
        let searched = Searched { former: found.former.as_ref(), counters: counters.is_some() };
        let document = CallerExport {
            exported_at: Utc::of(now),
            from: connection.name(),
            caller: item.map(|item| show::document(&caller, &item, flows.as_deref(), now)),
            account_counters: counters.iter().flatten().map(ExportedCounter::from).collect(),
            calls,
            changes,
            records_of_earlier_versions: found.former.as_ref().map(former),
            cannot_be_found: left::cannot_be_found(&connection, &searched).into_iter().chain([left::WAITING]).collect(),
        };
        match &self.out {
            None => out.document(&document)?,
            Some(file) => {
                let text = format!("{}\n", serde_json::to_string_pretty(&document)?);
                private_file::replace(file, text.as_bytes())
                    .with_context(|| format!("{} could not be written", file.display()))?;
                let counts = [counted(document.calls.len(), "call"), counted(document.changes.len(), "change")];
                out.say(&format!("{}: {}.", file.display(), counts.join(", ")));
            }
        }
        connection.close().await
    }
}

/// The search among records of earlier versions, for programs.
pub(super) fn former(former: &Former) -> FormerRecords {
    FormerRecords {
        records: former.records,
        looked_at_records: former.looked_at,
        records_of_flows_that_are_not_live: former.untold,
    }
}

/// The administrative changes to the caller.
async fn changes(connection: &Connection, caller: &CallerId) -> anyhow::Result<Vec<ExportedChange>> {
    let entries = entries(connection, caller).await?;
    let shown = entries.into_iter().map(|recorded| match recorded {
        Recorded::Entry(entry) => ExportedChange {
            number: Some(entry.seq),
            at: Some(Utc::of(entry.content.at)),
            command: Some(entry.content.command),
            step: Some(entry.content.step.as_str()),
        },
        Recorded::Unreadable { seq } => ExportedChange { number: seq, at: None, command: None, step: None },
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
