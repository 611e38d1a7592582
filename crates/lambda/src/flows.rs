//! The call flows of a function: read from files, checked whole, replaced as one.

use crate::{
    app::Clock,
    published::{Published, PublishedError},
};
use ringbolt_core::{
    flow::{Flow, Mistakes},
    identity::FlowName,
};
use ringbolt_dynamodb::flows::FlowTable;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

type ByName = BTreeMap<FlowName, LiveFlow>;

/// A flow that is live.
#[derive(Clone, Debug)]
pub struct LiveFlow {
    /// What it says.
    pub flow: Arc<Flow>,
    /// Which of its versions this is.
    pub version: FlowVersion,
}

/// Which version of a flow answered a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowVersion {
    /// A file as it was when it was last read.
    File,
    /// A version that was published, by its number.
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

/// The flows that are live. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Flows {
    live: Arc<RwLock<Arc<ByName>>>,
    /// Where they were published, and may be published anew.
    published: Option<Arc<Published>>,
}

/// Everything that is wrong with a set of flow files.
#[derive(Debug)]
pub struct FlowFileMistakes(Vec<FlowFileMistake>);

#[derive(Debug)]
enum FlowFileMistake {
    Unreadable { path: PathBuf, source: io::Error },
    Mistakes { path: PathBuf, mistakes: Mistakes },
    Twice { path: PathBuf, name: FlowName },
    None,
}

impl Flows {
    /// Reads flow files, and every `*.yaml` and `*.yml` of the folders among them.
    ///
    /// # Errors
    /// Every mistake of every file, with its line; a file that cannot be read; a flow's name that stands in two files;
    /// no file at all.
    pub fn load(paths: &[PathBuf]) -> Result<Self, FlowFileMistakes> {
        Ok(Self::fixed(read(paths)?))
    }

    /// Flows that are not published: each answers as one that came out of a file.
    #[must_use]
    pub fn unpublished(flows: impl IntoIterator<Item = Arc<Flow>>) -> Self {
        Self::fixed(by_name(flows.into_iter().map(LiveFlow::from_file)))
    }

    fn fixed(by_name: ByName) -> Self {
        Self { live: Arc::new(RwLock::new(Arc::new(by_name))), published: None }
    }

    /// Loads the published flows.
    ///
    /// # Errors
    /// [`PublishedError`]: the table did not answer, or has a flow that this version cannot use.
    pub async fn published(table: FlowTable, clock: Clock) -> Result<Self, PublishedError> {
        let (published, flows) = Published::load(table, clock).await?;
        Ok(Self { published: Some(Arc::new(published)), ..Self::fixed(by_name(flows)) })
    }

    /// Looks for newly published flows in the background of a request, every 30 s at most. Until they are there, and
    /// where they cannot be used, those before stay live.
    pub fn refresh_in_background(&self) {
        let Some(published) = self.published.clone().filter(|published| published.is_due()) else { return };
        let live = Arc::clone(&self.live);
        tokio::spawn(async move {
            match published.changed().await {
                Ok(None) => {}
                Ok(Some(flows)) => {
                    *live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(by_name(flows));
                }
                Err(error) => tracing::error!(reason = %error, "the call flows could not be refreshed"),
            }
        });
    }

    /// Reads the files again; what was live stays live where there is a mistake.
    ///
    /// # Errors
    /// As [`Flows::load`].
    pub fn reload(&self, paths: &[PathBuf]) -> Result<(), FlowFileMistakes> {
        let fresh = Arc::new(read(paths)?);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// The flow of this name, and which version of it.
    #[must_use]
    pub fn get(&self, name: &FlowName) -> Option<LiveFlow> {
        self.now_live().get(name).cloned()
    }

    /// All flows, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Flow>> {
        self.now_live().values().map(|live| Arc::clone(&live.flow)).collect()
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
        Self { flow, version: FlowVersion::File }
    }
}

fn by_name(flows: impl IntoIterator<Item = LiveFlow>) -> ByName {
    flows.into_iter().map(|live| (live.flow.name.clone(), live)).collect()
}

fn read(paths: &[PathBuf]) -> Result<ByName, FlowFileMistakes> {
    let (mut flows, mut mistakes) = (ByName::new(), Vec::new());
    for path in paths.iter().flat_map(|path| files(path)) {
        let loaded = match std::fs::read_to_string(&path) {
            Ok(text) => Flow::load(&text),
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
                    free.insert(LiveFlow::from_file(Arc::new(flow)));
                }
            },
        }
    }
    if flows.is_empty() && mistakes.is_empty() {
        mistakes.push(FlowFileMistake::None);
    }
    if mistakes.is_empty() { Ok(flows) } else { Err(FlowFileMistakes(mistakes)) }
}

/// The flow files that a path stands for, in order of their names.
#[must_use]
pub fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = path.read_dir() else { return vec![path.to_owned()] };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .collect();
    files.sort();
    files
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
                    write!(f, "{}: another file has a flow of the name `{name}` already", path.display())?;
                }
                FlowFileMistake::None => f.write_str("there is no flow file (*.yaml) to load")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for FlowFileMistakes {}
