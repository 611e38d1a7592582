//! What export and erase cannot find, as docs/operations.md lists it.

use super::former::Former;
use crate::connection::Connection;

/// What a search came to, as far as it decides what is left.
pub(super) struct Searched<'a> {
    /// The search among records of earlier versions.
    pub(super) former: Option<&'a Former>,
    /// Whether the counters of accounts could be read, or deleted.
    pub(super) counters: bool,
}

/// What neither export nor erase can find, and why.
pub(super) fn cannot_be_found(connection: &Connection, searched: &Searched<'_>) -> Vec<&'static str> {
    let mut left = vec!["calls in which nobody keyed this user id at a login and this caller was not verified"];
    if searched.former.is_some_and(|former| former.untold > 0) {
        left.push("records of earlier versions whose flows are no longer live, unless --flow gives the flows");
    }
    left.push("transcriptions of a visit whose own record was lost");
    left.push("counters of calls and calling numbers, which are stored under keyed digests and expire within a day");
    left.push(if searched.counters {
        "counters of failed attempts at accounts under PIN keys that are no longer in the secret; they expire 90 days \
         after the last failure"
    } else {
        "counters of failed attempts at accounts, because the table of counters is unknown or not allowed (see \
         --counters-table); they expire 90 days after the last failure"
    });
    left.push(if connection.is_local() {
        "deleted data that SQLite has not yet overwritten in the local database: delete its folder if that matters"
    } else {
        "backups: point-in-time recovery of the tables goes back 35 days"
    });
    left.push("data that the provider keeps, such as its call log and recordings");
    left.push("data that receivers of the events of `StreamEvents` keep");
    left
}

/// What only an export cannot find: a transcription in the queue of an erased call is dropped when it is drained.
pub(super) const WAITING: &str = "transcriptions that wait in the queue or among the dead letters";
