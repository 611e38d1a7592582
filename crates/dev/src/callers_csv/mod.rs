//! The CSV of callers and their PINs: one reader for `ringbolt pin import`, `ringbolt dev --callers` and
//! `ringbolt call --callers`, so that a file that one of them takes means the same to the others.

mod columns;
pub mod names;
pub mod records;
mod row;

pub use columns::Columns;
pub use row::{Cells, InvalidRow};

use anyhow::{Context as _, bail};
use records::{Next, Records};
use std::{io::BufRead, path::Path};

/// Delimiters that spreadsheets use.
const DELIMITERS: [u8; 3] = *b",;\t";

/// Reads the row that names the columns, and lets `records` go on with the file's delimiter.
///
/// Spreadsheets may declare the delimiter in a line before it, such as `sep=;`. Otherwise it is the given one. If none is
/// given, it is the comma, semicolon or tab that separates a column `user` from a column `pin`.
///
/// # Errors
/// The file cannot be read or is empty; it is not UTF-8; a column `user` or `pin` is missing; or a column is there twice.
pub fn header(records: &mut Records<impl BufRead>, path: &Path, delimiter: Option<u8>) -> anyhow::Result<Columns> {
    let mut row = first_row(records, path)?;
    let declared = columns::declared_delimiter(&row);
    if let Some(declared) = declared {
        records.set_delimiter(declared);
        row = first_row(records, path)?;
    }
    let given = declared.or(delimiter);
    let mut tried = given.map_or(DELIMITERS.to_vec(), |one| vec![one]).into_iter().map(|one| Columns::read(&row, one));
    let first = tried.next().context("no delimiter is known")?;
    let columns = match first {
        Err(error) => tried.find_map(Result::ok).ok_or(error),
        found => found,
    };
    let columns = columns.with_context(|| path.display().to_string())?;
    records.set_delimiter(columns.delimiter());
    Ok(columns)
}

fn first_row(records: &mut Records<impl BufRead>, path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    match records.read_next().with_context(|| unreadable(path))? {
        Next::Record { bytes, .. } => Ok(bytes.to_vec()),
        Next::End => bail!("{shown} is empty: its first row names the columns, such as `user,pin,first_name`"),
        Next::TooLong { .. } | Next::Unclosed { .. } => {
            bail!("{shown} does not start with a row that names its columns")
        }
    }
}

/// The beginning of an error: "callers.csv could not be read".
#[must_use]
pub fn unreadable(path: &Path) -> String {
    format!("{} could not be read", path.display())
}

#[cfg(test)]
mod tests;
