//! No function of the store is forgotten: each is known to write or to read, and is run by the tests of its kind.

use ringbolt_tests::app::root;
use std::{collections::BTreeSet, fs, path::Path};

/// Run by `writers`.
const WRITERS: [&str; 38] = [
    "add_pin",
    "append",
    "attempt",
    "attempt_unknown",
    "close_calendar",
    "count_ani_try",
    "count_call_try",
    "create_caller",
    "create_passing_caller",
    "delete_account_counters",
    "delete_caller",
    "erase_call",
    "erase_subject",
    "import_row",
    "keep_import_lock",
    "keep_transcript",
    "link_run",
    "lock_import",
    "move_head",
    "move_live",
    "move_tags",
    "note_no_former_records",
    "publish",
    "put_attributes",
    "record_visit",
    "remove_passing_caller",
    "remove_pin",
    "reopen_calendar",
    "replace_pins",
    "set_attributes",
    "set_pins",
    "set_status",
    "store_version",
    "unlink_run",
    "unlock",
    "unlock_import",
    // Its condition never holds.
    "warm_up",
    // It reads an item, and writes nothing.
    "attempt_shared",
];

/// Run by `read` and `damaged`.
const READERS: [&str; 22] = [
    "account_counters",
    "call",
    "call_tries",
    "caller",
    "callers_page",
    "calls_about",
    "closed_calendars",
    "former_records",
    "has_no_former_records",
    "head",
    "history",
    "is_erased",
    "listed_items",
    "live",
    "live_as",
    "live_in_detail",
    "live_state",
    "next_page",
    "page",
    "pin_holder",
    "pin_holders",
    "runs_of_session",
];
const READERS_OF_VERSIONS: [&str; 2] = ["text", "version"];

/// They are about tables, not about items.
const NEITHER: [&str; 5] =
    ["can_be_restored", "create_missing", "create_missing_audit", "create_missing_flows", "table_health"];

fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some(rest) = line.trim_start().strip_prefix("pub async fn ") {
                found.insert(rest.split(['(', '<']).next().unwrap().to_owned());
            }
        }
    }
}

#[test]
fn every_function_of_the_store_is_known_to_read_or_to_write() {
    let mut found = BTreeSet::new();
    functions(&root().join("crates/dynamodb/src"), &mut found);
    let known: BTreeSet<String> = WRITERS
        .iter()
        .chain(&READERS)
        .chain(&READERS_OF_VERSIONS)
        .chain(&NEITHER)
        .map(|name| (*name).to_owned())
        .collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(
        new.is_empty(),
        "{new:?}: run what writes in tests/tests/shapes/writers/, and what reads in read/ and damaged/; then add it to \
         tests/tests/shapes/functions.rs"
    );
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "{gone:?} are no longer in crates/dynamodb/src");
}
