//! The functions' log: one line per answer, without personal data. In AWS it is in CloudWatch Logs; `ringbolt dev` writes
//! the same lines to `.ringbolt/dev.log`.

use crate::{connection::Connection, exit::Usage, explain};
use anyhow::Context as _;
use aws_sdk_cloudwatchlogs::{Client, types::FilteredLogEvent};
use clap::builder::PossibleValuesParser;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use serde::Serialize;
use serde_json::Value;
use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

/// Matches the lines that `ringbolt_lambda::Webhook::admit` writes.
const OLD_TOKEN: &str = r#"{ $.token = "previous" }"#;

/// A log line about an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LogLine {
    /// Time of the answer in epoch milliseconds.
    pub(crate) at: i64,
    /// The function, such as `next-action`.
    pub(crate) function: String,
    /// The flow in the URL.
    pub(crate) flow: String,
    /// The provider's id of the call. For DialogTech it is the respondent's id, as in the table.
    pub(crate) call: String,
    /// The outcome in one word.
    pub(crate) outcome: String,
    /// Whether the answer of an earlier attempt was repeated.
    pub(crate) repeated: bool,
    /// The HTTP status.
    pub(crate) status: u64,
    /// How long it took inside the function.
    pub(crate) elapsed_ms: u64,
}

/// Selects log lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineFilter {
    /// Only lines about this call.
    pub(crate) call: Option<String>,
    /// Only lines with this outcome.
    pub(crate) outcome: Option<String>,
}

/// Where the log is.
pub(crate) enum CallLog {
    CloudWatch { client: Client, groups: Vec<String>, region: String },
    File(PathBuf),
}

impl LogLine {
    /// Parses a line. `None` if it is not about an answer.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let json = text.get(text.find('{')?..)?;
        let line: Value = serde_json::from_str(json).ok()?;
        if line.get("message")?.as_str()? != "answered" {
            return None;
        }
        let field = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self {
            at: line.get("_aws")?.get("Timestamp")?.as_i64()?,
            function: field("Function"),
            flow: field("flow"),
            call: field("call"),
            outcome: field("outcome"),
            repeated: line.get("repeated").and_then(Value::as_bool).unwrap_or_default(),
            status: line.get("status").and_then(Value::as_u64).unwrap_or_default(),
            elapsed_ms: line.get("elapsed_ms").and_then(Value::as_u64).unwrap_or_default(),
        })
    }

    /// The lines of a file. A missing file has none.
    pub(super) fn of_file(file: &Path) -> anyhow::Result<Vec<Self>> {
        match fs::read(file) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Self::parse).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
    }
}

/// The path to which `ringbolt dev` moves its log when it grows too long.
pub(super) fn rotated(log: &Path) -> PathBuf {
    log.with_extension("log.1")
}

/// The outcomes that the functions log. Other words are rejected, because they would silently match nothing.
pub(super) fn outcomes() -> PossibleValuesParser {
    PossibleValuesParser::new(Outcome::ALL.map(Outcome::word))
}

impl LineFilter {
    pub(super) fn matches(&self, line: &LogLine) -> bool {
        self.call.as_ref().is_none_or(|call| *call == line.call)
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == line.outcome)
    }

    /// The filter as a CloudWatch Logs pattern ("Filter pattern syntax").
    fn pattern(&self) -> String {
        let mut terms = vec![r#"($.message = "answered")"#.to_owned()];
        for (name, value) in [("call", &self.call), ("outcome", &self.outcome)] {
            if let Some(value) = value {
                terms.push(format!(r#"($.{name} = "{}")"#, value.replace(['"', '\\', '*'], "")));
            }
        }
        format!("{{ {} }}", terms.join(" && "))
    }
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
                let client = Client::new(connection.sdk());
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
                        if let Some(line) = event.message().and_then(LogLine::parse) {
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
            self.events(group, span.clone(), OLD_TOKEN, |event| each(EpochMs(event.timestamp().unwrap_or_default())))
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
        mut each: impl FnMut(&FilteredLogEvent),
    ) -> anyhow::Result<()> {
        let Self::CloudWatch { client, region, .. } = self else { return Err(Usage::new("this log is a file")) };
        let mut pages = client
            .filter_log_events()
            .log_group_name(group)
            .start_time(span.start.0)
            .end_time(span.end.0)
            .filter_pattern(pattern)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| explain::service("CloudWatch Logs", &error, region))?;
            page.events().iter().for_each(&mut each);
        }
        Ok(())
    }

    pub(super) fn pattern_of(filter: &LineFilter) -> String {
        filter.pattern()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_about_answers_are_parsed() {
        let report = ringbolt_lambda::answer::Report {
            outcome: Outcome::Verified,
            call: "r-1".to_owned(),
            repeated: true,
            ..Default::default()
        };
        let invocation = ringbolt_lambda::metrics::Invocation {
            function: "next-action",
            request_id: "id",
            cold: true,
            at: EpochMs(7),
            elapsed: std::time::Duration::from_millis(12),
        };
        let written = ringbolt_lambda::metrics::answered(&invocation, "demo", &report, 200).to_string();
        let line = LogLine::parse(&written).unwrap();
        assert_eq!(
            (line.at, line.function.as_str(), line.flow.as_str(), line.call.as_str()),
            (7, "next-action", "demo", "r-1")
        );
        assert_eq!((line.outcome.as_str(), line.repeated, line.status, line.elapsed_ms), ("verified", true, 200, 12));
        let drained = ringbolt_lambda::metrics::drained(&invocation, 1, 0).to_string();
        for other in [drained.as_str(), "", "START RequestId: x", "{", r#"{"message":"answered"}"#] {
            assert_eq!(LogLine::parse(other), None, "{other}");
        }
    }

    #[test]
    fn filter_values_cannot_break_out_of_the_pattern() {
        let filter = LineFilter { call: Some(r#"r-1") || ($.x = "*"#.to_owned()), outcome: Some("wrong".to_owned()) };
        assert_eq!(
            filter.pattern(),
            r#"{ ($.message = "answered") && ($.call = "r-1) || ($.x = ") && ($.outcome = "wrong") }"#
        );
    }
}
