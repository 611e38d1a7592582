//! `ringbolt call tail`

use super::log::{CallLog, LineFilter, LogLine, OUTCOMES, turned_over};
use crate::{
    connection::ConnectionArgs,
    output::{Output, Tone},
    when::{LocalTime, before},
};
use anyhow::{Context as _, bail};
use clap::{Args, builder::PossibleValuesParser};
use jiff::SignedDuration;
use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::system_clock;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Read as _, Seek as _, SeekFrom},
    path::Path,
    time::Duration,
};

/// How often CloudWatch Logs is asked: an account has five such requests a second for everybody.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// How late CloudWatch Logs may have a line.
const LATE: SignedDuration = SignedDuration::from_secs(30);
/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Follow the calls as they are answered, until Ctrl-C
///
/// One line an answer, of both providers, without anything that belongs to a caller: in AWS from the functions' log
/// groups, where a line takes some seconds to arrive; with --local from the log of `ringbolt dev`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call tail --stack ringbolt --outcome locked")]
pub(super) struct Tail {
    /// Only answers with this outcome, such as verified, wrong, locked or fallback
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(OUTCOMES))]
    outcome: Option<String>,
    /// Only this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Begin with the lines of so many minutes ago
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    since: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Tail {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let filter = LineFilter { call: self.call.clone(), outcome: self.outcome.clone() };
        let zone = LocalTime::of_this_machine();
        let tell = |line: &LogLine| print(out, &zone, line);
        let since = before(system_clock()(), SignedDuration::from_mins(i64::from(self.since)));
        // The database of a local Ringbolt is not opened: that would keep `ringbolt dev` from starting.
        if let Some(folder) = self.connection.local_folder() {
            return self.follow_file(folder, &filter, since, tell).await;
        }
        let connection = self.connection.connect().await?;
        let log = CallLog::of(&connection)?;
        follow_cloudwatch(&log, &filter, since, tell).await
    }

    async fn follow_file(
        &self,
        folder: &Path,
        filter: &LineFilter,
        since: EpochMs,
        tell: impl Fn(&LogLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if !folder.is_dir() {
            bail!("there is no {}: run `ringbolt dev` there, or name its folder with --local=FOLDER", folder.display());
        }
        let path = folder.join(ringbolt_dev::LOG);
        let wanted = |line: &LogLine| line.at >= since.0 && filter.takes(line);
        let mut at = if self.since > 0 {
            LogLine::of_file(&turned_over(&path))?.iter().filter(|line| wanted(line)).try_for_each(&tell)?;
            0
        } else {
            std::fs::metadata(&path).map_or(0, |metadata| metadata.len())
        };
        let mut half = Vec::new();
        loop {
            let (bytes, end) = read_from(&path, at).with_context(|| format!("{} cannot be read", path.display()))?;
            at = end;
            half.extend(bytes);
            while let Some(newline) = half.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = half.drain(..=newline).collect();
                if let Some(line) = LogLine::parse(&String::from_utf8_lossy(&line)).filter(wanted) {
                    tell(&line)?;
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// What has come since the last look, and where the next one begins. A shorter file is a new one: the log was turned
/// over.
fn read_from(path: &Path, at: u64) -> std::io::Result<(Vec<u8>, u64)> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    let from = if length < at { 0 } else { at };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    let read = file.take(length - from).read_to_end(&mut bytes)? as u64;
    Ok((bytes, from + read))
}

async fn follow_cloudwatch(
    log: &CallLog,
    filter: &LineFilter,
    since: EpochMs,
    tell: impl Fn(&LogLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let CallLog::CloudWatch { groups, .. } = log else { bail!("this log is a file") };
    let pattern = CallLog::pattern_of(filter);
    // Lines come late and out of order: the last half minute is asked for each time, and each line told once.
    let mut told: BTreeMap<String, i64> = BTreeMap::new();
    let mut from = since;
    loop {
        let now = system_clock()();
        let mut fresh = Vec::new();
        for group in groups {
            let read = log.events(group, from..EpochMs(i64::MAX / 2), &pattern, |event| {
                let id = event.event_id().unwrap_or_default();
                if !told.contains_key(id)
                    && let Some(line) = event.message().and_then(LogLine::parse)
                {
                    told.insert(id.to_owned(), line.at);
                    fresh.push(line);
                }
            });
            read.await?;
        }
        fresh.sort_by_key(|line| line.at);
        fresh.iter().try_for_each(&tell)?;
        from = EpochMs(before(now, LATE).0.max(since.0));
        // A minute more than is asked for again.
        let forgotten = before(from, SignedDuration::from_mins(1)).0;
        told.retain(|_, at| *at >= forgotten);
        tokio::time::sleep(ASK_EVERY).await;
    }
}

fn print(out: Output, zone: &LocalTime, line: &LogLine) -> anyhow::Result<()> {
    if out.json() {
        return out.line(line);
    }
    let tone = match line.outcome.as_str() {
        "verified" => Tone::Good,
        "fallback" | "not-stored" => Tone::Bad,
        "wrong" | "locked" | "too-many-attempts" | "over-ani-limit" | "refused" | "suspended" => Tone::Warning,
        _ => Tone::Faint,
    };
    let repeated = if line.repeated { " (repeated)" } else { "" };
    let status = if line.status == 200 || line.status == 204 { String::new() } else { format!("  {}", line.status) };
    let outcome = out.paint(tone, &format!("{}{repeated}", line.outcome));
    let call = if line.call.is_empty() { "-" } else { &line.call };
    let time = zone.time(EpochMs(line.at));
    out.say(&format!(
        "{time}  {:<22}  {:<12}  {call:<20}  {outcome}{status}  {} ms",
        line.function, line.flow, line.elapsed_ms
    ));
    Ok(())
}
