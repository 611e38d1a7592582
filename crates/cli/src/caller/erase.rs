//! `ringbolt caller erase`

use super::{export, found};
use crate::{
    audit,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
    pin::CallerArgs,
};
use clap::Args;
use ringbolt_core::identity::CallerId;
use ringbolt_dynamodb::{Store, callers::Change};
use serde_json::json;
use std::path::PathBuf;

/// Delete everything stored about a caller, and report what was deleted
///
/// This deletes their PINs and attributes; every call in which a login named or verified them, through all its IVRs,
/// with its transcriptions; and their name in the audit log, which stays verifiable without it. It cannot be undone. If
/// it is interrupted, run the command again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller erase --stack ringbolt --realm bank 90786")]
pub(crate) struct Erase {
    #[command(flatten)]
    caller: CallerArgs,
    /// Call flows that identify the caller of a call, instead of the live ones (repeatable)
    #[arg(long, value_name = "FILE")]
    flow: Vec<PathBuf>,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What was deleted.
#[derive(Default)]
struct Erased {
    caller: bool,
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
        if !exists && found.calls.is_empty() && named == 0 {
            return Err(self.caller.unknown("nothing is stored about them"));
        }
        self.confirm.ask(&format!(
            "Erase {} in the realm {}, {}, and their name in {named} entries of the audit log? This cannot be undone.",
            if exists { "this caller" } else { "the remaining data of a caller" },
            caller.realm,
            calls(found.calls.len()),
        ))?;
        let mut begun = audit::begin(&connection, "caller erase", audit::caller(&caller)).await?;
        let erased = match erase(&connection, &store, &caller, found.calls.keys()).await {
            Ok(erased) => erased,
            Err(error) => return Err(begun.failed_with(&connection, "", error).await),
        };
        begun.forget_subject();
        let Erased { caller: item, calls: call_count, records, entries } = erased;
        let detail = format!("realm {}, callers {}, calls {call_count}", caller.realm, u8::from(item));
        begun.done(&connection, &detail).await?;
        if out.json() {
            out.document(&json!({
                "caller": item, "calls": call_count, "records": records, "entries_made_nameless": entries,
                "records_looked_at": found.looked_at,
                "records_of_flows_that_are_not_live": found.untold,
                "cannot_be_found": export::CANNOT_BE_FOUND,
            }))?;
        } else {
            out.say(if item {
                "The caller's PINs, failed attempts and attributes are deleted."
            } else {
                "The caller no longer had any PINs."
            });
            out.say(&format!("{} deleted: {records} records, including transcriptions.", calls(call_count)));
            out.say(&format!("The caller's name is removed from {entries} entries of the audit log."));
            if found.untold > 0 {
                out.say(&format!("{} records belong to call flows that are no longer live.", found.untold));
            }
            out.say("This search cannot find:");
            export::CANNOT_BE_FOUND.iter().for_each(|what| out.say(&format!("- {what}")));
        }
        connection.close().await
    }
}

fn calls(count: usize) -> String {
    if count == 1 { "1 step of a call".to_owned() } else { format!("{count} steps of calls") }
}

/// Deletes the caller first, so that no new call is verified as theirs.
async fn erase(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    response_ids: impl Iterator<Item = &String>,
) -> anyhow::Result<Erased> {
    let again = "not everything was deleted; run the command again";
    let mut erased = Erased {
        caller: store.delete_caller(caller).await.explained(connection, again)? == Change::Made,
        ..Erased::default()
    };
    for response_id in response_ids {
        erased.records += store.delete_call(response_id).await.explained(connection, again)?;
        erased.calls += 1;
    }
    let table = connection.audit()?;
    for entry in export::entries(connection, caller).await? {
        let Some(seq) = entry.seq() else { continue };
        table.erase_subject(seq).await.explained(connection, again)?;
        erased.entries += 1;
    }
    Ok(erased)
}
