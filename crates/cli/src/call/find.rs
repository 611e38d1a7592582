//! Which call an id names: in the table of calls, or else in the log.

use super::{
    list::{Row, id_in_log, read},
    log::{CallLog, LineFilter, LogLine},
};
use crate::{
    connection::{Connection, Explained as _},
    output::harmless,
    when::{LocalTime, before},
};
use anyhow::bail;
use clap::Args;
use jiff::SignedDuration;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::Store;
use ringbolt_lambda::{Answer, app::system_clock};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// Runs of one session that are read. A caller hardly goes through more IVRs in one call.
const MOST_RUNS: usize = 100;
/// Runs read in parallel.
const PARALLEL_READS: usize = 8;
const FAILED: &str = "the call could not be read";

/// The id of a call, and where to look for it.
#[derive(Args)]
pub(super) struct CallId {
    /// DialogTech's ivr_response_id (also the unique_id of a transcription) or ivr_session_id, the CallSid of Twilio,
    /// SignalWire or Telnyx (with -r1, -r2 ... for one run through an IVR), or Wix Answers' call id
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Day to search in the log if the table has nothing under this id, in this machine's time zone (TZ): YYYY-MM-DD,
    /// today or yesterday [default: the last 24 hours]
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
}

/// What an id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum IdKind {
    /// One run through an IVR: DialogTech's `ivr_response_id`, or a `CallSid` with `-r` and the number of the run.
    Response,
    /// A whole call, in which several IVRs may run: DialogTech's `ivr_session_id`, or a `CallSid`.
    Session,
    /// An id that only the log has: a Wix Answers call, or a call of which no record was stored.
    Logged,
}

/// What is known about a call.
pub(super) struct Found {
    pub(super) kind: IdKind,
    /// Its runs through IVRs, by time. Empty if only the log has it.
    pub(super) runs: Vec<Row>,
    /// Its lines in the log, by time.
    pub(super) lines: Vec<LogLine>,
    /// Why the log could not be read.
    pub(super) log_error: Option<String>,
}

impl CallId {
    /// Finds the call.
    ///
    /// # Errors
    /// The table cannot be read, the day is not a day, or nothing is known about this id.
    pub(super) async fn find(&self, connection: &Connection) -> anyhow::Result<Found> {
        let now = system_clock()();
        let searched = match &self.day {
            Some(day) => LocalTime::of_this_machine().day(day, now)?,
            None => before(now, SignedDuration::from_hours(24))..EpochMs(now.0.saturating_add(1)),
        };
        let (kind, runs) = self.runs(connection, &connection.calls()?, now).await?;
        let (lines, log_error) = self.lines(connection, span_of(kind, &runs).unwrap_or(searched)).await;
        if runs.is_empty() && lines.is_empty() {
            bail!("{}", self.unknown(connection, log_error.as_deref()));
        }
        Ok(Found { kind, runs, lines, log_error })
    }

    /// The runs in the table. A session's are found by its own items: one query.
    async fn runs(&self, connection: &Connection, store: &Store, now: EpochMs) -> anyhow::Result<(IdKind, Vec<Row>)> {
        let run = read(store, std::slice::from_ref(&self.id), now, connection, FAILED).await?;
        if run.iter().any(|row| row.call.began().is_some()) {
            return Ok((IdKind::Response, run));
        }
        let ids = store.runs_of_session(&self.id).await.explained(connection, FAILED)?;
        let mut runs = Vec::new();
        for chunk in ids.get(..ids.len().min(MOST_RUNS)).unwrap_or_default().chunks(PARALLEL_READS) {
            runs.extend(read(store, chunk, now, connection, FAILED).await?);
        }
        runs.retain(|row| row.call.began().is_some());
        runs.sort_by_key(|row| row.call.began());
        let kind = if runs.is_empty() { IdKind::Logged } else { IdKind::Session };
        Ok((kind, runs))
    }

    /// The lines in the log, and the error if it could not be read.
    async fn lines(&self, connection: &Connection, span: Range<EpochMs>) -> (Vec<LogLine>, Option<String>) {
        let logged = id_in_log(&self.id);
        // Cut off at a character that the log does not take, it would be another call's id, or that of all calls.
        if logged.is_empty() || logged.len() < self.id.len().min(Answer::MAX_ID_CHARS) {
            return (Vec::new(), None);
        }
        let filter = LineFilter { call: Some(logged), ..LineFilter::default() };
        let mut lines = Vec::new();
        let read = match CallLog::of(connection) {
            Ok(log) => log.read(span, &filter, |line| lines.push(line)).await,
            Err(error) => Err(error),
        };
        lines.sort_by_key(|line| line.at);
        (lines, read.err().map(|error| format!("{error:#}")))
    }

    fn unknown(&self, connection: &Connection, log_error: Option<&str>) -> String {
        let (id, place) = (harmless(&self.id), connection.name());
        let when = match &self.day {
            Some(day) => format!("on {}", harmless(day)),
            None => "in the last 24 hours".to_owned(),
        };
        match log_error {
            Some(error) => format!("no call {id} is stored in {place}, and the log could not be read ({error})"),
            None => format!(
                "no call {id} is stored in {place}, and its log has no such call {when}: check the id, name another day \
                 with --day, and see how long calls and logs are kept (RetentionDays, LogRetentionDays)"
            ),
        }
    }
}

/// The time in which the log has the lines of stored runs. `None` if none is stored.
fn span_of(kind: IdKind, runs: &[Row]) -> Option<Range<EpochMs>> {
    let began = runs.iter().filter_map(|row| row.call.began()).min()?;
    let ended = runs.iter().filter_map(|row| row.call.ended()).max()?;
    // A run of the session that was not recorded can come before or after the others.
    let margin = SignedDuration::from_mins(if kind == IdKind::Session { 10 } else { 1 });
    Some(before(began, margin)..before(ended, -margin))
}
