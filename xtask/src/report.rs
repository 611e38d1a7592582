//! Runs the steps, even if earlier ones failed, and prints a summary.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::figures::Figures;
use crate::steps::Step;
use crate::tally::{Tally, Unavailable};
use crate::workspace::Workspace;

/// The results of the steps so far.
pub struct Report {
    /// Whether a skip counts as a failure.
    strict: bool,
    rows: Vec<Row>,
    /// What the steps have counted, for the table at the end.
    pub figures: Figures,
}

struct Row {
    step: &'static str,
    took: Duration,
    tally: Tally,
    error: Option<String>,
}

impl Report {
    /// An empty report. If `strict`, skips count as failures.
    pub fn new(strict: bool) -> Self {
        Self { strict, rows: Vec::new(), figures: Figures::default() }
    }

    /// Runs one step and records its result.
    pub fn run(&mut self, step: &Step, workspace: &Workspace) {
        println!("\n==> {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = (step.run)(workspace);
        self.note(step.name, start.elapsed(), outcome);
    }

    fn note(&mut self, step: &'static str, took: Duration, outcome: Result<Tally>) {
        let (mut tally, mut error) = match outcome {
            Ok(tally) => (tally, None),
            Err(error) if error.is::<Unavailable>() => {
                (Tally { skipped: vec![format!("{error:#}")], ..Tally::default() }, None)
            }
            Err(error) => (Tally { failed: 1, ..Tally::default() }, Some(format!("{error:#}"))),
        };
        if tally == Tally::default() {
            tally.failed = 1;
            error = Some("nothing was checked".to_owned());
        }
        self.rows.push(Row { step, took, tally, error });
    }

    /// Whether nothing failed, counting skips as failures if strict.
    pub fn is_good(&self) -> bool {
        self.failed() == 0
    }

    fn failed(&self) -> usize {
        let failed: usize = self.rows.iter().map(|row| row.tally.failed).sum();
        if self.strict { failed + self.skipped() } else { failed }
    }

    fn skipped(&self) -> usize {
        self.rows.iter().map(|row| row.tally.skipped.len()).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<15} {:>7} {:>7} {:>7} {:>9}", "step", "passed", "failed", "skipped", "seconds")?;
        for Row { step, took, tally, .. } in &self.rows {
            let Tally { passed, failed, skipped } = tally;
            writeln!(f, "{step:<15} {passed:>7} {failed:>7} {:>7} {:>9.1}", skipped.len(), took.as_secs_f64())?;
        }
        write!(f, "\n{}\n", self.figures)?;
        for Row { step, tally, error, .. } in &self.rows {
            if let Some(error) = error {
                writeln!(f, "failed: {step}: {error}")?;
            } else if tally.failed > 0 {
                writeln!(f, "failed: {step}: see its output above")?;
            }
            for reason in &tally.skipped {
                writeln!(f, "skipped: {step}: {reason}")?;
            }
        }
        let passed: usize = self.rows.iter().map(|row| row.tally.passed).sum();
        let (failed, skipped) = (self.failed(), self.skipped());
        match skipped {
            0 => writeln!(f, "{passed} passed, {failed} failed"),
            _ if self.strict => {
                writeln!(f, "CI=true: skips count as failures")?;
                writeln!(f, "{passed} passed, {failed} failed")
            }
            _ => writeln!(f, "{passed} passed, {failed} failed, {skipped} skipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(strict: bool, outcomes: Vec<Result<Tally>>) -> (String, bool) {
        let mut report = Report::new(strict);
        for outcome in outcomes {
            report.note("step", Duration::from_millis(1_500), outcome);
        }
        (report.to_string().lines().last().unwrap().to_owned(), report.is_good())
    }

    fn unavailable() -> anyhow::Error {
        Unavailable { tool: "java", reason: "it is not installed".to_owned() }.into()
    }

    #[test]
    fn the_last_line_sums_over_all_steps() {
        let tally = || Ok(Tally { passed: 20, failed: 0, skipped: vec![] });
        assert_eq!(report(true, vec![Ok(Tally::one_passed()), tally()]), ("21 passed, 0 failed".to_owned(), true));
        let failing = Ok(Tally { passed: 3, failed: 2, skipped: vec![] });
        assert_eq!(report(false, vec![failing, tally()]), ("23 passed, 2 failed".to_owned(), false));
    }

    #[test]
    fn an_error_is_one_failure() {
        assert_eq!(report(false, vec![Err(anyhow::anyhow!("no"))]), ("0 passed, 1 failed".to_owned(), false));
    }

    #[test]
    fn a_missing_tool_is_a_skip_but_a_failure_in_ci() {
        let outcomes = || vec![Ok(Tally::one_passed()), Err(unavailable())];
        assert_eq!(report(false, outcomes()), ("1 passed, 0 failed, 1 skipped".to_owned(), true));
        assert_eq!(report(true, outcomes()), ("1 passed, 1 failed".to_owned(), false));
    }

    #[test]
    fn a_step_that_checks_nothing_fails() {
        assert_eq!(report(false, vec![Ok(Tally::default())]), ("0 passed, 1 failed".to_owned(), false));
    }
}
