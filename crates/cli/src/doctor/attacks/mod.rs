//! `ringbolt doctor --attacks`: what the functions' log says about guessed PINs, tokens and signatures.

mod evidence;
mod verdict;

use super::report::Report;
use crate::{
    call::log::{CallLog, LineFilter},
    connection::ConnectionArgs,
    output::Output,
    when::{before, local},
};
use anyhow::Context as _;
use evidence::Evidence;
use jiff::SignedDuration;
use ringbolt_core::{text::counted, time::EpochMs};
use ringbolt_lambda::app::system_clock;

/// Reads the log of this span until now, and reports what looks like an attack. The local log is read without opening the
/// local database, because that would keep `ringbolt dev` from starting.
pub(super) async fn run(span: SignedDuration, connection: &ConnectionArgs, out: Output) -> anyhow::Result<()> {
    let since = before(system_clock()(), span);
    if let Some(folder) = connection.local_folder() {
        anyhow::ensure!(
            folder.is_dir(),
            "there is no folder {}: run `ringbolt dev`, or give its folder with --local=FOLDER",
            folder.display()
        );
        return report(&CallLog::of_dev(folder), since, out).await;
    }
    let connection = connection.connect().await?;
    let log = CallLog::of(&connection).context("attacks are looked for in the functions' log")?;
    report(&log, since, out).await?;
    connection.close().await
}

async fn report(log: &CallLog, since: EpochMs, out: Output) -> anyhow::Result<()> {
    let (mut report, mut evidence, mut lines) = (Report::new(out), Evidence::default(), 0_usize);
    let filter = LineFilter { suspicious: true, ..LineFilter::default() };
    let add = |line| {
        lines += 1;
        evidence.add(line);
    };
    match log.read(since..EpochMs(i64::MAX / 2), &filter, add).await {
        Ok(()) => {
            let read = counted(lines, "answer");
            report.ok("log", format!("Read {read} to failed tries and refused requests since {}.", local(since)));
            verdict::tell(&evidence, &mut report);
        }
        Err(error) => report.fail("log", format!("{error:#}.")),
    }
    report.finish()
}

/// Parses `--since`.
///
/// # Errors
/// A sentence, if it is not a duration, or not a positive one.
pub(super) fn span(text: &str) -> Result<SignedDuration, String> {
    let span: Option<SignedDuration> = text.parse().ok();
    span.filter(SignedDuration::is_positive).ok_or_else(|| "a duration such as 24h or 90m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_positive_duration() {
        for (given, expected) in [("24h", Some(86_400)), ("90m", Some(5_400)), ("1h 30m", Some(5_400))] {
            assert_eq!(span(given).ok().map(|span| span.as_secs()), expected, "{given}");
        }
        for bad in ["", "24", "-1h", "0h", "yesterday"] {
            assert_eq!(span(bad).unwrap_err(), "a duration such as 24h or 90m", "{bad}");
        }
    }
}
