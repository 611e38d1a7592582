//! `ringbolt call replay`

mod answered;
mod closed;
mod judge;
mod pin_question;
mod reads;
pub(crate) mod report;
mod tally;
#[cfg(test)]
mod tests;
mod visit;

use super::list::{Row, note_unreadable, read};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    live_flows::live_flows_if_known,
    output::Output,
    when::LocalTime,
};
use clap::Args;
use closed::ClosedThen;
use indicatif::{HumanCount, ProgressBar};
use judge::Judge;
use ringbolt_core::{flow::Flow, time::EpochMs};
use ringbolt_dynamodb::{Store, call_list::CallList};
use ringbolt_lambda::app::system_clock;
use std::{
    collections::{BTreeSet, HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    ops::Range,
    path::PathBuf,
};
use tally::Tally;

/// Calls read in parallel.
const PARALLEL_READS: usize = 32;

/// Answer a day's DialogTech calls with a changed flow, and list what would go elsewhere
///
/// Each recorded visit is answered by the changed flow as it was at its time, and compared with what was answered then.
/// Nothing is written, no PIN is tried, and no secret is read. What the record cannot tell is counted apart, with the
/// reason: PIN questions whose outcome is unknown, answers that were not kept, rules that read a caller's attributes. Visits
/// over TwiML are counted, and none of them is replayed: the state of such a call is in its URLs, which are not recorded.
///
/// The flow that answered then is needed to judge PIN questions: it is the live one, unless --against names its file.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call replay --stack ringbolt --day yesterday flows/bank.yaml")]
pub(super) struct Replay {
    /// Changed call flow
    #[arg(value_name = "FLOW.yaml")]
    flow: PathBuf,
    /// Day in this machine's time zone (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Call flow that answered on that day [default: the live one]
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A walk through the calls of a day.
struct Walk {
    calls: CallList,
    /// The IVR whose index is read; `None` for the whole table.
    ivr_id: Option<String>,
}

impl Replay {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let zone = LocalTime::of_this_machine();
        let span = zone.day(&self.day, system_clock()())?;
        let connection = self.connection.connect().await?;
        let changed = the_only(live_flows_if_known(&connection, std::slice::from_ref(&self.flow)).await?)?;
        let before = self.before(&connection, &changed, out).await?;
        let closed = ClosedThen::read(&connection, &changed, out).await;
        let judge = Judge::new(&changed, before.as_ref(), closed)?;

        let store = connection.calls()?;
        let mut tally = Tally::default();
        let progress = ProgressBar::new_spinner();
        let hasher = RandomState::new();
        // Numbers instead of ids keep the memory for a day of 100,000 calls at a few megabytes.
        let (mut seen, mut unreadable) = (HashSet::new(), 0);
        for Walk { mut calls, ivr_id } in walks(&store, &changed, before.as_ref(), &span) {
            let failed = "the calls could not be listed";
            while let Some(page) = calls.next_page().await.explained(&connection, failed)? {
                let key = |id: &str| hasher.hash_one((id, &ivr_id));
                let new: Vec<_> = page
                    .into_iter()
                    .filter(|listed| !listed.is_transcript && seen.insert(key(&listed.response_id)))
                    .collect();
                let new: Vec<String> = new.into_iter().map(|listed| listed.response_id).collect();
                for chunk in new.chunks(PARALLEL_READS) {
                    for Row { response_id, call } in read(&store, chunk, system_clock()(), &connection, failed).await? {
                        judge.call(&response_id, &call, ivr_id.as_deref(), &mut tally);
                    }
                    progress.set_message(format!("Calls replayed: {}", HumanCount(tally.calls())));
                    progress.tick();
                }
            }
            unreadable += calls.unreadable();
        }
        progress.finish_and_clear();
        note_unreadable(out, unreadable);
        let day = format!("{} ({})", zone.date(span.start), zone.zone(span.start));
        report::print(out, &changed, &day, &tally, before.is_some())?;
        connection.close().await
    }

    /// The flow that answered on that day, if it is known.
    async fn before(&self, connection: &Connection, changed: &Flow, out: Output) -> anyhow::Result<Option<Flow>> {
        if let Some(file) = &self.against {
            return the_only(live_flows_if_known(connection, std::slice::from_ref(file)).await?).map(Some);
        }
        let live = live_flows_if_known(connection, &[]).await;
        let why = match &live {
            Ok(Some(_)) => "it is not live".to_owned(),
            Ok(None) => "no live flow is known".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        let found = live.ok().flatten().unwrap_or_default().into_iter().find(|flow| flow.name == changed.name);
        if found.is_none() {
            out.note(&format!(
                "The flow `{}` as it answered is not known ({why}), so PIN questions are not judged: give it with --against FILE.",
                changed.name
            ));
        }
        Ok(found)
    }
}

/// The flow of a file.
fn the_only(flows: Option<Vec<Flow>>) -> anyhow::Result<Flow> {
    match <[Flow; 1]>::try_from(flows.unwrap_or_default()) {
        Ok([flow]) => Ok(flow),
        Err(_) => Err(Usage::new("give the file of one call flow")),
    }
}

/// The index of each IVR of both flows. If the earlier flow is unknown, so are IVRs that the changed one no longer has,
/// and the whole table is read.
fn walks(store: &Store, changed: &Flow, before: Option<&Flow>, span: &Range<EpochMs>) -> Vec<Walk> {
    let Some(before) = before else {
        return vec![Walk { calls: store.calls_of_all_ivrs(span.clone()), ivr_id: None }];
    };
    let ids: BTreeSet<String> = [changed, before]
        .into_iter()
        .flat_map(|flow| flow.ivrs.iter())
        // TwiML visits to an IVR without an id are recorded under its name.
        .map(|ivr| ivr.id.as_ref().map_or_else(|| ivr.name.to_string(), ToString::to_string))
        .collect();
    let walk = |id: String| Walk { calls: store.calls_of_ivr(&id, span.clone()), ivr_id: Some(id) };
    ids.into_iter().map(walk).collect()
}
