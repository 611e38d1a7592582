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

/// Delete all that is kept about a caller, and say what that was
///
/// His item with PINs and attributes; every call in which he was named at a login or verified, through all its IVRs, with
/// its transcriptions; and his name in the record of changes, which stays whole without it. It cannot be taken back. Where
/// it is interrupted, give the command again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller erase --stack ringbolt --realm bank 90786")]
pub(crate) struct Erase {
    #[command(flatten)]
    caller: CallerArgs,
    /// The call flows that say whose a call is, in place of the live ones (may be given several times)
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
        let there = store.caller(&caller).await.explained(&connection, "the caller could not be read")?.is_some();
        let found = found::find(&connection, &store, &caller, &self.flow).await?;
        let named = export::entries(&connection, &caller).await?.len();
        if !there && found.calls.is_empty() && named == 0 {
            return Err(self.caller.unknown("nothing is kept about him"));
        }
        self.confirm.ask(&format!(
            "Erase {} of the realm {}, {}, and his name in {named} entries of the record of changes? It cannot be taken \
             back.",
            if there { "this caller" } else { "what is left of a caller" },
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
            out.say(if item { "His PINs, counter and attributes are deleted." } else { "He had no PINs any more." });
            out.say(&format!("{} deleted: {records} records, transcriptions among them.", calls(call_count)));
            out.say(&format!("His name is taken out of {entries} entries of the record of changes."));
            if found.untold > 0 {
                out.say(&format!("{} records are of call flows that are not live any more.", found.untold));
            }
            out.say("What no search can find:");
            export::CANNOT_BE_FOUND.iter().for_each(|what| out.say(&format!("- {what}")));
        }
        connection.close().await
    }
}

fn calls(count: usize) -> String {
    if count == 1 { "1 step of a call".to_owned() } else { format!("{count} steps of calls") }
}

/// The caller first: from then on no new call is verified as his.
async fn erase(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    response_ids: impl Iterator<Item = &String>,
) -> anyhow::Result<Erased> {
    let again = "not everything was deleted; give the command again";
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
