//! `ringbolt call list`

use super::{
    log::{CallLog, LineFilter, outcomes},
    record::CallRecord,
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    output::Output,
    when::LocalTime,
};
use clap::Args;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{
    Store,
    call_list::{CallList, Listed},
};
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Range,
};
use tokio::task::JoinSet;

/// Calls read in parallel.
const PARALLEL_READS: usize = 8;

/// List a day's DialogTech calls
///
/// Each line is one respondent's run through an IVR, with its ivr_response_id. With --ivr, the index of that IVR is
/// read, newest call first. Without it, the whole table is read, which is slow and costly if the table is large.
///
/// Outcomes such as `verified` and `wrong` are not in the table, because a call's record is written together with the
/// attempt; they are in the functions' log. With --outcome, the day's log is read first, so only calls that are still in
/// the log are found (LogRetentionDays). Wix Answers calls are only in the log: see `ringbolt call tail`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call list --stack ringbolt --ivr 12345 --day yesterday --ani-ends 0142")]
pub(super) struct List {
    /// Building-block id of an IVR (repeatable)
    #[arg(long, value_name = "ID")]
    ivr: Vec<String>,
    /// Day in this machine's time zone (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Only calls from numbers that end with these digits
    #[arg(long, value_name = "DIGITS")]
    ani_ends: Option<String>,
    /// Only calls with this outcome in the log, such as verified, wrong, locked or fallback
    #[arg(long, value_name = "WORD", value_parser = outcomes())]
    outcome: Option<String>,
    /// Maximum number of calls
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A listed call.
struct Row {
    response_id: String,
    call: CallRecord,
}

impl List {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        if self.ani_ends.as_ref().is_some_and(|ends| ends.is_empty() || !ends.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Usage::new("--ani-ends must be the last digits of a number"));
        }
        let (zone, now) = (LocalTime::of_this_machine(), system_clock()());
        let span = zone.day(&self.day, now)?;
        let connection = self.connection.connect().await?;
        let store = connection.calls()?;
        let outcome = self.calls_with_outcome(&connection, span.clone()).await?;

        let (mut listed, mut cut_off) = (Vec::new(), false);
        let mut walks = Vec::new();
        if self.ivr.is_empty() {
            walks.push(store.calls_of_all_ivrs(span.clone()));
        }
        let mut seen = HashSet::new();
        let ivrs = self.ivr.iter().filter(|ivr| seen.insert(ivr.as_str()));
        walks.extend(ivrs.map(|ivr| store.calls_of_ivr(ivr, span.clone())));
        for walk in walks {
            let newest = self.newest(&connection, walk, outcome.as_ref()).await?;
            cut_off |= self.take(&connection, &store, &newest, now, &mut listed, out, &zone).await?;
        }
        self.finish(out, &zone, &span, &listed, cut_off);
        connection.close().await
    }

    /// The calls with the requested outcome, according to the log.
    async fn calls_with_outcome(
        &self,
        connection: &Connection,
        span: Range<EpochMs>,
    ) -> anyhow::Result<Option<BTreeSet<String>>> {
        let Some(outcome) = &self.outcome else { return Ok(None) };
        let filter = LineFilter { outcome: Some(outcome.clone()), call: None };
        let mut calls = BTreeSet::new();
        CallLog::of(connection)?
            .read(span, &filter, |line| {
                calls.insert(line.call);
            })
            .await?;
        Ok(Some(calls))
    }

    /// The stored calls of the span, newest first. An IVR's index is in this order, so reading stops at the limit. The whole
    /// table has no order and is read to its end.
    async fn newest(
        &self,
        connection: &Connection,
        mut walk: CallList,
        outcome: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<Vec<Listed>> {
        let enough = if self.ani_ends.is_none() && !self.ivr.is_empty() { self.limit as usize } else { usize::MAX };
        let (mut visits, mut transcripts) = (HashMap::new(), HashMap::new());
        while let Some(page) = walk.next_page().await.explained(connection, "the calls could not be listed")? {
            for listed in page {
                if outcome.is_some_and(|calls| !calls.contains(id_in_log(&listed.response_id).as_str())) {
                    continue;
                }
                let kept = if listed.is_transcript { &mut transcripts } else { &mut visits };
                let first = kept.entry(listed.response_id.clone()).or_insert_with(|| listed.clone());
                first.at = first.at.min(listed.at);
            }
            if visits.len() > enough {
                break;
            }
        }
        // A call is sorted by its own time, because its transcription can be much later.
        transcripts.retain(|id, _| !visits.contains_key(id));
        let mut newest: Vec<Listed> = visits.into_values().chain(transcripts.into_values()).collect();
        newest.sort_by(|a, b| (b.at, &b.response_id).cmp(&(a.at, &a.response_id)));
        Ok(newest)
    }

    /// Reads calls and lists the matching ones up to the limit. Returns whether there were more.
    #[expect(clippy::too_many_arguments, reason = "the source, the filters and the target of a page")]
    async fn take(
        &self,
        connection: &Connection,
        store: &Store,
        newest: &[Listed],
        now: EpochMs,
        listed: &mut Vec<Row>,
        out: Output,
        zone: &LocalTime,
    ) -> anyhow::Result<bool> {
        for chunk in newest.chunks(PARALLEL_READS) {
            let rows = read(store, chunk, now, connection).await?;
            for (row, Listed { is_transcript, .. }) in rows.into_iter().zip(chunk) {
                let wanted = self.ani_ends.as_ref().is_none_or(|ends| row.call.number(true).ends_with(ends));
                // Only the transcription is in the span: the call itself is from another day or further back.
                let elsewhere = *is_transcript && !row.call.visits.is_empty();
                if row.call.is_empty() || elsewhere || !wanted {
                    continue;
                }
                if listed.len() == self.limit as usize {
                    return Ok(true);
                }
                if out.json() {
                    out.line(&document(&row, zone))?;
                }
                listed.push(row);
            }
        }
        Ok(false)
    }

    fn finish(&self, out: Output, zone: &LocalTime, span: &Range<EpochMs>, listed: &[Row], cut_off: bool) {
        let day = zone.date(span.start);
        if !out.json() {
            let rows: Vec<_> = listed.iter().map(|row| columns(row, zone)).collect();
            if rows.is_empty() {
                out.say(&format!("No matching calls on {day} ({}).", zone.zone(span.start)));
            } else {
                let time = format!("{day} {}", zone.zone(span.start));
                out.table([&time, "RESPONSE", "FLOW", "IVR", "FROM", "ANSWER", "TRANSCRIPTIONS"], &rows);
            }
        }
        if cut_off {
            out.note(&format!("Only {} calls are shown. Show more with --limit.", listed.len()));
        }
    }
}

/// A call's id as written in the log, which leaves out whatever does not look like an id.
pub(super) fn id_in_log(response_id: &str) -> String {
    ringbolt_lambda::Answer::text("").call(Some(response_id)).report.call
}

/// Reads calls in parallel and returns them in order.
async fn read(store: &Store, chunk: &[Listed], now: EpochMs, connection: &Connection) -> anyhow::Result<Vec<Row>> {
    let mut reading = JoinSet::new();
    for (place, Listed { response_id, .. }) in chunk.iter().enumerate() {
        let (store, id) = (store.clone(), response_id.clone());
        reading.spawn(async move { (place, store.call(&id).await, id) });
    }
    let mut rows = BTreeMap::new();
    while let Some(read) = reading.join_next().await {
        let (place, items, response_id) = read?;
        let items = items.explained(connection, "the calls could not be listed")?;
        rows.insert(place, Row { response_id, call: CallRecord::read(&items, now) });
    }
    Ok(rows.into_values().collect())
}

fn columns(row: &Row, zone: &LocalTime) -> [String; 7] {
    let (flow, ivr) = row.call.flow_and_ivr();
    let answers: Vec<&str> = row.call.visits.iter().map(super::record::VisitRecord::action).collect();
    [
        row.call.began().map(|at| zone.time(at)).unwrap_or_default(),
        row.response_id.clone(),
        flow.to_owned(),
        ivr.to_owned(),
        if row.call.visits.is_empty() { "-".to_owned() } else { row.call.number(false).shown() },
        answers.join(", "),
        row.call.transcripts.len().to_string(),
    ]
}

fn document(row: &Row, zone: &LocalTime) -> serde_json::Value {
    let (flow, ivr) = row.call.flow_and_ivr();
    json!({
        "response_id": row.response_id,
        "session_id": row.call.session(),
        "at": row.call.began().map(|at| at.0),
        "local_time": row.call.began().map(|at| zone.date_and_time(at)),
        "flow": flow,
        "ivr": ivr,
        "from": if row.call.visits.is_empty() { None } else { Some(row.call.number(false).shown()) },
        "answers": row.call.visits.iter().map(|visit| visit.answered.as_ref().map(|_| visit.action())).collect::<Vec<_>>(),
        "transcriptions": row.call.transcripts.len(),
    })
}
