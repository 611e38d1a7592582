//! The live call flows of a function. They come from files or the table, and are always replaced as a whole.

use crate::{app::Clock, published::Published};
use ringbolt_core::{
    flow::{Flow, Mistakes, hours::Closures},
    identity::FlowName,
    realm::{self, RealmConflict, RealmRules},
};
use ringbolt_dynamodb::{StoreError, flows::FlowTable};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::time::timeout;

/// `None` for a published flow that cannot be used.
pub(crate) type ByName = BTreeMap<FlowName, Option<LiveFlow>>;

/// A live flow and its version.
#[derive(Clone, Debug)]
pub struct LiveFlow {
    /// The flow.
    pub flow: Arc<Flow>,
    /// Its version.
    pub version: FlowVersion,
    /// Which of its calendars are closed whatever they say; none for a file.
    pub closures: Arc<Closures>,
}

/// The version of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowVersion {
    /// A file, as last read.
    File,
    /// The number of a published version.
    Published(u64),
}

impl fmt::Display for FlowVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Published(version) => version.fmt(f),
        }
    }
}

/// The live flows. Cheap to clone; clones share the flows.
#[derive(Clone)]
pub struct Flows {
    live: Arc<RwLock<Arc<ByName>>>,
    /// The source of published flows; `None` for flows that are not published.
    published: Option<Arc<Published>>,
    /// The stage whose ids hold, if a flow has an id for each stage.
    stage: Option<Arc<str>>,
}

/// All mistakes in a set of flow files.
#[derive(Debug)]
pub struct FlowFileMistakes(Vec<FlowFileMistake>);

#[derive(Debug)]
enum FlowFileMistake {
    Unreadable { path: PathBuf, source: io::Error },
    Mistakes { path: PathBuf, mistakes: Mistakes },
    Twice { path: PathBuf, name: FlowName },
    Conflict(RealmConflict),
    None,
}

impl Flows {
    /// Loads flow files, and every `*.yaml` and `*.yml` file in the given folders.
    ///
    /// # Errors
    /// Every mistake in every file, with its line; a file that cannot be read; a flow name used in two files; no file
    /// at all; flows of one realm that disagree about lockout or identifiers.
    pub fn load(paths: &[PathBuf], stage: Option<&str>) -> Result<Self, FlowFileMistakes> {
        Ok(Self::from_map(read(paths, stage)?, stage))
    }

    /// Wraps flows that are not published; their version is [`FlowVersion::File`].
    #[must_use]
    pub fn unpublished(flows: impl IntoIterator<Item = Arc<Flow>>) -> Self {
        Self::from_map(by_name(flows.into_iter().map(LiveFlow::from_file)), None)
    }

    fn from_map(by_name: ByName, stage: Option<&str>) -> Self {
        Self { live: Arc::new(RwLock::new(Arc::new(by_name))), published: None, stage: stage.map(Arc::from) }
    }

    /// Loads the published flows. One that cannot be used is logged, and does not affect the others.
    ///
    /// # Errors
    /// The table did not answer.
    pub async fn published(table: FlowTable, clock: Clock, stage: Option<&str>) -> Result<Self, StoreError> {
        let published = Published::new(table, clock, stage.map(Arc::from));
        let flows = Self { published: Some(Arc::new(published)), ..Self::from_map(ByName::new(), stage) };
        flows.look().await?;
        Ok(flows)
    }

    async fn look(&self) -> Result<(), StoreError> {
        let Some(published) = &self.published else { return Ok(()) };
        published.look(|flows| *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(flows)).await
    }

    /// Looks for newly published flows, at most every 30 s, and waits for them for three twentieths of the deadline: 150 ms
    /// of one second. A frozen function does nothing between two requests, so a look that no request waits for could be hours old.
    /// The current flows stay live until the new ones are loaded.
    pub async fn refresh(&self, deadline: Duration) {
        if !self.published.as_ref().is_some_and(|published| published.is_due()) {
            return;
        }
        let flows = self.clone();
        // A task, because what takes longer goes on after the request.
        let looking = tokio::spawn(async move {
            if let Err(error) = flows.look().await {
                tracing::error!(reason = %error, "the call flows could not be refreshed");
            }
        });
        if timeout(deadline * 3 / 20, looking).await.is_err() {
            tracing::warn!("the call flows could not be refreshed in time; this request gets those of before");
        }
    }

    /// Reloads the files. If one has a mistake, the current flows stay live.
    ///
    /// # Errors
    /// The same as [`Flows::load`].
    pub fn reload(&self, paths: &[PathBuf]) -> Result<(), FlowFileMistakes> {
        let fresh = Arc::new(read(paths, self.stage.as_deref())?);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// The flow with this name, and its version.
    #[must_use]
    pub fn get(&self, name: &FlowName) -> Option<LiveFlow> {
        self.now_live().get(name).cloned().flatten()
    }

    /// Whether a flow of this name is published that cannot be used.
    #[must_use]
    pub fn is_unusable(&self, name: &FlowName) -> bool {
        self.now_live().get(name).is_some_and(Option::is_none)
    }

    /// All flows, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Flow>> {
        self.now_live().values().flatten().map(|live| Arc::clone(&live.flow)).collect()
    }

    fn now_live(&self) -> Arc<ByName> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Flows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.now_live().keys()).finish()
    }
}

impl LiveFlow {
    fn from_file(flow: Arc<Flow>) -> Self {
        Self { flow, version: FlowVersion::File, closures: Arc::default() }
    }
}

fn by_name(flows: impl IntoIterator<Item = LiveFlow>) -> ByName {
    flows.into_iter().map(|live| (live.flow.name.clone(), Some(live))).collect()
}

fn read(paths: &[PathBuf], stage: Option<&str>) -> Result<ByName, FlowFileMistakes> {
    let (mut flows, mut mistakes) = (ByName::new(), Vec::new());
    for path in paths.iter().flat_map(|path| files(path)) {
        let loaded = match std::fs::read_to_string(&path) {
            Ok(text) => Flow::load_at(&text, stage),
            Err(source) => {
                mistakes.push(FlowFileMistake::Unreadable { path, source });
                continue;
            }
        };
        match loaded {
            Err(found) => mistakes.push(FlowFileMistake::Mistakes { path, mistakes: found }),
            Ok(flow) => match flows.entry(flow.name.clone()) {
                Entry::Occupied(taken) => mistakes.push(FlowFileMistake::Twice { path, name: taken.key().clone() }),
                Entry::Vacant(free) => {
                    free.insert(Some(LiveFlow::from_file(Arc::new(flow))));
                }
            },
        }
    }
    if flows.is_empty() && mistakes.is_empty() {
        mistakes.push(FlowFileMistake::None);
    }
    mistakes
        .extend(conflicts(flows.values().flatten().map(|live| &*live.flow)).into_iter().map(FlowFileMistake::Conflict));
    if mistakes.is_empty() { Ok(flows) } else { Err(FlowFileMistakes(mistakes)) }
}

/// What flows of one realm disagree about.
pub(crate) fn conflicts<'f>(flows: impl IntoIterator<Item = &'f Flow>) -> Vec<RealmConflict> {
    realm::conflicts(flows.into_iter().map(|flow| RealmRules {
        flow: &flow.name,
        realm: &flow.realm,
        lockout: &flow.lockout,
        identifier: flow.identifier,
    }))
}

/// The flow files at a path, sorted by name: the YAML files in a folder, or the path itself. In a folder, scripted calls
/// (`bank.calls.yaml`), what is hidden (`.#bank.yaml`, with which Emacs locks a file) and what is no file (a pipe, from which
/// nothing may ever come) are left out.
#[must_use]
pub fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = path.read_dir() else { return vec![path.to_owned()] };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| is_yaml(file) && !is_of_calls(file))
        .filter(|file| !file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")))
        // What can't be looked at is said when it is read.
        .filter(|file| file.metadata().map_or(true, |found| found.is_file()))
        .collect();
    files.sort();
    files
}

/// Whether a file has scripted calls, by its name: `bank.calls.yaml`.
#[must_use]
pub fn is_of_calls(path: &Path) -> bool {
    is_yaml(path) && path.file_stem().is_some_and(|stem| stem.as_encoded_bytes().ends_with(b".calls"))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

impl fmt::Display for FlowFileMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match mistake {
                FlowFileMistake::Unreadable { path, source } => {
                    write!(f, "{}: cannot be read: {source}", path.display())?
                }
                FlowFileMistake::Mistakes { path, mistakes } => {
                    for (index, mistake) in mistakes.0.iter().enumerate() {
                        let newline = if index > 0 { "\n" } else { "" };
                        write!(f, "{newline}{}: {mistake}", path.display())?;
                    }
                }
                FlowFileMistake::Twice { path, name } => {
                    write!(f, "{}: another file already has a flow named `{name}`", path.display())?;
                }
                FlowFileMistake::Conflict(conflict) => conflict.fmt(f)?,
                FlowFileMistake::None => f.write_str("there is no flow file (*.yaml) to load")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for FlowFileMistakes {}
