//! The findings of the checks, one line each.

use crate::{
    exit::Reported,
    output::{Output, Tone},
};
use ringbolt_core::text::counted;
use schemars::JsonSchema;
use serde::Serialize;

/// The findings so far.
pub(super) struct Report {
    out: Output,
    findings: Vec<Finding>,
}

/// What one check found.
#[derive(Serialize, JsonSchema)]
struct Finding {
    /// What was checked, such as `tables`. Several findings can have the same.
    check: &'static str,
    /// How it went.
    verdict: Verdict,
    /// What was found, and what to do, as sentences.
    says: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// It works.
    Ok,
    /// It works, but needs attention.
    Warn,
    /// It does not work.
    Fail,
}

/// What all checks found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Diagnosis {
    /// Whether no check failed. Warnings do not count.
    ok: bool,
    /// The findings, in the order of the checks.
    checks: Vec<Finding>,
}

impl Report {
    pub(super) fn new(out: Output) -> Self {
        Self { out, findings: Vec::new() }
    }

    /// Reports that a check passed.
    pub(super) fn ok(&mut self, check: &'static str, says: String) {
        self.add(check, Verdict::Ok, says);
    }

    /// Reports something that works but needs attention.
    pub(super) fn warn(&mut self, check: &'static str, says: String) {
        self.add(check, Verdict::Warn, says);
    }

    /// Reports something that does not work.
    pub(super) fn fail(&mut self, check: &'static str, says: String) {
        self.add(check, Verdict::Fail, says);
    }

    fn add(&mut self, check: &'static str, verdict: Verdict, says: String) {
        let (word, tone) = match verdict {
            Verdict::Ok => ("ok  ", Tone::Good),
            Verdict::Warn => ("warn", Tone::Warning),
            Verdict::Fail => ("fail", Tone::Bad),
        };
        self.out.say(&format!("{}  {check:<11} {says}", self.out.paint(tone, word)));
        self.findings.push(Finding { check, verdict, says });
    }

    /// Prints the summary, or the JSON document.
    ///
    /// # Errors
    /// A check failed.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let (failed, warned) = (count(Verdict::Fail), count(Verdict::Warn));
        let problems = counted(failed, "problem");
        if self.out.json() {
            self.out.document(&Diagnosis { ok: failed == 0, checks: self.findings })?;
        }
        match (failed, warned) {
            (0, 0) => self.out.say("\nAll checks passed."),
            (0, _) => self.out.say(&format!("\nAll checks passed, with {}.", counted(warned, "warning"))),
            _ => {
                self.out.say(&format!("\n{problems} to fix."));
                return Err(Reported::new(format!("{problems} to fix")));
            }
        }
        Ok(())
    }
}
