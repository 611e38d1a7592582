//! The functions' log: one line per answer, without personal data. In AWS it is in CloudWatch Logs; `ringbolt dev` writes
//! the same lines to `.ringbolt/dev.log`.

mod line;

pub(crate) use line::{LineFilter, LogLine, LoggedAnswer};

use crate::{
    aws::logs::{CloudWatchLogs, Filter, LogEvent},
    connection::Connection,
    exit::Usage,
    explain,
};
use clap::builder::PossibleValuesParser;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use std::{
    ops::Range,
    path::{Path, PathBuf},
};

/// Matches the lines that `ringbolt_lambda::Webhook::admit` writes.
const OLD_TOKEN: &str = r#"{ $.token = "previous" }"#;

/// Where the log is.
pub(crate) enum CallLog {
    CloudWatch { client: CloudWatchLogs, groups: Vec<String>, region: String },
    File(PathBuf),
}

/// The path to which `ringbolt dev` moves its log when it grows too long.
pub(super) fn rotated(log: &Path) -> PathBuf {
    log.with_extension("log.1")
}

/// The outcomes that the functions log. Other words are rejected, because they would silently match nothing.
pub(super) fn outcomes() -> PossibleValuesParser {
    PossibleValuesParser::new(Outcome::ALL.map(Outcome::word))
}

impl CallLog {
    /// The log of a deployment.
    ///
    /// # Errors
    /// The deployment is neither a stack nor local, so its log cannot be located.
    pub(crate) fn of(connection: &Connection) -> anyhow::Result<Self> {
        match connection.local_folder() {
            Some(folder) => Ok(Self::of_dev(folder)),
            None => {
                let client = CloudWatchLogs::new(connection.sdk());
                Ok(Self::CloudWatch { client, groups: connection.log_groups()?, region: connection.region() })
            }
        }
    }

    /// The log of `ringbolt dev` in a folder.
    pub(crate) fn of_dev(folder: &Path) -> Self {
        Self::File(folder.join(ringbolt_dev::LOG))
    }

    /// Passes the lines in a span of time to `each`, one function after the other.
    ///
    /// # Errors
    /// CloudWatch Logs refuses or does not answer, or the file cannot be read.
    pub(crate) async fn read(
        &self,
        span: Range<EpochMs>,
        filter: &LineFilter,
        mut each: impl FnMut(LogLine),
    ) -> anyhow::Result<()> {
        let wanted = |line: &LogLine| span.contains(&EpochMs(line.at)) && filter.matches(line);
        match self {
            Self::File(path) => {
                for file in [rotated(path), path.clone()] {
                    LogLine::of_file(&file)?.into_iter().filter(wanted).for_each(&mut each);
                }
            }
            Self::CloudWatch { groups, .. } => {
                for group in groups {
                    self.events(group, span.clone(), &filter.pattern(), |event| {
                        if let Some(line) = event.message.as_deref().and_then(LogLine::parse) {
                            each(line);
                        }
                    })
                    .await?;
                }
            }
        }
        Ok(())
    }

    /// Passes to `each` the times at which the outgoing token was used.
    ///
    /// # Errors
    /// As [`CallLog::read`].
    pub(crate) async fn old_token_used(
        &self,
        span: Range<EpochMs>,
        mut each: impl FnMut(EpochMs),
    ) -> anyhow::Result<()> {
        let Self::CloudWatch { groups, .. } = self else { return Ok(()) };
        for group in groups {
            self.events(group, span.clone(), OLD_TOKEN, |event| each(EpochMs(event.timestamp.unwrap_or_default())))
                .await?;
        }
        Ok(())
    }

    /// Passes the events of one log group to `each`.
    pub(super) async fn events(
        &self,
        group: &str,
        span: Range<EpochMs>,
        pattern: &str,
        each: impl FnMut(LogEvent),
    ) -> anyhow::Result<()> {
        let Self::CloudWatch { client, region, .. } = self else { return Err(Usage::new("this log is a file")) };
        let filter =
            Filter { log_group_name: group, start_time: span.start.0, end_time: span.end.0, filter_pattern: pattern };
        let read = client.events(filter, each).await;
        Ok(read.map_err(|error| explain::service("CloudWatch Logs", &error, region))?)
    }
}
