//! The flows of `ringbolt dev`: files that are reloaded when they change, or the demo flow.

use crate::line::{complain, reloaded};
use anyhow::{Context as _, bail};
use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::{FlowFileMistakes, Flows, files};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// The built-in demo flow, used if there is no flow file.
pub const DEMO: &str = include_str!("../../../flows/demo.yaml");

/// The demo flow's file in a checkout, which is reloaded when it changes.
const DEMO_FILE: &str = "flows/demo.yaml";

/// Flow files, and their state when last checked.
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
    seen: Mutex<Vec<Seen>>,
    stage: Option<String>,
    /// The file of each flow, as last loaded.
    by_name: Mutex<BTreeMap<String, PathBuf>>,
}

/// A file with its modification time and length. The length matters because an editor can empty and refill a file
/// within one tick of the file system's clock.
type Seen = (PathBuf, Option<(SystemTime, u64)>);

/// The flow files and folders that are used if these are given: none means the demo flow's file, if there is one.
#[must_use]
pub fn paths(given: &[PathBuf]) -> Vec<PathBuf> {
    match given {
        [] if Path::new(DEMO_FILE).is_file() => vec![PathBuf::from(DEMO_FILE)],
        given => given.to_vec(),
    }
}

/// Loads the given files for a stage, or the demo flow if there are none.
pub(crate) fn load(given: &[PathBuf], stage: Option<&str>) -> anyhow::Result<(Flows, Watched)> {
    let paths = paths(given);
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        bail!("The flow file {} does not exist.", missing.display());
    }
    let flows = if paths.is_empty() {
        Flows::unpublished([std::sync::Arc::new(Flow::load(DEMO).context("the demo flow does not load")?)])
    } else {
        Flows::load(&paths, stage).map_err(mistaken)?
    };
    let seen = Mutex::new(changes(&paths));
    let by_name = Mutex::new(files_by_name(&paths, stage));
    Ok((flows, Watched { paths, seen, stage: stage.map(str::to_owned), by_name }))
}

fn mistaken(mistakes: FlowFileMistakes) -> anyhow::Error {
    anyhow::anyhow!("The call flow cannot be used:\n{mistakes}")
}

impl Watched {
    /// The files and folders; empty for the built-in demo flow.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The stage whose ids are used.
    pub(crate) fn stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// The file that has a flow; `None` for the built-in demo flow.
    pub(crate) fn file_of(&self, flow: &str) -> Option<PathBuf> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner).get(flow).cloned()
    }

    /// Reloads the files if one has changed since the last check; says whether one has.
    pub(crate) fn refresh(&self, flows: &Flows) -> bool {
        let now = changes(&self.paths);
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return false;
            }
            *seen = now;
        }
        match flows.reload(&self.paths) {
            Ok(()) => {
                let by_name = files_by_name(&self.paths, self.stage());
                *self.by_name.lock().unwrap_or_else(PoisonError::into_inner) = by_name;
                reloaded();
            }
            Err(mistakes) => {
                complain(&format!(
                    "The call flow has changed and cannot be used; the previous version stays live:\n{mistakes}"
                ));
            }
        }
        true
    }
}

/// Which file has which flow, as far as the files can be loaded.
fn files_by_name(paths: &[PathBuf], stage: Option<&str>) -> BTreeMap<String, PathBuf> {
    let named = |file: PathBuf| {
        let flow = Flow::load_at(&std::fs::read_to_string(&file).ok()?, stage).ok()?;
        Some((flow.name.to_string(), file))
    };
    paths.iter().flat_map(|path| files(path)).filter_map(named).collect()
}

fn changes(paths: &[PathBuf]) -> Vec<Seen> {
    let changed = |file: &PathBuf| {
        let metadata = file.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    paths.iter().flat_map(|path| files(path)).map(|file| (file.clone(), changed(&file))).collect()
}
