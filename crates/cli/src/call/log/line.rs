//! One line of the log.

use crate::when::Utc;
use anyhow::Context as _;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fs, path::Path};

/// A line about an answer, as `ringbolt_lambda::metrics` writes it. Fields that earlier versions did not write have
/// defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct LogLine {
    /// Time of the answer in epoch milliseconds.
    #[serde(skip)]
    pub(crate) at: i64,
    /// The function, such as `next-action`.
    #[serde(rename = "Function")]
    pub(crate) function: String,
    /// The flow in the URL.
    pub(crate) flow: String,
    /// The provider's id of the call. For DialogTech and TwiML it is the id of a run through an IVR, as in the table.
    pub(crate) call: String,
    /// The id of the whole call (`ivr_session_id`, `CallSid`).
    pub(crate) session: Option<String>,
    /// The outcome in one word.
    pub(crate) outcome: String,
    /// Whether the answer of an earlier attempt was repeated.
    pub(crate) repeated: bool,
    /// The HTTP status.
    pub(crate) status: u64,
    /// How long it took inside the function.
    pub(crate) elapsed_ms: u64,
    /// The flow's version: a number, or `file`.
    version: Option<Value>,
    /// The IVR's name in the flow.
    pub(crate) ivr: Option<String>,
    /// The IVR's id in the portal, or its name if it has none.
    pub(crate) ivr_id: Option<String>,
    /// The id of the rule that decided.
    pub(crate) rule: Option<String>,
    /// The line of the flow file that decided or failed.
    pub(crate) line: Option<u64>,
    /// Which rule decided, or why the fallback answered.
    pub(crate) why: Option<String>,
    /// The kind of failure that led to the fallback.
    pub(crate) failed: Option<String>,
    /// The digest of the account of a failed try, which differs each day.
    pub(crate) account: Option<String>,
    /// The digest of a wrong guess, which differs each day.
    pub(crate) guess: Option<String>,
    /// Whether a duress PIN was keyed.
    pub(crate) duress: bool,
    /// The id of Lambda's invocation.
    #[serde(rename = "requestId")]
    pub(crate) request_id: String,
}

/// An answer of a webhook, as the functions log it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LoggedAnswer {
    /// When it was answered: ISO 8601, UTC.
    at: Utc,
    /// The function that answered: `auth-webhook`, `next-action`, `transcription-postback` or `voice-webhook`.
    function: String,
    /// The flow in the URL. Empty if the URL named none.
    flow: String,
    /// The flow's version: a number, or `file`. `null` if no flow answered.
    flow_version: Option<String>,
    /// The provider's id of the call. For DialogTech, the respondent's id (`ivr_response_id`); for TwiML, the `CallSid` with
    /// `-r` and the number of the run. Empty if there was none.
    call: String,
    /// The id of the whole call (`ivr_session_id`, `CallSid`).
    session_id: Option<String>,
    /// The IVR's name in the flow.
    ivr: Option<String>,
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: Option<String>,
    /// How the request ended, in one word, such as `verified` or `fallback`.
    outcome: String,
    /// The id of the rule that decided, such as `ivr:login/wrong/1`.
    rule: Option<String>,
    /// The line of the flow file that decided or failed, from 1.
    line: Option<u64>,
    /// Which rule decided, or why the fallback answered, in words.
    why: Option<String>,
    /// The kind of failure that led to the fallback, such as `deadline`.
    failed: Option<String>,
    /// Whether the answer of an earlier attempt was repeated.
    repeated: bool,
    /// The HTTP status.
    status: u64,
    /// How long it took inside the function, in milliseconds.
    elapsed_ms: u64,
    /// Whether a duress PIN was keyed.
    duress: bool,
}

/// What may belong to an attack, in addition to wrong guesses.
const SUSPICIOUS: [Outcome; 2] = [Outcome::Locked, Outcome::Refused];

/// Selects log lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineFilter {
    /// Only lines about this call: the provider's call id, the id of a run, or the session id.
    pub(crate) call: Option<String>,
    /// Only lines with this outcome.
    pub(crate) outcome: Option<String>,
    /// Only wrong guesses, tries at locked callers, and refused requests.
    pub(crate) suspicious: bool,
}

impl LogLine {
    /// Parses a line. `None` if it is not about an answer.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let json = text.get(text.find('{')?..)?;
        let line: Value = serde_json::from_str(json).ok()?;
        if line.get("message")?.as_str()? != "answered" {
            return None;
        }
        let at = line.get("_aws")?.get("Timestamp")?.as_i64()?;
        Some(Self { at, ..serde_json::from_value(line).ok()? })
    }

    /// The lines of a file. A missing file has none.
    pub(crate) fn of_file(file: &Path) -> anyhow::Result<Vec<Self>> {
        match fs::read(file) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().filter_map(Self::parse).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
        }
    }

    /// The flow's version: a number, or `file`.
    pub(crate) fn version(&self) -> Option<String> {
        match self.version.as_ref()? {
            Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        }
    }

    /// The line as commands print it with `--json`.
    pub(crate) fn document(&self) -> LoggedAnswer {
        let Self { function, flow, call, session, outcome, ivr, ivr_id, rule, why, failed, .. } = self.clone();
        LoggedAnswer {
            at: Utc::of(EpochMs(self.at)),
            function,
            flow,
            flow_version: self.version(),
            call,
            session_id: session,
            ivr,
            ivr_id,
            outcome,
            rule,
            line: self.line,
            why,
            failed,
            repeated: self.repeated,
            status: self.status,
            elapsed_ms: self.elapsed_ms,
            duress: self.duress,
        }
    }
}

impl LineFilter {
    pub(crate) fn matches(&self, line: &LogLine) -> bool {
        let is_about = |call: &String| *call == line.call || line.session.as_ref() == Some(call);
        self.call.as_ref().is_none_or(is_about)
            && self.outcome.as_ref().is_none_or(|outcome| *outcome == line.outcome)
            && (!self.suspicious || line.guess.is_some() || SUSPICIOUS.iter().any(|kind| kind.word() == line.outcome))
    }

    /// The filter as a CloudWatch Logs pattern ("Filter pattern syntax").
    pub(crate) fn pattern(&self) -> String {
        let is = |name: &str, value: &str| format!(r#"($.{name} = "{}")"#, value.replace(['"', '\\', '*'], ""));
        let mut terms = vec![is("message", "answered")];
        terms.extend(self.call.as_ref().map(|call| format!("({} || {})", is("call", call), is("session", call))));
        terms.extend(self.outcome.as_ref().map(|outcome| is("outcome", outcome)));
        if self.suspicious {
            let outcomes = SUSPICIOUS.map(|outcome| is("outcome", outcome.word()));
            terms.push(format!("(($.WrongGuesses = 1) || {})", outcomes.join(" || ")));
        }
        format!("{{ {} }}", terms.join(" && "))
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
            visited: Some(Box::new(ringbolt_lambda::answer::Visited {
                session: Some("s-1".to_owned()),
                ..Default::default()
            })),
            version: Some(ringbolt_lambda::flows::FlowVersion::Published(7)),
            repeated: true,
            ..Default::default()
        };
        let invocation = ringbolt_lambda::metrics::Invocation {
            stack: None,
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
        assert_eq!((line.session.as_deref(), line.version().as_deref()), (Some("s-1"), Some("7")));
        assert_eq!((line.outcome.as_str(), line.repeated, line.status, line.elapsed_ms), ("verified", true, 200, 12));
        let drained = ringbolt_lambda::metrics::drained(&invocation, 1, 0).to_string();
        for other in [drained.as_str(), "", "START RequestId: x", "{", r#"{"message":"answered"}"#] {
            assert_eq!(LogLine::parse(other), None, "{other}");
        }
    }

    #[test]
    fn filter_values_cannot_break_out_of_the_pattern() {
        let (call, outcome) = (Some(r#"r-1") || ($.x = "*"#.to_owned()), Some("wrong".to_owned()));
        let filter = LineFilter { call, outcome, ..LineFilter::default() };
        assert_eq!(
            filter.pattern(),
            r#"{ ($.message = "answered") && (($.call = "r-1) || ($.x = ") || ($.session = "r-1) || ($.x = ")) && ($.outcome = "wrong") }"#
        );
    }
}
