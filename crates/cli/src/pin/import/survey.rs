//! Surveys a file before the import: its columns, its number of rows and its digest.

use super::{
    estimate::{counted, grouped},
    journal::Done,
    lengths::PinLengths,
    refused::Refused,
    rows::{Row, Rules},
};
use anyhow::{Context as _, bail};
use ringbolt_dev::callers_csv::{
    self, Columns,
    records::{Next, Position, Records, START},
};
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// A CSV that can be imported. It stays open, so that a file that replaces it meanwhile is not read.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) columns: Columns,
    /// The position after the header.
    pub(crate) first: Position,
    /// The number of rows after the header, valid or not.
    pub(crate) rows: u64,
    /// How many of them have no text in any field.
    empty: u64,
    pub(crate) lengths: PinLengths,
    /// SHA-256 of the file in hexadecimal.
    pub(crate) digest: String,
    path: PathBuf,
    file: File,
}

/// Reads the whole file once. Without a delimiter, it is the one that the header uses.
///
/// # Errors
/// The file cannot be read, has no header, or lacks a column.
pub(crate) fn survey(path: &Path, delimiter: Option<u8>) -> anyhow::Result<Survey> {
    let shown = path.display();
    if path.is_dir() {
        bail!("{shown} is a folder, not a CSV");
    }
    let file = File::open(path).with_context(|| callers_csv::unreadable(path))?;
    let reading = Digesting { file: &file, digest: Sha256::new() };
    let mut records = Records::new(BufReader::new(reading), START, delimiter.unwrap_or(b','));
    let columns = callers_csv::header(&mut records, path, delimiter)?;
    let (first, mut rows, mut empty, mut lengths) = (records.position(), 0, 0, PinLengths::default());
    while let Some((_, cells)) = columns.cells(records.read_next().with_context(|| callers_csv::unreadable(path))?) {
        rows += 1;
        empty += u64::from(matches!(cells, Ok(None)));
        if let Ok(Some(pin)) = cells.as_ref().map(|cells| cells.as_ref().and_then(|cells| cells.pin().ok())) {
            lengths.count(pin);
        }
    }
    let digest = records.into_source().into_inner().digits();
    Ok(Survey { columns, first, rows, empty, lengths, digest, path: path.to_owned(), file })
}

impl Survey {
    /// How many PINs are left to be hashed, at most: empty rows have none.
    pub(crate) fn pins_after(&self, done: &Done) -> u64 {
        (self.rows - self.empty).saturating_sub(done.pins + done.refused + done.skipped)
    }

    /// The rows after a position.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn rows_from(&self, at: Position) -> anyhow::Result<Records<BufReader<File>>> {
        let opened = self.file.try_clone().and_then(|mut file| file.seek(SeekFrom::Start(at.offset)).map(|_| file));
        Ok(Records::new(
            BufReader::new(opened.with_context(|| callers_csv::unreadable(&self.path))?),
            at,
            self.columns.delimiter(),
        ))
    }

    /// Calls `each` with every row except empty ones, in the order of the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn each_row(&self, rules: &Rules, mut each: impl FnMut(Result<Row, Refused>)) -> anyhow::Result<()> {
        let mut records = self.rows_from(self.first)?;
        while let Some(row) =
            rules.parse(&self.columns, records.read_next().with_context(|| callers_csv::unreadable(&self.path))?)
        {
            row.transpose().map(&mut each).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether this many rows end at this position, to check a journal.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn end_at(&self, rows: u64, at: Position) -> anyhow::Result<bool> {
        let mut records = self.rows_from(self.first)?;
        for _ in 0..rows {
            if records.read_next().with_context(|| callers_csv::unreadable(&self.path))? == Next::End {
                return Ok(false);
            }
        }
        Ok(records.position() == at)
    }

    /// A clause that says how the file changed since the survey, or `None` if it did not. `read` is the number of rows read
    /// since.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn changed(&self, read: u64) -> anyhow::Result<Option<String>> {
        let mut whole = Digesting { file: &self.file, digest: Sha256::new() };
        (&self.file).seek(SeekFrom::Start(0)).with_context(|| callers_csv::unreadable(&self.path))?;
        io::copy(&mut whole, &mut io::sink()).with_context(|| callers_csv::unreadable(&self.path))?;
        let same = whole.digits() == self.digest;
        Ok((!same || read != self.rows).then(|| {
            let rows = counted(self.rows, "row");
            format!("{} changed during the import, after {} of {rows}", self.path.display(), grouped(read))
        }))
    }
}

struct Digesting<'a> {
    file: &'a File,
    digest: Sha256,
}

impl Digesting<'_> {
    fn digits(self) -> String {
        hex::encode(self.digest.finalize())
    }
}

impl Read for Digesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_position_is_accepted_only_if_exactly_that_many_rows_end_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv");
        fs::write(&path, "user,pin\nada,837461\n\nbob,837462\n").unwrap();
        let survey = survey(&path, None).unwrap();
        let at = |offset, line| Position { offset, line };
        assert!(survey.end_at(0, at(9, 2)).unwrap() && survey.end_at(1, at(20, 3)).unwrap());
        assert!(survey.end_at(2, at(32, 5)).unwrap());
        for (rows, at) in [(1, at(19, 3)), (1, at(9, 2)), (2, at(20, 3)), (1, at(20, 4)), (u64::MAX, at(32, 5))] {
            assert!(!survey.end_at(rows, at).unwrap(), "{rows} {at:?}");
        }
    }

    #[test]
    fn empty_rows_have_no_pin_to_be_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv");
        fs::write(&path, "user;pin;a;b\nada;837461;;\n;;;\nbob;837462;;\n").unwrap();
        let survey = survey(&path, None).unwrap();
        assert_eq!((survey.rows, survey.pins_after(&Done::NOTHING)), (3, 2));
        assert_eq!(survey.pins_after(&Done { rows: 2, pins: 1, ..Done::NOTHING }), 1);
    }

    #[test]
    fn a_change_after_the_survey_is_detected_but_a_replaced_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callers.csv");
        fs::write(&path, "user,pin\nada,837461\nbob,837462\n").unwrap();
        let survey = survey(&path, None).unwrap();
        assert_eq!(survey.changed(2).unwrap(), None);
        assert!(survey.changed(1).unwrap().unwrap().ends_with("changed during the import, after 1 of 2 rows"));
        fs::write(folder.path().join("new"), "user,pin\n").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        assert_eq!(survey.changed(2).unwrap(), None);
        let survey = super::survey(&path, None).unwrap();
        fs::write(&path, "user,PIN\n").unwrap();
        assert!(survey.changed(0).unwrap().is_some(), "the number of rows is the same, but not their content");
    }
}
