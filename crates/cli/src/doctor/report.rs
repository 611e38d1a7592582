//! The findings of the checks, one line each.

use crate::{
    exit::Failed,
    output::{Output, Tone},
};
use serde::Serialize;

/// The findings so far.
pub(super) struct Report {
    out: Output,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    says: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    checks: &'a [Finding],
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
        if self.out.json() {
            self.out.document(&Document { ok: failed == 0, checks: &self.findings })?;
        }
        let counted = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        match (failed, warned) {
            (0, 0) => self.out.say("\nAll checks passed."),
            (0, _) => self.out.say(&format!("\nAll checks passed, with {}.", counted(warned, "warning"))),
            _ => {
                self.out.say(&format!("\n{} to fix.", counted(failed, "problem")));
                return Err(Failed.into());
            }
        }
        Ok(())
    }
}
