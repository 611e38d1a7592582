//! `ringbolt call list`

use super::{
    log::{CallLog, LineFilter},
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

/// How many calls are read at the same time.
const AT_ONCE: usize = 8;

/// List the calls of a day: DialogTech's, whose results and transcriptions are kept
///
/// One line a respondent's run through an IVR, under its ivr_response_id. With --ivr the index of that IVR is read, the
/// newest call first. Without it the whole table is: on a large one that takes long, and costs.
///
/// Outcomes such as `verified` and `wrong` do not stand in the table, because a call's record goes out together with the
/// attempt; they are in the functions' log. With --outcome the log of the day is read first, so it finds what the log
/// still has (LogRetentionDays). Wix Answers' calls are in the log alone: see `ringbolt call tail`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call list --stack ringbolt --ivr 12345 --day yesterday --ani-ends 0142")]
pub(super) struct List {
    /// The IVR, by its building-block id (may be given several times)
    #[arg(long, value_name = "ID")]
    ivr: Vec<String>,
    /// The day, in the zone of this machine (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Only calls from a number that ends with these digits
    #[arg(long, value_name = "DIGITS")]
    ani_ends: Option<String>,
    /// Only calls with this outcome in the log, such as verified, wrong, locked or fallback
    #[arg(long, value_name = "WORD")]
    outcome: Option<String>,
    /// The most calls to list
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A call that is listed.
struct Row {
    response_id: String,
    call: CallRecord,
}

impl List {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        if self.ani_ends.as_ref().is_some_and(|ends| ends.is_empty() || !ends.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Usage::new("--ani-ends is one or more digits, the last ones of a number"));
        }
        let (zone, now) = (LocalTime::of_this_machine(), system_clock()());
        let span = zone.day(&self.day, now)?;
        let connection = self.connection.connect().await?;
        let store = connection.calls()?;
        let outcome = self.calls_with_outcome(&connection, span.clone()).await?;

        let (mut listed, mut cut_off) = (Vec::new(), false);
        let mut seen = HashSet::new();
        if self.ivr.is_empty() {
            let ids = self.newest_of_all(&connection, &store, span.clone(), outcome.as_ref()).await?;
            cut_off = self.take(&connection, &store, ids, now, &mut listed, out, &zone).await?;
        }
        for ivr in &self.ivr {
            let mut pages = store.calls_of_ivr(ivr, span.clone());
            while let Some(page) = pages.next_page().await.explained(&connection, "the calls were not listed")? {
                let fresh = page
                    .into_iter()
                    .map(|Listed { response_id, .. }| response_id)
                    .filter(|id| outcome.as_ref().is_none_or(|calls| calls.contains(logged(id).as_str())))
                    .filter(|id| seen.insert(id.clone()));
                if self.take(&connection, &store, fresh.collect(), now, &mut listed, out, &zone).await? {
                    cut_off = true;
                    break;
                }
            }
        }
        self.finish(out, &zone, &span, &listed, cut_off);
        connection.close().await
    }

    /// The calls that the log has with the outcome asked for.
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

    /// The newest calls of all IVRs. The table has no order, so it is read to its end; no more is kept than is listed,
    /// except where only the calls themselves say whether they are wanted.
    async fn newest_of_all(
        &self,
        connection: &Connection,
        store: &Store,
        span: Range<EpochMs>,
        outcome: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<Vec<String>> {
        let most = if self.ani_ends.is_some() { usize::MAX } else { self.limit as usize + 1 };
        let mut times: BTreeMap<String, EpochMs> = BTreeMap::new();
        let mut newest: BTreeSet<(EpochMs, String)> = BTreeSet::new();
        let mut pages = store.calls_of_all_ivrs(span);
        while let Some(page) = pages.next_page().await.explained(connection, "the calls were not listed")? {
            for Listed { response_id, at, .. } in page {
                if outcome.is_some_and(|calls| !calls.contains(logged(&response_id).as_str())) {
                    continue;
                }
                // A call's first item counts, whichever comes first here.
                let earlier = times.get(&response_id).copied();
                if earlier.is_some_and(|known| known <= at) {
                    continue;
                }
                if let Some(known) = earlier {
                    newest.remove(&(known, response_id.clone()));
                }
                newest.insert((at, response_id.clone()));
                times.insert(response_id, at);
                if newest.len() > most
                    && let Some((_, oldest)) = newest.pop_first()
                {
                    times.remove(&oldest);
                }
            }
        }
        Ok(newest.into_iter().rev().map(|(_, id)| id).collect())
    }

    /// Reads calls and lists those that are wanted, until there are enough; says whether there were more.
    #[expect(clippy::too_many_arguments, reason = "what a page is read with, and where it goes")]
    async fn take(
        &self,
        connection: &Connection,
        store: &Store,
        ids: Vec<String>,
        now: EpochMs,
        listed: &mut Vec<Row>,
        out: Output,
        zone: &LocalTime,
    ) -> anyhow::Result<bool> {
        for ids in ids.chunks(AT_ONCE) {
            for row in read(store, ids, now, connection).await? {
                let wanted = self.ani_ends.as_ref().is_none_or(|ends| row.call.number(true).ends_with(ends));
                if row.call.is_empty() || !wanted {
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
                out.say(&format!("No call is kept of {day} ({}) that fits.", zone.zone(span.start)));
            } else {
                let time = format!("{day} {}", zone.zone(span.start));
                out.table([&time, "RESPONSE", "FLOW", "IVR", "FROM", "ANSWER", "TEXTS"], &rows);
            }
        }
        if cut_off {
            out.note(&format!("There are more: these are {}. Ask for more with --limit.", listed.len()));
        }
    }
}

/// A call's id as the log has it: as far as it looks like an id.
pub(super) fn logged(response_id: &str) -> String {
    ringbolt_lambda::Answer::text("").call(Some(response_id)).report.call
}

/// Reads some calls at the same time; they come back in their order.
async fn read(store: &Store, ids: &[String], now: EpochMs, connection: &Connection) -> anyhow::Result<Vec<Row>> {
    let mut reading = JoinSet::new();
    for (place, id) in ids.iter().enumerate() {
        let (store, id) = (store.clone(), id.clone());
        reading.spawn(async move { (place, store.call(&id).await, id) });
    }
    let mut rows = BTreeMap::new();
    while let Some(read) = reading.join_next().await {
        let (place, items, response_id) = read?;
        let items = items.explained(connection, "the calls were not listed")?;
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
