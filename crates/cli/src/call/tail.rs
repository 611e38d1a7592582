//! `ringbolt call tail`

use super::log::{CallLog, LineFilter, LogLine, outcomes, rotated};
use crate::{
    connection::ConnectionArgs,
    output::{Output, Tone},
    when::{LocalTime, before},
};
use anyhow::{Context as _, bail};
use clap::Args;
use jiff::SignedDuration;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use ringbolt_lambda::app::system_clock;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Read as _, Seek as _, SeekFrom},
    path::Path,
    time::Duration,
};

/// Pause between requests to CloudWatch Logs, because the whole account may only send five a second.
const CLOUDWATCH_INTERVAL: Duration = Duration::from_secs(3);
/// Lines may arrive this late in CloudWatch Logs.
const MAX_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// Pause between reads of the file.
const FILE_INTERVAL: Duration = Duration::from_millis(200);

/// Follow calls as they are answered, until Ctrl-C
///
/// Prints one line per answer for both providers, without personal data. In AWS, lines come from the functions' log
/// groups with a delay of some seconds; with --local, from the log of `ringbolt dev`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call tail --stack ringbolt --outcome locked")]
pub(super) struct Tail {
    /// Only answers with this outcome, such as verified, wrong, locked or fallback
    #[arg(long, value_name = "WORD", value_parser = outcomes())]
    outcome: Option<String>,
    /// Only this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Start with the lines of the last MINUTES
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    since: u32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Tail {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let filter = LineFilter { call: self.call.clone(), outcome: self.outcome.clone() };
        let zone = LocalTime::of_this_machine();
        let show = |line: &LogLine| print(out, &zone, line);
        let since = before(system_clock()(), SignedDuration::from_mins(i64::from(self.since)));
        // The local database is not opened, because that would keep `ringbolt dev` from starting.
        if let Some(folder) = self.connection.local_folder() {
            return self.follow_file(folder, &filter, since, show).await;
        }
        let connection = self.connection.connect().await?;
        let log = CallLog::of(&connection)?;
        follow_cloudwatch(&log, &filter, since, show).await
    }

    async fn follow_file(
        &self,
        folder: &Path,
        filter: &LineFilter,
        since: EpochMs,
        show: impl Fn(&LogLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if !folder.is_dir() {
            bail!(
                "there is no folder {}: run `ringbolt dev`, or give its folder with --local=FOLDER",
                folder.display()
            );
        }
        let path = folder.join(ringbolt_dev::LOG);
        let wanted = |line: &LogLine| line.at >= since.0 && filter.matches(line);
        let mut at = if self.since > 0 {
            LogLine::of_file(&rotated(&path))?.iter().filter(|line| wanted(line)).try_for_each(&show)?;
            0
        } else {
            std::fs::metadata(&path).map_or(0, |metadata| metadata.len())
        };
        let mut buffer = Vec::new();
        loop {
            let (bytes, end) = read_from(&path, at).with_context(|| format!("{} cannot be read", path.display()))?;
            at = end;
            buffer.extend(bytes);
            while let Some(newline) = buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=newline).collect();
                if let Some(line) = LogLine::parse(&String::from_utf8_lossy(&line)).filter(wanted) {
                    show(&line)?;
                }
            }
            tokio::time::sleep(FILE_INTERVAL).await;
        }
    }
}

/// The bytes written since the last read, and the position for the next one. A shorter file is new, because the log was
/// rotated.
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
    show: impl Fn(&LogLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let CallLog::CloudWatch { groups, .. } = log else { bail!("this log is a file") };
    let pattern = CallLog::pattern_of(filter);
    // Lines arrive late and out of order, so each request repeats the last half minute, and each line is shown once.
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    let mut from = since;
    loop {
        let now = system_clock()();
        let mut fresh = Vec::new();
        for group in groups {
            let read = log.events(group, from..EpochMs(i64::MAX / 2), &pattern, |event| {
                let id = event.event_id().unwrap_or_default();
                if !seen.contains_key(id)
                    && let Some(line) = event.message().and_then(LogLine::parse)
                {
                    seen.insert(id.to_owned(), line.at);
                    fresh.push(line);
                }
            });
            read.await?;
        }
        fresh.sort_by_key(|line| line.at);
        fresh.iter().try_for_each(&show)?;
        from = EpochMs(before(now, MAX_DELAY).0.max(since.0));
        // Remember a minute more than the next request repeats.
        let forget_before = before(from, SignedDuration::from_mins(1)).0;
        seen.retain(|_, at| *at >= forget_before);
        tokio::time::sleep(CLOUDWATCH_INTERVAL).await;
    }
}

fn print(out: Output, zone: &LocalTime, line: &LogLine) -> anyhow::Result<()> {
    if out.json() {
        return out.line(line);
    }
    let tone = match Outcome::parse(&line.outcome) {
        Some(Outcome::Verified) => Tone::Good,
        Some(Outcome::Fallback | Outcome::NotStored) => Tone::Bad,
        Some(
            Outcome::Wrong
            | Outcome::TooManyAttempts
            | Outcome::Locked
            | Outcome::Suspended
            | Outcome::TurnedAway
            | Outcome::Refused,
        ) => Tone::Warning,
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
