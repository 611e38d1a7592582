//! Rows that are not imported, and the file that lists them with reasons.

use anyhow::{Context as _, bail};
use ringbolt_core::{
    identity::InvalidIdentity,
    pin::{InvalidPin, policy::Weakness},
};
use ringbolt_dev::{callers_csv::InvalidRow, private_file};
use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::BTreeMap,
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The line where it starts.
    pub(crate) line: u64,
    /// The user id, if it is certain. It is personal data, so it appears only in the file.
    pub(crate) user: Option<String>,
    pub(crate) reason: Reason,
}

/// Why a row is not imported. Reasons never quote the row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error(transparent)]
    Row(#[from] InvalidRow),
    #[error("{0}")]
    User(InvalidIdentity),
    #[error("the PIN is empty")]
    NoPin,
    #[error("{0}")]
    Pin(InvalidPin),
    #[error("the PIN has {found} digits, not {expected}")]
    Digits { found: usize, expected: usize },
    #[error("the PIN is easy to guess: {}", clause(*.0))]
    Weak(Weakness),
    #[error(
        "another row of this caller is refused (line {line}), and with --existing skip a new caller gets all PINs or none"
    )]
    OtherRow { line: u64 },
    #[error("a DynamoDB item holds 400 KB, and this caller's would be larger")]
    TooLarge,
    #[error("the caller's item in the table was not written by Ringbolt")]
    Foreign,
    #[error("DynamoDB refused the row ({0})")]
    Database(String),
    #[error("the enrolment function takes at most {most} PINs of one caller")]
    TooManyPins { most: usize },
    #[error("the enrolment function refused the row: {0}")]
    Function(String),
}

/// Turns "The PIN must not be a year." into a clause: "it must not be a year".
fn clause(weakness: Weakness) -> String {
    weakness.to_string().replacen("The PIN", "it", 1).trim_end_matches('.').to_owned()
}

/// The first line of the list.
const HEADER: &str = "line,user,reason";

/// The file of refused rows: `line,user,reason`, in the order of the lines. It is created with the first refused row.
pub(crate) struct RefusedFile {
    path: PathBuf,
    file: Option<File>,
    written: u64,
    waiting: Vec<u8>,
    /// An earlier import's list exists. It must be deleted, because it would be mistaken for this import's list.
    earlier: bool,
}

impl RefusedFile {
    /// A new list. The list of an earlier import is deleted with the first [`flush`](Self::flush).
    ///
    /// # Errors
    /// Another file exists at this path, which is left alone, or the folder does not exist.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let earlier = list_length(path)?.is_some();
        Ok(Self { path: path.to_owned(), file: None, written: 0, waiting: Vec::new(), earlier })
    }

    /// The list of an interrupted import. Everything after `written` bytes is written again.
    ///
    /// # Errors
    /// The list is missing or has changed; or as for [`create`](Self::create).
    pub(crate) fn resume(path: &Path, written: u64, journal: &Path) -> anyhow::Result<Self> {
        if written == 0 {
            return Self::create(path);
        }
        let shown = path.display();
        let length = list_length(path)?.unwrap_or_default();
        let mut file = None;
        if length >= written {
            let mut opened = private_file::open(path).with_context(|| format!("{shown} cannot be written"))?;
            let mut last = [0];
            opened.seek(SeekFrom::Start(written - 1))?;
            opened.read_exact(&mut last)?;
            file = Some(opened).filter(|_| last == *b"\n");
        }
        let Some(mut file) = file else {
            bail!(
                "{shown}, the list of refused rows, is not as the interrupted import left it: restore it, or delete {} to \
                 start again",
                journal.display()
            )
        };
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: path.to_owned(), file: Some(file), written, waiting: Vec::new(), earlier: false })
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, refused: &Refused) -> anyhow::Result<()> {
        let mut line = csv::Writer::from_writer(Vec::new());
        if self.written == 0 && self.waiting.is_empty() {
            line.write_record(HEADER.split(','))?;
        }
        let user = refused.user.as_deref().map(escape_formula).unwrap_or_default();
        line.write_record([refused.line.to_string().as_str(), &user, &refused.reason.to_string()])?;
        self.waiting.extend(line.into_inner().map_err(|error| error.into_error())?);
        Ok(())
    }

    /// Writes the added rows to disk. Returns the length of the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn flush(&mut self) -> anyhow::Result<u64> {
        self.written_out().with_context(|| format!("{} cannot be written", self.path.display()))
    }

    fn written_out(&mut self) -> io::Result<u64> {
        if std::mem::take(&mut self.earlier) {
            fs::remove_file(&self.path)?;
        }
        if !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            let (file, is_new) = match self.file.take() {
                Some(file) => (file, false),
                None => (private_file::create_new(&self.path)?, true),
            };
            let file = self.file.insert(file);
            file.write_all(&waiting)?;
            // The journal counts on these bytes, so they must not be lost if the machine crashes.
            file.sync_data()?;
            if is_new {
                private_file::sync_folder_of(&self.path)?;
            }
            self.written += waiting.len() as u64;
        }
        Ok(self.written)
    }
}

/// How many rows of a list have which reason, the most frequent first. Line numbers in brackets are left out.
///
/// # Errors
/// The list cannot be read.
pub(crate) fn by_reason(list: &Path) -> anyhow::Result<Vec<(String, u64)>> {
    let shown = list.display();
    let mut reader = csv::Reader::from_path(list).with_context(|| format!("{shown} cannot be read"))?;
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for row in reader.records() {
        let row = row.with_context(|| format!("{shown} cannot be read"))?;
        let reason = row.get(2).unwrap_or_default();
        let reason = match reason.split_once(" (") {
            Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after)),
            None => reason.to_owned(),
        };
        *reasons.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<(String, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, rows)| Reverse(*rows));
    Ok(reasons)
}

/// Keeps a spreadsheet from evaluating foreign text as a formula.
fn escape_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}").into() } else { text.into() }
}

/// The length in bytes of the list at this path, or `None` if there is no file.
///
/// # Errors
/// Another file exists at this path, which an import never touches, or the folder does not exist.
fn list_length(path: &Path) -> anyhow::Result<Option<u64>> {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                bail!("the refused rows cannot be listed in {shown}: there is no folder {}", folder.display());
            }
            return Ok(None);
        }
        Err(error) => return Err(error).with_context(|| format!("{shown} cannot be read")),
    };
    let mut beginning = Vec::new();
    if found.is_file() {
        let file = File::open(path).with_context(|| format!("{shown} cannot be read"))?;
        file.take(64).read_to_end(&mut beginning).with_context(|| format!("{shown} cannot be read"))?;
    }
    if !found.is_file() || !is_list(&beginning) {
        let what = if found.is_dir() { "is a folder" } else { "already exists and is not a list of refused rows" };
        bail!("{shown} {what}: name another file with --refused, or move it away");
    }
    Ok(Some(found.len()))
}

/// Whether a file starts with the list's header, perhaps saved by a spreadsheet, or with a part of it if the disk was full.
fn is_list(beginning: &[u8]) -> bool {
    let beginning = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(beginning);
    match beginning.iter().position(|byte| *byte == b'\n') {
        Some(end) => beginning[..end].trim_ascii_end() == HEADER.as_bytes(),
        None => HEADER.as_bytes().starts_with(beginning),
    }
}

#[cfg(test)]
mod tests;
