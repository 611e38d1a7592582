//! Runs the steps, even if earlier ones failed, and prints a summary.

use std::fmt;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::figures::Figures;
use crate::steps::{AHEAD, Step};
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
    /// Processor time, including that of what was installed and built meanwhile.
    busy: Duration,
    tally: Tally,
    error: Option<String>,
}

impl Report {
    /// An empty report. If `strict`, skips count as failures.
    pub fn new(strict: bool) -> Self {
        Self { strict, rows: Vec::new(), figures: Figures::default() }
    }

    /// Runs the steps, one after the other. Meanwhile, the tools of later ones are installed, and the functions built.
    pub fn run_all(&mut self, steps: &[&'static Step], workspace: &Workspace) {
        let (tell_prepared, prepared) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // What fails here is tried again by its step, which reports what is in the way.
                for step in steps {
                    drop(step.prepare.map(|prepare| prepare(workspace)));
                    tell_prepared.send(()).unwrap_or_default();
                }
                if steps.iter().any(|step| step.name == AHEAD.step) {
                    drop((AHEAD.run)(workspace));
                }
            });
            for step in steps {
                // One message for each step, in the same order.
                prepared.recv().unwrap_or_default();
                self.run(step, workspace);
            }
        });
    }

    /// Runs one step and records its result.
    fn run(&mut self, step: &Step, workspace: &Workspace) {
        println!("\n==> {}: {}", step.name, step.about);
        let (start, busy_before) = (Instant::now(), busy());
        let outcome = (step.run)(workspace);
        self.note(step.name, start.elapsed(), busy().saturating_sub(busy_before), outcome);
    }

    fn note(&mut self, step: &'static str, took: Duration, busy: Duration, outcome: Result<Tally>) {
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
        self.rows.push(Row { step, took, busy, tally, error });
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
        writeln!(
            f,
            "\n{:<15} {:>7} {:>7} {:>7} {:>9} {:>7}",
            "step", "passed", "failed", "skipped", "seconds", "CPU s"
        )?;
        for Row { step, took, busy, tally, .. } in &self.rows {
            let Tally { passed, failed, skipped } = tally;
            let (took, busy) = (took.as_secs_f64(), busy.as_secs_f64());
            writeln!(f, "{step:<15} {passed:>7} {failed:>7} {:>7} {took:>9.1} {busy:>7.0}", skipped.len())?;
        }
        let sum = |of: fn(&Row) -> Duration| self.rows.iter().map(of).sum::<Duration>().as_secs_f64();
        writeln!(f, "{:<15} {:>33.1} {:>7.0}", "all", sum(|row| row.took), sum(|row| row.busy))?;
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

/// The processor time of all ended child processes and theirs, in steps of 10 ms. Zero where there is no `/proc`.
fn busy() -> Duration {
    std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| busy_children(&stat)).unwrap_or_default()
}

/// proc_pid_stat(5): `cutime` and `cstime` are the fields 16 and 17, in hundredths of a second.
fn busy_children(stat: &str) -> Option<Duration> {
    // Field 2 is the program's name in brackets, which may contain spaces.
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: u64 = fields.split(' ').skip(13).take(2).map(|field| field.parse().unwrap_or(0)).sum();
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        path::PathBuf,
        sync::atomic::{AtomicBool, Ordering},
    };

    #[test]
    fn processor_time_is_that_of_the_child_processes() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 7 0 0 0 11 12 250 50 20 0 1 0 100 0 0";
        assert_eq!(busy_children(stat), Some(Duration::from_secs(3)));
        assert_eq!(busy_children(""), None);
    }

    fn report(strict: bool, outcomes: Vec<Result<Tally>>) -> (String, bool) {
        let mut report = Report::new(strict);
        for outcome in outcomes {
            report.note("step", Duration::from_millis(1_500), Duration::ZERO, outcome);
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
    fn a_step_waits_for_its_tools_and_reports_itself_what_is_missing() {
        static PREPARED: AtomicBool = AtomicBool::new(false);
        static STEP: Step = Step {
            name: "step",
            about: "a step of this test",
            prepare: Some(|_| {
                PREPARED.store(true, Ordering::Relaxed);
                Err(unavailable())
            }),
            run: |_| if PREPARED.load(Ordering::Relaxed) { Ok(Tally::one_passed()) } else { Ok(Tally::default()) },
        };
        let mut report = Report::new(true);
        report.run_all(&[&STEP, &STEP], &Workspace { root: PathBuf::new(), target: PathBuf::new() });
        assert!(report.to_string().ends_with("\n2 passed, 0 failed\n"), "{report}");
    }

    #[test]
    fn a_step_that_checks_nothing_fails() {
        assert_eq!(report(false, vec![Ok(Tally::default())]), ("0 passed, 1 failed".to_owned(), false));
    }
}
