//! The journal of an import, which records its progress so that it can resume after any interruption.
//!
//! The first line identifies the import: what is imported, and the import's id, which is stored in every item. Each further
//! line records a position up to which all rows are done. Rows beyond it may be done too; importing them again changes
//! nothing (`ringbolt_dynamodb::imports`), so a lost line only costs time. The last complete line counts. The journal
//! contains no personal data.

use anyhow::{Context as _, bail};
use ringbolt_dev::{
    callers_csv::records::{Position, START},
    private_file,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
};

/// What is imported, and how. An interrupted import only resumes with the same values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// SHA-256 of the file.
    pub(crate) file: String,
    pub(crate) realm: String,
    /// The table of callers and its deployment.
    pub(crate) table: String,
    pub(crate) place: String,
    /// The options that affect the result.
    pub(crate) options: String,
    pub(crate) refused: PathBuf,
}

/// The progress of an import: every row before the position is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) at: Position,
    pub(crate) rows: u64,
    /// Rows whose PIN is stored.
    pub(crate) pins: u64,
    /// Callers that the import has changed.
    pub(crate) callers: u64,
    /// Rows of callers that are left unchanged.
    pub(crate) skipped: u64,
    pub(crate) refused: u64,
    /// The length of the file of refused rows.
    pub(crate) refused_bytes: u64,
}

impl Done {
    pub(crate) const NOTHING: Self =
        Self { at: START, rows: 0, pins: 0, callers: 0, skipped: 0, refused: 0, refused_bytes: 0 };
}

#[derive(Serialize, Deserialize)]
struct Head {
    ringbolt_import: u32,
    run: String,
    /// The ids of the PIN keys, which are not secret.
    keys: Vec<String>,
    import: Identity,
}

const VERSION: u32 = 1;

/// A journal locked by this process. A new journal is deleted on drop if nothing was recorded, because nothing was done.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    pub(crate) run: String,
    unused: bool,
}

impl Journal {
    /// Creates a journal, or opens that of an interrupted import and returns its progress.
    ///
    /// # Errors
    /// Another process has locked it; it belongs to another import or to an earlier state of the file; the PIN keys have
    /// changed; or it cannot be read or written.
    pub(crate) fn open(
        path: &Path,
        import: &Identity,
        keys: &[String],
        run: String,
    ) -> anyhow::Result<(Self, Option<Done>)> {
        let shown = path.display();
        let mut file = private_file::open(path).with_context(|| format!("{shown} cannot be written"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another `ringbolt pin import` of this file is running"),
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("{shown} cannot be locked")),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("{shown} cannot be read"))?;
        if text.is_empty() {
            let mut journal = Self { path: path.to_owned(), file, run: run.clone(), unused: true };
            let head = Head { ringbolt_import: VERSION, run, keys: keys.to_vec(), import: import.clone() };
            journal.append(&head)?;
            let synced = private_file::sync_folder_of(path);
            synced.with_context(|| format!("the folder of {shown} cannot be written"))?;
            return Ok((journal, None));
        }
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let head: Option<Head> = lines.next().and_then(|line| serde_json::from_str(line).ok());
        let Some(head) = head.filter(|head| head.ringbolt_import == VERSION) else {
            bail!("{shown} is not a journal of this version; delete it to start the import from the beginning")
        };
        differs(&head, import, keys).map_or(Ok(()), |how| {
            Err(anyhow::anyhow!(
                "an import of this file was interrupted, and {how}. Repeat the original command to finish that import, or \
                 delete {shown} to start again."
            ))
        })?;
        let done = lines.rev().find_map(|line| serde_json::from_str(line).ok()).unwrap_or(Done::NOTHING);
        // An incomplete line must not become the start of the next one.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
        Ok((Self { path: path.to_owned(), file, run: head.run, unused: false }, Some(done)))
    }

    /// The file of refused rows that the journal names, as typed. `None` if it cannot be read.
    pub(crate) fn refused_of(path: &Path) -> Option<PathBuf> {
        let mut line = String::new();
        BufReader::new(File::open(path).ok()?).read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok().map(|head: Head| head.import.refused)
    }

    /// Records the progress.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub(crate) fn record(&mut self, done: &Done) -> anyhow::Result<()> {
        self.unused = false;
        self.append(done)
    }

    /// Deletes the journal of a finished import.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(crate) fn remove(mut self) -> anyhow::Result<()> {
        self.unused = false;
        fs::remove_file(&self.path).with_context(|| format!("{} cannot be removed", self.path.display()))
    }

    fn append(&mut self, line: &impl Serialize) -> anyhow::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.unused {
            // Best effort: another error is already being reported, and an empty journal is harmless.
            fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}

/// How this import differs from the interrupted one.
fn differs(head: &Head, now: &Identity, keys: &[String]) -> Option<String> {
    let then = &head.import;
    if then.file != now.file {
        return Some("the file has changed since then".to_owned());
    }
    for (what, then, now) in [
        ("realm", &then.realm, &now.realm),
        ("table", &then.table, &now.table),
        ("deployment", &then.place, &now.place),
    ] {
        if then != now {
            return Some(format!("its {what} was {then}, not {now}"));
        }
    }
    if then.options != now.options {
        return Some(format!("its options were `{}`, not `{}`", then.options, now.options));
    }
    if then.refused != now.refused {
        return Some(format!("its refused rows are listed in {}", then.refused.display()));
    }
    // During a rotation, tags are written under two keys. One common key is enough for all PINs to verify.
    let common = head.keys.iter().any(|key| keys.contains(key));
    (!common).then(|| "its PIN keys were different".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import() -> Identity {
        Identity {
            file: "digest".to_owned(),
            realm: "bank".to_owned(),
            table: "callers".to_owned(),
            place: "the tables given, in eu-west-1".to_owned(),
            options: "--existing replace".to_owned(),
            refused: PathBuf::from("callers.refused.csv"),
        }
    }

    fn open(path: &Path, import: &Identity) -> anyhow::Result<(Journal, Option<Done>)> {
        Journal::open(path, import, &["0a1b2c3d".to_owned()], "run-1".to_owned())
    }

    fn done(rows: u64) -> Done {
        Done { rows, pins: rows, ..Done::NOTHING }
    }

    #[test]
    fn an_interrupted_import_resumes_at_its_last_complete_line_with_its_id() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv.journal");
        let (mut journal, before) = open(&path, &import()).unwrap();
        assert_eq!(before, None);
        journal.record(&done(10)).unwrap();
        journal.record(&done(20)).unwrap();
        // An incomplete line.
        journal.file.write_all(br#"{"at":{"offset":9"#).unwrap();
        drop(journal);
        let (mut journal, before) =
            Journal::open(&path, &import(), &["0a1b2c3d".to_owned()], "run-2".to_owned()).unwrap();
        assert_eq!((before, journal.run.as_str()), (Some(done(20)), "run-1"));
        journal.record(&done(30)).unwrap();
        drop(journal);
        let (journal, before) = open(&path, &import()).unwrap();
        assert_eq!(before, Some(done(30)));
        journal.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_different_import_does_not_resume_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv.journal");
        open(&path, &import()).unwrap().0.record(&done(10)).unwrap();
        let text = |value: &str| value.to_owned();
        for (other, how) in [
            (Identity { file: text("other"), ..import() }, "the file has changed since then"),
            (Identity { realm: text("shop"), ..import() }, "its realm was bank, not shop"),
            (Identity { table: text("other"), ..import() }, "its table was callers, not other"),
            (Identity { place: text("other"), ..import() }, "its deployment was"),
            (Identity { options: text("--existing add"), ..import() }, "its options were `--existing replace`, not"),
            (
                Identity { refused: PathBuf::from("x"), ..import() },
                "its refused rows are listed in callers.refused.csv",
            ),
        ] {
            let error = open(&path, &other).map(drop).unwrap_err().to_string();
            assert!(error.contains(how) && error.contains("delete "), "{error}");
        }
        let keys = Journal::open(&path, &import(), &["ffffffff".to_owned()], text("run-2")).map(drop);
        assert!(keys.unwrap_err().to_string().contains("its PIN keys were different"));
    }

    #[test]
    fn two_imports_of_a_file_do_not_run_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv.journal");
        let (_first, _) = open(&path, &import()).unwrap();
        let error = open(&path, &import()).map(drop).unwrap_err().to_string();
        assert!(error.contains("another `ringbolt pin import` of this file is running"), "{error}");
    }

    #[test]
    fn an_import_that_never_started_leaves_no_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv.journal");
        drop(open(&path, &import()).unwrap());
        assert!(!path.exists());
        open(&path, &import()).unwrap().0.record(&done(0)).unwrap();
        drop(open(&path, &import()).unwrap());
        assert_eq!(Journal::refused_of(&path), Some(PathBuf::from("callers.refused.csv")), "it has begun");
    }

    #[test]
    fn a_file_that_is_not_a_journal_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv.journal");
        fs::write(&path, "Dear diary\n").unwrap();
        assert!(open(&path, &import()).map(drop).unwrap_err().to_string().contains("is not a journal"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "Dear diary\n");
    }
}
