//! `ringbolt call list`

use super::{log::outcomes, newest::Newest, number::CallingNumber, record::CallRecord};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    live_flows::live_flows_if_known,
    output::Output,
    when::{LocalTime, Utc},
};
use clap::Args;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{Store, call_list::Listed};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};
use tokio::task::JoinSet;

/// Calls read in parallel.
const PARALLEL_READS: usize = 16;
const FAILED: &str = "the calls could not be listed";

/// List a day's DialogTech and TwiML calls
///
/// Each line is one run through an IVR, with DialogTech's ivr_response_id, or with the CallSid and the number of the run
/// (-r1). With --ivr, the index of that IVR is
/// read, newest call first. Without it, the whole table is read, which is slow and costly if the table is large.
///
/// --outcome looks at the records. A call whose record does not have its outcome is not found: see `ringbolt call tail`,
/// which follows the log. Wix Answers calls are only in the log.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call list --stack ringbolt --ivr 12345 --day yesterday --ani-ends 0142")]
pub(super) struct List {
    /// Building-block id of an IVR, or its name (repeatable)
    #[arg(long, value_name = "ID")]
    ivr: Vec<String>,
    /// Day in this machine's time zone (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Only calls from numbers that end with these digits
    #[arg(long, value_name = "DIGITS")]
    ani_ends: Option<String>,
    /// Only calls with this outcome, such as verified, wrong, locked or fallback
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

/// A call, as `call list --json` prints it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ListedCall {
    /// The id of one run through an IVR: DialogTech's `ivr_response_id`; for TwiML, the `CallSid` with `-r` and the number of
    /// the run.
    response_id: String,
    /// The id of the whole call (`ivr_session_id`, `CallSid`).
    session_id: Option<String>,
    /// When the first request or transcription of it came in: ISO 8601, UTC.
    at: Option<Utc>,
    /// The flow that answered.
    flow: String,
    /// The IVR's name in the flow.
    ivr: Option<String>,
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: String,
    /// The calling number's last four digits, or `withheld`. `null` if only transcriptions are stored.
    from: Option<String>,
    /// How each visit ended, in order, in one word such as `verified`. `null` for a visit whose outcome is not stored.
    outcomes: Vec<Option<String>>,
    /// What was answered to each visit, in order: an app of DialogTech, or `say`. A TwiML document has the app that it plays. `null` for a visit whose answer is not
    /// stored.
    answers: Vec<Option<String>>,
    /// The number of its transcriptions.
    transcriptions: usize,
    /// Whether a duress PIN was keyed in it.
    duress: bool,
}

/// Where calls are read from, and those that are listed.
struct Page<'a> {
    store: &'a Store,
    connection: &'a Connection,
    span: &'a Range<EpochMs>,
    now: EpochMs,
    out: Output,
    zone: &'a LocalTime,
    /// The lines of the table. With --json nothing is kept.
    rows: Vec<[String; 8]>,
    listed: usize,
    last: Option<String>,
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
        let (rows, listed, last) = (Vec::new(), 0, None);
        let mut page =
            Page { store: &store, connection: &connection, span: &span, now, out, zone: &zone, rows, listed, last };
        let mut cut_off = false;
        if self.ivr.is_empty() {
            cut_off |= self.of_all_ivrs(&mut page).await?;
        }
        let mut seen = HashSet::new();
        for ivr in ids_of(&connection, &self.ivr).await.iter().filter(|ivr| seen.insert(ivr.as_str())) {
            cut_off |= self.of_ivr(&mut page, ivr).await?;
        }
        page.finish(cut_off);
        connection.close().await
    }

    /// Lists an IVR's calls up to the limit, in the order of its index. Returns whether there were more.
    async fn of_ivr(&self, page: &mut Page<'_>, ivr: &str) -> anyhow::Result<bool> {
        let mut walk = page.store.calls_of_ivr(ivr, page.span.clone());
        while let Some(listed) = walk.next_page().await.explained(page.connection, FAILED)? {
            if self.take(page, &listed, Some(ivr)).await? {
                note_unreadable(page.out, walk.unreadable());
                return Ok(true);
            }
        }
        note_unreadable(page.out, walk.unreadable());
        Ok(false)
    }

    /// Lists the newest calls of the whole table up to the limit. Returns whether there were more.
    async fn of_all_ivrs(&self, page: &mut Page<'_>) -> anyhow::Result<bool> {
        let limit = self.limit as usize;
        // Few calls have transcriptions and no visit, and only reading tells.
        let (mut visits, mut transcripts) = (Newest::most(limit), Newest::most(limit * 4));
        let mut walk = page.store.calls_of_all_ivrs(page.span.clone());
        while let Some(listed) = walk.next_page().await.explained(page.connection, FAILED)? {
            for listed in listed {
                if listed.is_transcript {
                    transcripts.offer(listed);
                } else if self.is_from_wanted(&CallingNumber::new(listed.number.as_deref(), true))
                    && (self.outcome.is_none() || self.outcome == listed.outcome)
                {
                    visits.offer(listed);
                }
            }
        }
        note_unreadable(page.out, walk.unreadable());
        let more = visits.has_more();
        let mut newest = visits.into_listed(false);
        if self.outcome.is_none() {
            newest.extend(transcripts.into_listed(true));
        }
        newest.sort_by(|a, b| (b.at, &b.response_id).cmp(&(a.at, &a.response_id)));
        Ok(self.take(page, &newest, None).await? || more)
    }

    fn is_from_wanted(&self, number: &CallingNumber) -> bool {
        self.ani_ends.as_ref().is_none_or(|ends| number.ends_with(ends))
    }

    /// Reads calls and lists the matching ones up to the limit. Returns whether there were more.
    async fn take(&self, page: &mut Page<'_>, newest: &[Listed], ivr: Option<&str>) -> anyhow::Result<bool> {
        for chunk in newest.chunks(PARALLEL_READS) {
            let ids: Vec<String> = chunk.iter().map(|listed| listed.response_id.clone()).collect();
            let rows = read(page.store, &ids, page.now, page.connection, FAILED).await?;
            for (row, listed) in rows.into_iter().zip(chunk) {
                let meant = (ivr, self.outcome.as_deref());
                let is_listed_here = row.call.is_listed_at(listed.at, listed.is_transcript, meant, page.span);
                // Two visits within a millisecond are next to each other.
                let is_repeated = page.last.as_ref() == Some(&row.response_id);
                if !is_listed_here || is_repeated || !self.is_from_wanted(&row.call.number(true)) {
                    continue;
                }
                if page.listed == self.limit as usize {
                    return Ok(true);
                }
                page.list(row)?;
            }
        }
        Ok(false)
    }
}

impl Page<'_> {
    fn list(&mut self, row: Row) -> anyhow::Result<()> {
        self.listed += 1;
        if self.out.json() {
            self.out.line(&document(&row))?;
        } else {
            self.rows.push(columns(&row, self.zone));
        }
        self.last = Some(row.response_id);
        Ok(())
    }

    fn finish(&self, cut_off: bool) {
        let (day, zone) = (self.zone.date(self.span.start), self.zone.zone(self.span.start));
        if self.listed == 0 {
            self.out.say(&format!("No matching calls on {day} ({zone})."));
        } else if !self.out.json() {
            let time = format!("{day} {zone}");
            let header = [&time, "RESPONSE", "FLOW", "IVR", "FROM", "OUTCOME", "ANSWER", "TRANSCRIPTIONS"];
            self.out.table(header, &self.rows);
        }
        if cut_off && self.listed > 0 {
            let shown = if self.listed == 1 { "1 call is".to_owned() } else { format!("{} calls are", self.listed) };
            self.out.note(&format!("Only {shown} shown. Show more with --limit."));
        }
    }
}

/// The ids under which calls of these IVRs are listed: those that are given, and those of IVRs with these names in the live
/// flows. Without the flows, only the given ones.
pub(super) async fn ids_of(connection: &Connection, given: &[String]) -> Vec<String> {
    let flows = match given.is_empty() {
        true => None,
        false => live_flows_if_known(connection, &[]).await.ok().flatten(),
    };
    let mut ids = Vec::new();
    for name in given {
        ids.push(name.clone());
        let named = flows.iter().flatten().flat_map(|flow| flow.ivrs.iter()).filter(|ivr| ivr.name.as_str() == name);
        ids.extend(named.filter_map(|ivr| Some(ivr.id.as_ref()?.as_str().to_owned())));
    }
    ids
}

/// A call's id as written in the log, which leaves out whatever does not look like an id.
pub(crate) fn id_in_log(response_id: &str) -> String {
    ringbolt_lambda::Answer::text("").call(Some(response_id)).report.call
}

/// Says how many items of the pages that were read are not among the calls.
pub(super) fn note_unreadable(out: Output, items: usize) {
    match items {
        0 => {}
        1 => out.note("One item is left out, because its time cannot be read: Ringbolt did not write it."),
        several => out.note(&format!(
            "{several} items are left out, because their times cannot be read: Ringbolt did not write them."
        )),
    }
}

/// Reads calls in parallel and returns them in order.
///
/// # Errors
/// A call cannot be read; `undone` says what was not done.
pub(super) async fn read(
    store: &Store,
    response_ids: &[String],
    now: EpochMs,
    connection: &Connection,
    undone: &'static str,
) -> anyhow::Result<Vec<Row>> {
    let mut reading = JoinSet::new();
    for (place, response_id) in response_ids.iter().enumerate() {
        let (store, id) = (store.clone(), response_id.clone());
        reading.spawn(async move { (place, store.call(&id).await, id) });
    }
    let mut rows = BTreeMap::new();
    while let Some(read) = reading.join_next().await {
        let (place, items, response_id) = read?;
        let items = items.explained(connection, undone)?;
        rows.insert(place, Row { response_id, call: CallRecord::read(&items, now) });
    }
    Ok(rows.into_values().collect())
}

fn columns(row: &Row, zone: &LocalTime) -> [String; 8] {
    let ListedCall { response_id, flow, ivr, ivr_id, from, outcomes, answers, transcriptions, duress, .. } =
        document(row);
    let words = |words: Vec<Option<String>>| {
        let words: Vec<String> =
            words.into_iter().map(|word| word.unwrap_or_else(|| "not stored".to_owned())).collect();
        if words.is_empty() { "-".to_owned() } else { words.join(", ") }
    };
    [
        row.call.began().map(|at| zone.time(at)).unwrap_or_default(),
        response_id,
        flow,
        ivr.unwrap_or(ivr_id),
        from.unwrap_or_else(|| "-".to_owned()),
        words(outcomes) + if duress { " (duress PIN)" } else { "" },
        words(answers),
        transcriptions.to_string(),
    ]
}

fn document(row: &Row) -> ListedCall {
    let (flow, ivr_id) = row.call.flow_and_ivr();
    let visits = &row.call.visits;
    ListedCall {
        response_id: row.response_id.clone(),
        session_id: row.call.session().map(str::to_owned),
        at: row.call.began().map(Utc::of),
        flow: flow.to_owned(),
        ivr: visits.iter().find_map(|visit| visit.ivr.clone()),
        ivr_id: ivr_id.to_owned(),
        from: (!visits.is_empty()).then(|| row.call.number(false).shown()),
        outcomes: visits.iter().map(|visit| visit.outcome.clone()).collect(),
        answers: visits.iter().map(|visit| visit.action().map(str::to_owned)).collect(),
        transcriptions: row.call.transcripts.len(),
        duress: visits.iter().any(|visit| visit.duress),
    }
}
