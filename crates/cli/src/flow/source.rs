//! The flow files given to a command: files, folders, and `-` for standard input.

use ringbolt_core::flow::Flow;
use ringbolt_lambda::flows::{self, is_of_calls};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

/// The name of standard input in messages.
const STDIN: &str = "<stdin>";

/// A flow file, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path, as given or found.
    pub(super) name: String,
    /// Its text.
    pub(super) text: Result<String, Unreadable>,
}

/// Why a file has no usable text.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("there is no such file")]
    Missing,
    #[error("this folder has no flow file (*.yaml or *.yml)")]
    EmptyFolder,
    #[error("this file has scripted calls, not a flow")]
    ScriptedCalls,
    #[error("you are not allowed to read this file")]
    Denied,
    #[error("this file cannot be read: {0}")]
    Io(#[source] io::Error),
    #[error("this file is too large: a flow has at most {max} bytes", max = Flow::MAX_BYTES)]
    TooLarge,
    /// The text with invalid bytes replaced, and the number of valid bytes at its start.
    #[error("this file is not UTF-8 text")]
    NotUtf8 { shown: String, good_bytes: usize },
}

impl Unreadable {
    /// A suggestion for the user.
    pub(super) fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotUtf8 { .. } => Some("save the file as UTF-8"),
            Self::ScriptedCalls => Some("give its flow: `ringbolt flow test` plays the calls that are next to a flow"),
            Self::TooLarge => Some("split it into several flows, and give the IVRs their URLs"),
            _ => None,
        }
    }
}

/// Reads the files at these paths in order, each file once. Scripted calls among flows are left out, as in a folder: a
/// shell gives them for `flows/*.yaml`.
pub(super) fn read(paths: &[PathBuf]) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    let is_calls = |path: &Path| is_of_calls(path) && !path.is_dir();
    let has_flows = paths.iter().any(|path| !is_calls(path));
    for path in paths {
        if is_calls(path) {
            if !has_flows {
                sources.push(Source { name: path.display().to_string(), text: Err(Unreadable::ScriptedCalls) });
            }
            continue;
        }
        if path.as_os_str() == "-" {
            if seen.insert(path.clone()) {
                sources.push(Source { name: STDIN.to_owned(), text: text(io::stdin().lock()) });
            }
            continue;
        }
        let files = flows::files(path);
        if files.is_empty() {
            sources.push(Source { name: path.display().to_string(), text: Err(Unreadable::EmptyFolder) });
        }
        for file in files {
            // `flows` and `flows/bank.yaml` name the same file twice.
            if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                sources.push(Source { name: file.display().to_string(), text: open(&file) });
            }
        }
    }
    sources
}

fn open(path: &Path) -> Result<String, Unreadable> {
    text(File::open(path).map_err(unreadable)?)
}

fn text(from: impl Read) -> Result<String, Unreadable> {
    let limit = u64::try_from(Flow::MAX_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // Read at most one byte too many, because a path can be /dev/zero.
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > Flow::MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8 {
        good_bytes: error.utf8_error().valid_up_to(),
        shown: String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn unreadable(error: io::Error) -> Unreadable {
    match error.kind() {
        ErrorKind::NotFound => Unreadable::Missing,
        ErrorKind::PermissionDenied => Unreadable::Denied,
        _ => Unreadable::Io(error),
    }
}
