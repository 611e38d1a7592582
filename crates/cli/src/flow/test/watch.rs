//! Waiting until a flow or its calls are saved.

use super::suite::calls_file;
use crate::output::Output;
use ringbolt_lambda::flows::files;
use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

const INTERVAL: Duration = Duration::from_millis(300);

/// A file's state: its time and length, because an editor can save twice within one tick of the file system's clock.
type State = Option<(SystemTime, u64)>;

/// Files as they were.
pub(super) struct Files {
    paths: Vec<PathBuf>,
    calls: Option<PathBuf>,
    seen: Vec<(PathBuf, State)>,
}

impl Files {
    pub(super) fn of(paths: &[PathBuf], calls: Option<&Path>) -> Self {
        let calls = calls.map(Path::to_owned);
        let seen = states(paths, calls.as_deref());
        Self { paths: paths.to_vec(), calls, seen }
    }

    /// Waits until they are different. Ctrl-C ends the command.
    pub(super) fn wait_for_change(self, out: Output) {
        out.say("Waiting for a flow or its calls to be saved. Ctrl-C ends.");
        while states(&self.paths, self.calls.as_deref()) == self.seen {
            thread::sleep(INTERVAL);
        }
        out.say("");
    }
}

fn states(paths: &[PathBuf], calls: Option<&Path>) -> Vec<(PathBuf, State)> {
    let state = |file: &Path| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    let flows = paths.iter().flat_map(|path| files(path));
    let all = flows.flat_map(|flow| [calls_file(&flow), flow]).chain(calls.map(Path::to_owned));
    all.map(|file| (file.clone(), state(&file))).collect()
}
