//! The flows of `ringbolt dev`: files that are read again when they change, or the demo.

use crate::line::{complain, show};
use anyhow::{Context as _, bail};
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::{FlowFileMistakes, Flows, files};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// The demo flow that comes with the program, for a folder without one.
pub const DEMO: &str = include_str!("../../../flows/demo.yaml");

/// Where the demo flow stands in a checkout; edited there, it is read again.
const DEMO_FILE: &str = "flows/demo.yaml";

/// Flow files, and how they were when they were last looked at.
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
    seen: Mutex<Vec<Seen>>,
}

/// A file, when it was written and how long it is: within one tick of the file system's clock, an editor can empty a
/// file and fill it again.
type Seen = (PathBuf, Option<(SystemTime, u64)>);

/// Loads these files, or the demo where there are none.
pub(crate) fn load(given: &[PathBuf]) -> anyhow::Result<(Flows, Watched)> {
    let paths = match given {
        [] if Path::new(DEMO_FILE).is_file() => vec![PathBuf::from(DEMO_FILE)],
        given => given.to_vec(),
    };
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        bail!("There is no flow file {}.", missing.display());
    }
    let flows = if paths.is_empty() {
        Flows::unpublished([std::sync::Arc::new(Flow::load(DEMO).context("the demo flow does not load")?)])
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
    /// The files and folders; none where the demo flow came with the program.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// Reads the files again where one has changed since the last look.
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
            Ok(()) => show("The call flow has changed and was read again."),
            Err(mistakes) => {
                complain(&format!(
                    "The call flow has changed and cannot be used; the one before stays live:\n{mistakes}"
                ));
            }
        }
    }
}

fn changes(paths: &[PathBuf]) -> Vec<Seen> {
    let changed = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.iter().flat_map(|path| files(path)).map(|file| (file.clone(), changed(&file))).collect()
}
