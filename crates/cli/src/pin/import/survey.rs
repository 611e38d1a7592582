//! What is in the file, before anything is done: its columns, how many rows it has, and which file it is.

use super::{
    records::{Next, Position, Records, START},
    rows::Columns,
};
use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom},
    path::Path,
};

/// A CSV that can be imported.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) columns: Columns,
    /// After the header.
    pub(crate) first: Position,
    /// How many rows come after the header, whatever is in them.
    pub(crate) rows: u64,
    /// SHA-256 of the file, in hexadecimal digits.
    pub(crate) digest: String,
}

/// Reads the file once, from its beginning to its end.
///
/// # Errors
/// One sentence: it cannot be read, it has no header, or not the columns.
pub(crate) fn survey(path: &Path, delimiter: u8) -> anyhow::Result<Survey> {
    let shown = path.display();
    if path.is_dir() {
        bail!("{shown} is a folder, not a CSV");
    }
    let file = File::open(path).with_context(|| format!("{shown} could not be read"))?;
    let mut records = Records::new(BufReader::new(Digesting { file, digest: Sha256::new() }), START, delimiter);
    let columns = match records.next().with_context(|| format!("{shown} could not be read"))? {
        Next::Record { bytes, .. } => Columns::read(bytes, delimiter).with_context(|| shown.to_string())?,
        Next::End => bail!("{shown} is empty: its first row names the columns, such as `user,pin,first_name`"),
        Next::TooLong { .. } | Next::Unclosed { .. } => {
            bail!("{shown} does not begin with a row that names its columns")
        }
    };
    let (first, mut rows) = (records.position(), 0);
    loop {
        match records.next().with_context(|| format!("{shown} could not be read"))? {
            Next::End => break,
            Next::Record { .. } | Next::TooLong { .. } | Next::Unclosed { .. } => rows += 1,
        }
    }
    let mut source = records.into_source();
    // After a quotation mark that is not closed there may be more.
    io::copy(&mut source, &mut io::sink()).with_context(|| format!("{shown} could not be read"))?;
    let digest = source.into_inner().digest.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    });
    Ok(Survey { columns, first, rows, digest })
}

/// The file's rows from a position on.
///
/// # Errors
/// It cannot be read.
pub(crate) fn rows_from(path: &Path, at: Position, delimiter: u8) -> anyhow::Result<Records<BufReader<File>>> {
    let opened = File::open(path).and_then(|mut file| file.seek(SeekFrom::Start(at.offset)).map(|_| file));
    let file = opened.with_context(|| format!("{} could not be read", path.display()))?;
    Ok(Records::new(BufReader::new(file), at, delimiter))
}

struct Digesting {
    file: File,
    digest: Sha256,
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}
