//! `ringbolt call list`

use super::{
    log::{CallLog, LineFilter, OUTCOMES},
    record::CallRecord,
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    output::Output,
    when::LocalTime,
};
use clap::{Args, builder::PossibleValuesParser};
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
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(OUTCOMES))]
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

    /// What is kept of the span, the newest first. Of an IVR's calls, which come in this order, no more is read than is
    /// listed; the whole table has no order, and is read to its end.
    async fn newest(
        &self,
        connection: &Connection,
        mut walk: CallList,
        outcome: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<Vec<Listed>> {
        let enough = if self.ani_ends.is_none() && !self.ivr.is_empty() { self.limit as usize } else { usize::MAX };
        let (mut visits, mut transcripts) = (HashMap::new(), HashMap::new());
        while let Some(page) = walk.next_page().await.explained(connection, "the calls were not listed")? {
            for listed in page {
                if outcome.is_some_and(|calls| !calls.contains(logged(&listed.response_id).as_str())) {
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
        // A call stands at its time and not at that of its transcription, which can be much later.
        transcripts.retain(|id, _| !visits.contains_key(id));
        let mut newest: Vec<Listed> = visits.into_values().chain(transcripts.into_values()).collect();
        newest.sort_by(|a, b| (b.at, &b.response_id).cmp(&(a.at, &a.response_id)));
        Ok(newest)
    }

    /// Reads calls and lists those that are wanted, until there are enough; says whether there were more.
    #[expect(clippy::too_many_arguments, reason = "what a page is read with, and where it goes")]
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
        for some in newest.chunks(AT_ONCE) {
            let rows = read(store, some, now, connection).await?;
            for (row, Listed { is_transcript, .. }) in rows.into_iter().zip(some) {
                let wanted = self.ani_ends.as_ref().is_none_or(|ends| row.call.number(true).ends_with(ends));
                // Found by its transcription alone: the call itself is of another day, or further back.
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
async fn read(store: &Store, some: &[Listed], now: EpochMs, connection: &Connection) -> anyhow::Result<Vec<Row>> {
    let mut reading = JoinSet::new();
    for (place, Listed { response_id, .. }) in some.iter().enumerate() {
        let (store, id) = (store.clone(), response_id.clone());
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
