//! `ringbolt caller erase`

use super::{
    counters, export,
    former::Former,
    found::{self, FoundCalls},
    left::{self, Searched},
};
use crate::{
    audit,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
    pin::CallerArgs,
};
use clap::Args;
use ringbolt_core::{identity::CallerId, text::counted};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Delete everything stored about a caller, and report what was deleted
///
/// This deletes their PINs and attributes; failed attempts under the name of their account; every call in which a login
/// named or verified them, through all its IVRs, with its transcriptions; and their name in the audit log, which stays
/// verifiable without it. Transcriptions of those calls that still wait in the queue are dropped when they come. It cannot
/// be undone. If it is interrupted, run the command again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller erase --stack ringbolt --realm bank 90786")]
pub(crate) struct Erase {
    #[command(flatten)]
    caller: CallerArgs,
    /// Call flows that identify the caller in records of earlier versions, instead of the live ones (repeatable)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What was deleted.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Erasure {
    /// Whether the caller had an entry, which is deleted.
    caller: bool,
    /// How many counters of failed attempts under the name of their account are deleted; null if they cannot be.
    account_counters: Option<u64>,
    /// How many runs through IVRs are deleted.
    calls: usize,
    /// How many records of them are deleted, transcriptions included.
    records: u64,
    /// How many entries of the audit log have lost the caller's name.
    nameless_entries: usize,
    /// What the search among records of earlier versions came to; null if none are left.
    records_of_earlier_versions: Option<export::FormerRecords>,
    /// What this search cannot find, and why.
    cannot_be_found: Vec<&'static str>,
}

/// What was deleted.
#[derive(Default)]
struct Erased {
    caller: bool,
    counters: Option<u64>,
    calls: usize,
    records: u64,
    entries: usize,
}

impl Erase {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let store = connection.store()?;
        connection.announce(out);
        let exists = store.caller(&caller).await.explained(&connection, "the caller could not be read")?.is_some();
        let found = found::find(&connection, &store, &caller, &self.flow).await?;
        let named = export::entries(&connection, &caller).await?.len();
        let is_counted =
            counters::read(&connection, &store, &found.keys, &caller).await?.is_some_and(|all| !all.is_empty());
        if !exists && found.calls.is_empty() && named == 0 && !is_counted {
            return Err(self.caller.unknown("nothing is stored about them"));
        }
        self.confirm.ask(out, &format!(
            "Erase {} in the realm {}, {}, and their name in {named} entries of the audit log? This cannot be undone.",
            if exists { "this caller" } else { "the remaining data of a caller" },
            caller.realm,
            calls(found.calls.len()),
        ))?;
        let mut begun = audit::begin(&connection, "caller erase", audit::caller(&caller)).await?;
        let erased = match erase(&connection, &store, &caller, &found).await {
            Ok(erased) => erased,
            Err(error) => return Err(begun.failed_with(&connection, "", error).await),
        };
        if found.former.as_ref().is_some_and(|former| former.records == 0) {
            store.note_no_former_records().await.explained(&connection, "the search could not be noted")?;
        }
        begun.forget_subject();
        let Erased { caller: item, counters, calls: call_count, records, entries } = erased;
        let searched = Searched { former: found.former.as_ref(), counters: counters.is_some() };
        let left = left::cannot_be_found(&connection, &searched);
        let detail = format!("realm {}, callers {}, calls {call_count}", caller.realm, u8::from(item));
        begun.done(&connection, &detail).await?;
        if out.json() {
            out.document(&Erasure {
                caller: item,
                account_counters: counters,
                calls: call_count,
                records,
                nameless_entries: entries,
                records_of_earlier_versions: found.former.as_ref().map(export::former),
                cannot_be_found: left,
            })?;
        } else {
            out.say(if item {
                "The caller's PINs, failed attempts and attributes are deleted."
            } else {
                "The caller no longer had any PINs."
            });
            if counters.is_some_and(|counters| counters > 0) {
                out.say("The counter of failed attempts under the name of the account is deleted.");
            }
            let records = counted(records, "record");
            out.say(&format!("{} deleted: {records}, including transcriptions.", calls(call_count)));
            let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
            out.say(&format!("The caller's name is removed from {entries} of the audit log."));
            if let Some(former) = &found.former {
                tell_former(out, former);
            }
            out.say("This search cannot find:");
            left.iter().for_each(|what| out.say(&format!("- {what}")));
        }
        connection.close().await
    }
}

fn calls(count: usize) -> String {
    if count == 1 { "1 step of a call".to_owned() } else { format!("{count} steps of calls") }
}

/// Says what the search among records of earlier versions came to.
fn tell_former(out: Output, Former { records, untold, .. }: &Former) {
    if *records == 0 {
        out.say("No records of earlier versions are left, so the whole table of calls was searched for the last time.");
        return;
    }
    out.say(&format!(
        "{} of earlier versions say nothing about whose they are; the whole table of calls was searched for them.",
        counted(*records, "record")
    ));
    if *untold > 0 {
        out.say(&format!("{untold} of them belong to call flows that are no longer live: give the flows with --flow."));
    }
}

/// Deletes the caller first, so that no new call is verified as theirs. A run that only a session leads to is deleted
/// before those that lead to the session, so an interrupted erasure finds it again.
async fn erase(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    found: &FoundCalls,
) -> anyhow::Result<Erased> {
    let again = "not everything was deleted; run the command again";
    let now = system_clock()();
    let mut erased = Erased {
        caller: store.delete_caller(caller).await.explained(connection, again)? == Change::Made,
        ..Erased::default()
    };
    erased.counters = counters::delete(connection, store, &found.keys, caller).await?;
    let mut in_order: Vec<_> = found.calls.iter().collect();
    in_order.sort_by_key(|(_, found)| found.is_named);
    for (response_id, found) in in_order {
        erased.records += store.erase_call(response_id, now).await.explained(connection, again)?;
        erased.calls += 1;
        for session in &found.sessions {
            store.unlink_run(session, response_id).await.explained(connection, again)?;
        }
    }
    let table = connection.audit()?;
    for entry in export::entries(connection, caller).await? {
        let Some(seq) = entry.seq() else { continue };
        table.erase_subject(seq).await.explained(connection, again)?;
        erased.entries += 1;
    }
    Ok(erased)
}
