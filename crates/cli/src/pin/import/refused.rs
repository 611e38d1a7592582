//! Rows that are not imported, and the file that says why.

use anyhow::{Context as _, bail};
use ringbolt_core::{
    identity::InvalidIdentity,
    pin::{InvalidPin, policy::Weakness},
};
use ringbolt_dev::private_file;
use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _},
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
    #[error("it is longer than 1 MiB, and an item of DynamoDB holds 400 KB{}", goes_on(*.last_line))]
    TooLong { last_line: Option<u64> },
    #[error(
        "a quotation mark opens in this line and is not closed, or not within 16 MiB: nothing from here on was read. Close it or take it \
         away, and import again"
    )]
    Unclosed,
    #[error("{0}")]
    User(InvalidIdentity),
    #[error("the PIN is empty")]
    NoPin,
    #[error("{0}")]
    Pin(InvalidPin),
    #[error("the PIN is easy to guess: {}", clause(*.0))]
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
    format!("it has {found} field{plural}, and the first row {expected}{}", goes_on(last_line))
}

fn goes_on(last_line: Option<u64>) -> String {
    last_line
        .map_or_else(String::new, |line| format!(" (it goes on to line {line}: perhaps a quotation mark too many)"))
}

/// "The PIN must not be a year." as the end of a sentence: "it must not be a year".
fn clause(weakness: Weakness) -> String {
    weakness.to_string().replacen("The PIN", "it", 1).trim_end_matches('.').to_owned()
}

/// What the list begins with.
const HEADER: &str = "line,user,reason";

/// The file of refused rows: `line,user,reason`, in the order of the lines. It is made with the first of them.
pub(crate) struct RefusedFile {
    path: PathBuf,
    file: Option<File>,
    written: u64,
    waiting: Vec<u8>,
    /// An earlier import's list is there: it would be taken for this one's.
    earlier: bool,
}

impl RefusedFile {
    /// A list that begins anew. One of an earlier import goes with the first [`flush`](Self::flush), not before.
    ///
    /// # Errors
    /// One sentence: something else is there, which stays as it is, or there is no such folder.
    pub(crate) fn anew(path: &Path) -> anyhow::Result<Self> {
        let earlier = list_at(path)?.is_some();
        Ok(Self { path: path.to_owned(), file: None, written: 0, waiting: Vec::new(), earlier })
    }

    /// The list of an interrupted import, which goes on after so many bytes: what stands beyond them is written again.
    ///
    /// # Errors
    /// One sentence: it is not there any more, or not as it was; or as for [`anew`](Self::anew).
    pub(crate) fn go_on(path: &Path, written: u64, journal: &Path) -> anyhow::Result<Self> {
        if written == 0 {
            return Self::anew(path);
        }
        let shown = path.display();
        let length = list_at(path)?.unwrap_or_default();
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
                "{shown} is not as the interrupted import left it, with the rows that it refused: put it back, or delete \
                 {} to begin anew",
                journal.display()
            )
        };
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: path.to_owned(), file: Some(file), written, waiting: Vec::new(), earlier: false })
    }

    /// Takes a row in.
    pub(crate) fn add(&mut self, refused: &Refused) -> anyhow::Result<()> {
        let mut line = csv::Writer::from_writer(Vec::new());
        if self.written == 0 && self.waiting.is_empty() {
            line.write_record(HEADER.split(','))?;
        }
        let user = refused.user.as_deref().map(no_formula).unwrap_or_default();
        line.write_record([refused.line.to_string().as_str(), &user, &refused.reason.to_string()])?;
        self.waiting.extend(line.into_inner().map_err(|error| error.into_error())?);
        Ok(())
    }

    /// Writes what was taken in; gives the length of the file.
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
            let file = match self.file.take() {
                Some(file) => file,
                None => private_file::create_new(&self.path)?,
            };
            self.file.insert(file).write_all(&waiting)?;
            self.written += waiting.len() as u64;
        }
        Ok(self.written)
    }
}

/// A text of others that a spreadsheet, which is where people read the list, does not compute.
fn no_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}").into() } else { text.into() }
}

/// How long the list is that stands at this path, in bytes; `None` where there is nothing.
///
/// # Errors
/// One sentence: something else stands there, or there is no such folder. What an import did not write, it does not touch.
fn list_at(path: &Path) -> anyhow::Result<Option<u64>> {
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
        let what = if found.is_dir() { "is a folder" } else { "is there already and is no list of refused rows" };
        bail!("{shown} {what}: name another file with --refused, or move it away");
    }
    Ok(Some(found.len()))
}

/// Whether a file begins with our header: also one that a spreadsheet has saved, and one of which no more could be
/// written than a part of the header.
fn is_list(beginning: &[u8]) -> bool {
    let beginning = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(beginning);
    match beginning.iter().position(|byte| *byte == b'\n') {
        Some(end) => beginning[..end].trim_ascii_end() == HEADER.as_bytes(),
        None => HEADER.as_bytes().starts_with(beginning),
    }
}

#[cfg(test)]
mod tests;
