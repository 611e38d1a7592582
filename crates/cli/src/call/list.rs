//! `ringbolt call list`

use super::{
    log::{CallLog, LineFilter, outcomes},
    newest::Newest,
    number::CallingNumber,
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
use ringbolt_dynamodb::{Store, call_list::Listed};
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
};
use tokio::task::JoinSet;

/// Calls read in parallel.
const PARALLEL_READS: usize = 8;
const FAILED: &str = "the calls could not be listed";

/// List a day's DialogTech calls
///
/// Each line is one respondent's run through an IVR, with its ivr_response_id. With --ivr, the index of that IVR is
/// read, newest call first. Without it, the whole table is read, which is slow and costly if the table is large.
///
/// With --outcome, the day's log is read first, so only calls that are still in the log are found (LogRetentionDays). Wix
/// Answers calls are only in the log: see `ringbolt call tail`.
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
pub(super) struct Row {
    pub(super) response_id: String,
    pub(super) call: CallRecord,
}

/// Where calls are read from, and those that are listed.
struct Page<'a> {
    store: &'a Store,
    connection: &'a Connection,
    span: &'a Range<EpochMs>,
    now: EpochMs,
    out: Output,
    zone: &'a LocalTime,
    rows: Vec<Row>,
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

        let mut page =
            Page { store: &store, connection: &connection, span: &span, now, out, zone: &zone, rows: Vec::new() };
        let mut cut_off = false;
        if self.ivr.is_empty() {
            cut_off |= self.of_all_ivrs(&mut page, outcome.as_ref()).await?;
        }
        let mut seen = HashSet::new();
        for ivr in self.ivr.iter().filter(|ivr| seen.insert(ivr.as_str())) {
            cut_off |= self.of_ivr(&mut page, ivr, outcome.as_ref()).await?;
        }
        let listed = page.rows;
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

    /// Lists an IVR's calls up to the limit, in the order of its index. Returns whether there were more.
    async fn of_ivr(&self, page: &mut Page<'_>, ivr: &str, outcome: Option<&BTreeSet<String>>) -> anyhow::Result<bool> {
        let mut walk = page.store.calls_of_ivr(ivr, page.span.clone());
        while let Some(listed) = walk.next_page().await.explained(page.connection, FAILED)? {
            let wanted: Vec<_> = listed.into_iter().filter(|listed| has_outcome(listed, outcome)).collect();
            if self.take(page, &wanted, Some(ivr)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lists the newest calls of the whole table up to the limit. Returns whether there were more.
    async fn of_all_ivrs(&self, page: &mut Page<'_>, outcome: Option<&BTreeSet<String>>) -> anyhow::Result<bool> {
        let limit = self.limit as usize;
        // Few calls have transcriptions and no visit, and only reading tells.
        let (mut visits, mut transcripts) = (Newest::most(limit), Newest::most(limit * 4));
        let mut walk = page.store.calls_of_all_ivrs(page.span.clone());
        while let Some(listed) = walk.next_page().await.explained(page.connection, FAILED)? {
            for listed in listed.into_iter().filter(|listed| has_outcome(listed, outcome)) {
                if listed.is_transcript {
                    transcripts.offer(listed);
                } else if self.is_from_wanted(&CallingNumber::new(listed.number.as_deref(), true)) {
                    visits.offer(listed);
                }
            }
        }
        let more = visits.has_more();
        let mut newest = visits.into_listed(false);
        newest.extend(transcripts.into_listed(true));
        newest.sort_by(|a, b| (b.at, &b.response_id).cmp(&(a.at, &a.response_id)));
        Ok(self.take(page, &newest, None).await? || more)
    }

    fn is_from_wanted(&self, number: &CallingNumber) -> bool {
        self.ani_ends.as_ref().is_none_or(|ends| number.ends_with(ends))
    }

    /// Reads calls and lists the matching ones up to the limit. Returns whether there were more.
    async fn take(&self, page: &mut Page<'_>, newest: &[Listed], ivr: Option<&str>) -> anyhow::Result<bool> {
        for chunk in newest.chunks(PARALLEL_READS) {
            let rows = read(page.store, chunk, page.now, page.connection).await?;
            for (row, listed) in rows.into_iter().zip(chunk) {
                let is_listed_here = row.call.is_listed_at(listed.at, listed.is_transcript, ivr, page.span);
                // Two visits within a millisecond are next to each other.
                let is_repeated = page.rows.last().is_some_and(|last| last.response_id == row.response_id);
                if !is_listed_here || is_repeated || !self.is_from_wanted(&row.call.number(true)) {
                    continue;
                }
                if page.rows.len() == self.limit as usize {
                    return Ok(true);
                }
                if page.out.json() {
                    page.out.line(&document(&row, page.zone))?;
                }
                page.rows.push(row);
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

fn has_outcome(listed: &Listed, outcome: Option<&BTreeSet<String>>) -> bool {
    outcome.is_none_or(|calls| calls.contains(id_in_log(&listed.response_id).as_str()))
}

/// A call's id as written in the log, which leaves out whatever does not look like an id.
pub(crate) fn id_in_log(response_id: &str) -> String {
    ringbolt_lambda::Answer::text("").call(Some(response_id)).report.call
}

/// Reads calls in parallel and returns them in order.
pub(super) async fn read(
    store: &Store,
    chunk: &[Listed],
    now: EpochMs,
    connection: &Connection,
) -> anyhow::Result<Vec<Row>> {
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
