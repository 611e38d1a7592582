//! `ringbolt call tail`

mod file;
mod live;

use super::log::{CallLog, LineFilter, LogLine, outcomes};
use crate::{
    connection::ConnectionArgs,
    exit::Usage,
    output::{Output, Tone, harmless},
    when::{LocalTime, before},
};
use anyhow::{Context as _, bail};
use clap::Args;
use file::Follower;
use jiff::SignedDuration;
use live::LiveTail;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use ringbolt_lambda::app::system_clock;
use std::{path::Path, time::Duration};

/// Pause between reads of the file.
const FILE_INTERVAL: Duration = Duration::from_millis(200);

/// Follow calls as they are answered, until Ctrl-C
///
/// Prints one line per answer for every provider, without personal data: the outcome, and the rule that decided or why the
/// fallback answered. In AWS, lines come from a live tail of the functions' log groups, with a delay of a second or two;
/// with --local, from the log of `ringbolt dev`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call tail --stack ringbolt --outcome locked")]
pub(super) struct Tail {
    /// Only answers with this outcome, such as verified, wrong, locked or fallback
    #[arg(long, value_name = "WORD", value_parser = outcomes())]
    outcome: Option<String>,
    /// Only this call: DialogTech's ivr_response_id or ivr_session_id, the CallSid of Twilio, SignalWire or Telnyx (with -r1
    /// for one run through an IVR), or Wix Answers' call id
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Start with the lines of this span of time, such as 1h or 90m; a number alone is minutes
    #[arg(long, value_name = "SPAN", value_parser = span)]
    since: Option<SignedDuration>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Tail {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let filter = LineFilter { call: self.call.clone(), outcome: self.outcome.clone(), ..LineFilter::default() };
        let zone = LocalTime::of_this_machine();
        let show = |line: &LogLine| print(out, &zone, line);
        let since = self.since.filter(|span| !span.is_zero()).map(|span| before(system_clock()(), span));
        // The local database is not opened, because that would keep `ringbolt dev` from starting.
        if let Some(folder) = self.connection.local_folder() {
            return follow_file(folder, &filter, since, show).await;
        }
        let connection = self.connection.connect().await?;
        let log = CallLog::of(&connection)?;
        let account = connection.stack().and_then(|stack| stack.arn()).context(
            "CloudFormation did not say which account the stack is in, and a live tail needs that to name log groups",
        );
        let tail = LiveTail::new(&log, &filter);
        tail.ok_or_else(|| Usage::new("this log is a file"))?.follow(account?, since, out, show).await
    }
}

/// Parses `--since`.
fn span(text: &str) -> Result<SignedDuration, String> {
    let minutes = || Some(SignedDuration::from_mins(i64::from(text.parse::<u32>().ok()?)));
    let span = minutes().or_else(|| text.parse().ok());
    span.filter(|span| !span.is_negative()).ok_or_else(|| "a span such as 1h or 90m, or a number of minutes".to_owned())
}

async fn follow_file(
    folder: &Path,
    filter: &LineFilter,
    since: Option<EpochMs>,
    show: impl Fn(&LogLine) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if !folder.is_dir() {
        bail!("there is no folder {}: run `ringbolt dev`, or give its folder with --local=FOLDER", folder.display());
    }
    let path = folder.join(ringbolt_dev::LOG);
    let unreadable = || format!("{} cannot be read", path.display());
    let mut follower = Follower::begin(&path, since.is_some()).with_context(unreadable)?;
    let mut since = since;
    loop {
        let mut shown = Ok(());
        follower
            .poll(|text| {
                let line = LogLine::parse(text).filter(|line| filter.matches(line));
                // Only the lines that were there already: the clock of `ringbolt dev` can be moved.
                let line = line.filter(|line| since.is_none_or(|since| line.at >= since.0));
                if let (Some(line), Ok(())) = (line, &shown) {
                    shown = show(&line);
                }
            })
            .with_context(unreadable)?;
        shown?;
        since = None;
        tokio::time::sleep(FILE_INTERVAL).await;
    }
}

fn print(out: Output, zone: &LocalTime, line: &LogLine) -> anyhow::Result<()> {
    if out.json() {
        return out.line(&line.document());
    }
    let tone = match Outcome::parse(&line.outcome) {
        _ if line.failed.is_some() => Tone::Bad,
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
    // What decided names the IVR. A transcription has no reason, and names it here.
    let why = match (&line.why, line.ivr.as_ref().or(line.ivr_id.as_ref())) {
        (Some(why), _) => format!("  {}", harmless(why)),
        (None, Some(ivr)) => format!("  IVR {}", harmless(ivr)),
        (None, None) => String::new(),
    };
    out.say(&format!(
        "{time}  {:<22}  {:<12}  {call:<20}  {outcome}{status}{why}  {} ms",
        line.function, line.flow, line.elapsed_ms
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit_or_is_minutes() {
        for (text, minutes) in
            [("0", Some(0)), ("15", Some(15)), ("1h", Some(60)), ("1h30m", Some(90)), ("-1h", None), ("x", None)]
        {
            assert_eq!(span(text).ok(), minutes.map(SignedDuration::from_mins), "{text}");
        }
    }
}
