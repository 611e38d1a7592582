//! Rows that are not imported, and the file that says why.

use anyhow::Context as _;
use ringbolt_core::{
    identity::InvalidIdentity,
    pin::{InvalidPin, policy::Weakness},
};
use std::{
    fs::{self, File},
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Where it begins.
    pub(crate) line: u64,
    /// Whose row, where that is certain. It belongs to a person: for the file alone.
    pub(crate) user: Option<String>,
    pub(crate) reason: Reason,
}

/// Why a row is not imported. No reason quotes what stands in the row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Reason {
    #[error("{}", fields(*.found, *.expected, *.last_line))]
    Fields { found: usize, expected: usize, last_line: Option<u64> },
    #[error("it is not UTF-8; save the file as \"CSV UTF-8\"")]
    NotUtf8,
    #[error("it has a carriage return without a line feed outside quotation marks")]
    CarriageReturn,
    #[error("it is longer than 1 MiB, and an item of DynamoDB holds 400 KB")]
    TooLong,
    #[error(
        "a quotation mark opens in this line and is not closed: nothing from here on was read. Close it or take it \
         away, and import again"
    )]
    Unclosed,
    #[error("{0}")]
    User(InvalidIdentity),
    #[error("the PIN is empty")]
    NoPin,
    #[error("{0}")]
    Pin(InvalidPin),
    #[error("the PIN is easy to guess: {0}")]
    Weak(Weakness),
    #[error("an item of DynamoDB holds 400 KB, and this caller's would have more")]
    TooLarge,
    #[error("the caller's item in the table was not written by Ringbolt")]
    Foreign,
    #[error("DynamoDB refused it ({0})")]
    Database(String),
}

fn fields(found: usize, expected: usize, last_line: Option<u64>) -> String {
    let plural = if found == 1 { "" } else { "s" };
    let lines = match last_line {
        None => String::new(),
        Some(line) => format!(" (it goes on to line {line}: perhaps a quotation mark too many)"),
    };
    format!("it has {found} field{plural}, and the first row {expected}{lines}")
}

/// The file of refused rows: `line,user,reason`, in the order of the lines. It is made with the first of them.
pub(crate) struct RefusedFile {
    path: PathBuf,
    file: Option<File>,
    written: u64,
    waiting: Vec<u8>,
}

impl RefusedFile {
    /// A file that begins anew, or goes on after so many bytes: what an interrupted import has written beyond them, it
    /// writes again.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn open(path: &Path, written: u64) -> anyhow::Result<Self> {
        let mut opened = Self { path: path.to_owned(), file: None, written, waiting: Vec::new() };
        if written == 0 {
            // One of an earlier import would be taken for this one's.
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("{} cannot be written", path.display()));
                }
                _ => return Ok(opened),
            }
        }
        let file = opened.file()?;
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        Ok(opened)
    }

    /// Takes a row in.
    pub(crate) fn add(&mut self, refused: &Refused) -> anyhow::Result<()> {
        let mut line = csv::Writer::from_writer(Vec::new());
        if self.written == 0 && self.waiting.is_empty() {
            line.write_record(["line", "user", "reason"])?;
        }
        let user = refused.user.as_deref().unwrap_or_default();
        line.write_record([refused.line.to_string().as_str(), user, &refused.reason.to_string()])?;
        self.waiting.extend(line.into_inner().map_err(|error| error.into_error())?);
        Ok(())
    }

    /// Writes what was taken in; gives the length of the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn flush(&mut self) -> anyhow::Result<u64> {
        if !self.waiting.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            let shown = self.path.display().to_string();
            self.file()?.write_all(&waiting).with_context(|| format!("{shown} cannot be written"))?;
            self.written += waiting.len() as u64;
        }
        Ok(self.written)
    }

    fn file(&mut self) -> anyhow::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => private(&self.path).with_context(|| format!("{} cannot be written", self.path.display()))?,
        };
        Ok(self.file.insert(file))
    }
}

/// Opens a file for writing that nobody else may read, as it is or new.
pub(crate) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
