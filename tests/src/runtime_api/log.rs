//! What a function writes, without keeping an hour of it.

use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// The most warnings and errors that are kept.
const MOST_PROBLEMS: usize = 200;

/// How long a line may take to come through the pipe.
const PATIENCE: Duration = Duration::from_secs(60);

/// The lines of one function, in short.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    outcomes: BTreeMap<String, u64>,
    problems: Vec<String>,
}

impl Log {
    /// Reads both streams until they end. The receiver then says that the function has ended.
    pub(super) fn of(
        stdout: impl Read + Send + 'static,
        stderr: impl Read + Send + 'static,
    ) -> (Self, watch::Receiver<bool>) {
        let (log, (ended, has_ended)) = (Self::default(), watch::channel(false));
        let (first, second) = (log.clone(), log.clone());
        thread::spawn(move || second.read(stderr));
        thread::spawn(move || {
            first.read(stdout);
            ended.send_replace(true);
        });
        (log, has_ended)
    }

    /// How many events had each outcome.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        self.lines().outcomes.clone()
    }

    /// Waits until so many events are logged, since a line can come after its answer. Returns how many had each outcome.
    pub async fn logged(&self, events: u64) -> BTreeMap<String, u64> {
        let until = Instant::now() + PATIENCE;
        loop {
            let outcomes = self.outcomes();
            if outcomes.values().sum::<u64>() >= events || Instant::now() > until {
                return outcomes;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The warnings and errors, and lines that are not JSON.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.lines().problems.clone()
    }

    fn read(&self, stream: impl Read) {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            self.lines().add(line);
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn add(&mut self, line: String) {
        let log: Map<String, Value> = serde_json::from_str(&line).unwrap_or_default();
        if log.get("message").is_some_and(|message| message == "answered") {
            let outcome = log["outcome"].as_str().unwrap_or_default().to_owned();
            *self.outcomes.entry(outcome).or_default() += 1;
        }
        let is_fine = log.get("level").is_none_or(|level| level == "INFO" || level == "DEBUG") && !log.is_empty();
        if !is_fine && self.problems.len() < MOST_PROBLEMS {
            self.problems.push(line);
        }
    }
}
