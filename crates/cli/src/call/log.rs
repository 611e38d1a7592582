//! The log of the functions: one line an answer, without anything that belongs to a caller. In AWS it is in CloudWatch
//! Logs, of `ringbolt dev` in `.ringbolt/dev.log`; the lines are the same.

use crate::{connection::Connection, exit::Usage, explain};
use anyhow::Context as _;
use aws_sdk_cloudwatchlogs::{Client, types::FilteredLogEvent};
use ringbolt_core::time::EpochMs;
use serde::Serialize;
use serde_json::Value;
use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

/// The pattern of the lines that `ringbolt_lambda::Webhook::admit` writes.
const OLD_TOKEN: &str = r#"{ $.token = "previous" }"#;

/// A line about an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LogLine {
    /// When it was answered, epoch milliseconds.
    pub(crate) at: i64,
    /// The function, such as `next-action`.
    pub(crate) function: String,
    /// The flow in the address.
    pub(crate) flow: String,
    /// The provider's id of the call: for DialogTech the respondent's, as in the table.
    pub(crate) call: String,
    /// What came of it, in a word.
    pub(crate) outcome: String,
    /// Whether it was an earlier attempt's answer, given again.
    pub(crate) repeated: bool,
    /// The HTTP status.
    pub(crate) status: u64,
    /// How long it took inside the function.
    pub(crate) elapsed_ms: u64,
}

/// Which lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineFilter {
    /// Of this call.
    pub(crate) call: Option<String>,
    /// With this outcome.
    pub(crate) outcome: Option<String>,
}

/// Where the log is.
pub(crate) enum CallLog {
    CloudWatch { client: Client, groups: Vec<String>, region: String },
    File(PathBuf),
}

impl LogLine {
    /// Reads a line; `None` where it is about something else than an answer.
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

    /// The lines of a file; none where there is none.
    pub(super) fn of_file(file: &Path) -> anyhow::Result<Vec<Self>> {
        match fs::read(file) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Self::parse).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
    }
}

/// Where `ringbolt dev` puts its log when it has become long.
pub(super) fn turned_over(log: &Path) -> PathBuf {
    log.with_extension("log.1")
}

/// What the functions log as outcomes. A word that none of them logs would silently find nothing.
pub(super) const OUTCOMES: [&str; 21] = [
    "answered",
    "banned",
    "fallback",
    "first",
    "hung-up",
    "locked",
    "no-user",
    "not-stored",
    "outdated",
    "over-ani-limit",
    "queued",
    "refused",
    "repeated",
    "said",
    "superseded",
    "suspended",
    "too-many-attempts",
    "unanswered",
    "unknown",
    "verified",
    "wrong",
];

impl LineFilter {
    pub(super) fn takes(&self, line: &LogLine) -> bool {
        self.call.as_ref().is_none_or(|call| *call == line.call)
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == line.outcome)
    }

    /// As CloudWatch Logs understands it ("Filter pattern syntax").
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
    /// It is neither a stack nor the local one: nothing says where its log is.
    pub(crate) fn of(connection: &Connection) -> anyhow::Result<Self> {
        match connection.local_folder() {
            Some(folder) => Ok(Self::of_dev(folder)),
            None => {
                let client = Client::new(connection.sdk());
                Ok(Self::CloudWatch { client, groups: connection.log_groups()?, region: connection.region() })
            }
        }
    }

    /// The log of the `ringbolt dev` of a folder.
    pub(crate) fn of_dev(folder: &Path) -> Self {
        Self::File(folder.join(ringbolt_dev::LOG))
    }

    /// Gives the lines of a span of time, of one function after the other.
    ///
    /// # Errors
    /// CloudWatch Logs or the file did not give them: why, in one sentence.
    pub(crate) async fn read(
        &self,
        span: Range<EpochMs>,
        filter: &LineFilter,
        mut each: impl FnMut(LogLine),
    ) -> anyhow::Result<()> {
        let wanted = |line: &LogLine| span.contains(&EpochMs(line.at)) && filter.takes(line);
        match self {
            Self::File(path) => {
                for file in [turned_over(path), path.clone()] {
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

    /// Gives the times at which a token was used that is about to go.
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

    /// Gives the events of one log group.
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
    fn a_line_of_the_functions_is_read_and_others_are_not() {
        let report = ringbolt_lambda::answer::Report {
            outcome: "verified",
            call: "r-1".to_owned(),
            repeated: true,
            version: None,
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
    fn a_filter_is_a_pattern_that_nothing_breaks_out_of() {
        let filter = LineFilter { call: Some(r#"r-1") || ($.x = "*"#.to_owned()), outcome: Some("wrong".to_owned()) };
        assert_eq!(
            filter.pattern(),
            r#"{ ($.message = "answered") && ($.call = "r-1) || ($.x = ") && ($.outcome = "wrong") }"#
        );
    }
}
