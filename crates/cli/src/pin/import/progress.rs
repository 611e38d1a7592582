//! Shows the progress of an import: a bar on a terminal, or else a line every tenth and every half minute.

use super::{
    estimate::{duration, grouped},
    journal::Done,
};
use crate::output::Output;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal as _, stderr},
    time::{Duration, Instant},
};

const BETWEEN_LINES: Duration = Duration::from_secs(30);
/// Smaller imports finish quickly, so their tenths are not printed.
const MIN_ROWS_FOR_LINES: u64 = 100;
/// The time over which the rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(5);

/// Shows progress on standard error.
pub(crate) struct Progress {
    out: Output,
    total: u64,
    bar: Option<ProgressBar>,
    tenths: u64,
    line_at: Instant,
    /// The start of the rate's measurement, and the rows done by then.
    rated: (Instant, u64),
    rate: f64,
    throttled: u64,
}

impl Progress {
    /// Progress over `total` rows, of which `done` are already done.
    pub(crate) fn new(out: Output, total: u64, done: u64) -> Self {
        let bar = (!out.json() && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(total).with_position(done);
            // If the fixed template were invalid, the default would be used.
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        let tenths = (10 * done).checked_div(total).unwrap_or(10);
        Self { out, total, bar, tenths, line_at: now, rated: (now, done), rate: 0.0, throttled: 0 }
    }

    /// Shows the rows done, and the limit on parallel requests if AWS throttles.
    pub(crate) fn show(&mut self, done: &Done, (limit, throttled): (usize, u64)) {
        let tenths = (10 * done.rows).checked_div(self.total).unwrap_or(10);
        let worth_a_line = tenths > self.tenths && self.total >= MIN_ROWS_FOR_LINES;
        if self.bar.is_none() && !worth_a_line && self.line_at.elapsed() < BETWEEN_LINES {
            return;
        }
        let elapsed = self.rated.0.elapsed();
        if elapsed >= Duration::from_secs(1) {
            self.rate = (done.rows - self.rated.1) as f64 / elapsed.as_secs_f64().max(0.001);
        }
        if elapsed >= RATE_WINDOW {
            self.rated = (Instant::now(), done.rows);
        }
        let mut text = self.text(done);
        if throttled > self.throttled {
            text.push_str(&format!(", slowed down by throttling to {limit} at a time"));
        }
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            bar.set_position(done.rows);
        } else {
            self.out.note(&text);
            self.throttled = throttled;
        }
        (self.tenths, self.line_at) = (tenths, Instant::now());
    }

    fn text(&self, done: &Done) -> String {
        let percent = (100 * done.rows).checked_div(self.total).unwrap_or(100);
        let mut text = format!("{} of {} rows ({percent} %)", grouped(done.rows), grouped(self.total));
        if self.rate >= 0.1 {
            let left = Duration::from_secs_f64(self.total.saturating_sub(done.rows) as f64 / self.rate);
            text.push_str(&format!(", {} a second", grouped(self.rate.round().max(1.0) as u64)));
            if done.rows < self.total {
                text.push_str(&format!(", about {} left", duration(left)));
            }
        }
        if done.refused > 0 {
            text.push_str(&format!(", {} refused", grouped(done.refused)));
        }
        text
    }

    /// Removes the bar.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
