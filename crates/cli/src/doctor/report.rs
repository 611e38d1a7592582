//! What was found, a line each.

use crate::{
    exit::Failed,
    output::{Output, Tone},
};
use serde::Serialize;

/// What was found, so far.
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

    /// It is in order.
    pub(super) fn ok(&mut self, check: &'static str, says: String) {
        self.add(check, Verdict::Ok, says);
    }

    /// It works, and somebody should look at it.
    pub(super) fn warn(&mut self, check: &'static str, says: String) {
        self.add(check, Verdict::Warn, says);
    }

    /// It does not work.
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

    /// The last line, and the JSON.
    ///
    /// # Errors
    /// Something failed.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let (failed, warned) = (count(Verdict::Fail), count(Verdict::Warn));
        if self.out.json() {
            self.out.document(&Document { ok: failed == 0, checks: &self.findings })?;
        }
        let things = |number: usize| if number == 1 { "1 thing".to_owned() } else { format!("{number} things") };
        match (failed, warned) {
            (0, 0) => self.out.say("\nAll is well."),
            (0, _) => self.out.say(&format!("\nIt works; {} to look at.", things(warned))),
            _ => {
                self.out.say(&format!("\n{} must be put right.", things(failed)));
                return Err(Failed.into());
            }
        }
        Ok(())
    }
}
