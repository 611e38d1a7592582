//! The flows of `ringbolt dev`: files that are read again when they change, or the demo.

use anyhow::Context as _;
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::{FlowFileMistakes, Flows, files};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// The demo flow, for a folder without one.
const DEMO: &str = include_str!("../../../flows/demo.yaml");

/// Where the demo flow stands in a checkout; edited there, it is read again.
const DEMO_FILE: &str = "flows/demo.yaml";

/// Flow files, and when they last changed.
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
    seen: Mutex<Vec<(PathBuf, Option<SystemTime>)>>,
}

/// Loads these files, or the demo where there are none.
pub(crate) fn load(given: &[PathBuf]) -> anyhow::Result<(Flows, Watched)> {
    let paths = match given {
        [] if Path::new(DEMO_FILE).is_file() => vec![PathBuf::from(DEMO_FILE)],
        given => given.to_vec(),
    };
    let flows = if paths.is_empty() {
        Flows::new([Flow::load(DEMO).context("the demo flow does not load")?])
    } else {
        Flows::load(&paths).map_err(mistaken)?
    };
    let seen = Mutex::new(changes(&paths));
    Ok((flows, Watched { paths, seen }))
}

fn mistaken(mistakes: FlowFileMistakes) -> anyhow::Error {
    anyhow::anyhow!("The call flow cannot be used:\n{mistakes}")
}

impl Watched {
    /// Reads the files again where one has changed since the last look.
    #[expect(clippy::print_stderr, clippy::print_stdout, reason = "this is what `ringbolt dev` shows")]
    pub(crate) fn refresh(&self, flows: &Flows) {
        let now = changes(&self.paths);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return;
            }
            *seen = now;
        }
        match flows.reload(&self.paths) {
            Ok(()) => println!("The call flow has changed and was read again."),
            Err(mistakes) => {
                eprintln!("The call flow has changed and cannot be used; the one before stays live:\n{mistakes}");
            }
        }
    }
}

fn changes(paths: &[PathBuf]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let changed = |file: &PathBuf| file.metadata().and_then(|metadata| metadata.modified()).ok();
    paths.iter().flat_map(|path| files(path)).map(|file| (file.clone(), changed(&file))).collect()
}
