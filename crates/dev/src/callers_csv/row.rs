//! The rows after the header.

use super::{Columns, records::Next};
use csv::{ByteRecord, ReaderBuilder, Trim};
use ringbolt_core::{caller::Attributes, text::counted};
use std::str;

/// The fields of a row, by column and trimmed.
pub struct Cells<'a> {
    columns: &'a Columns,
    fields: ByteRecord,
}

/// Why a row or a field cannot be used. Never quotes the row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRow {
    /// It has more or fewer fields than the header. `last_line` is set if it spans several lines.
    #[error("{}", fields_sentence(*.found, *.expected, *.last_line))]
    Fields {
        /// The number of its fields.
        found: usize,
        /// The number of columns.
        expected: usize,
        /// The line where it ends.
        last_line: Option<u64>,
    },
    /// A field is not UTF-8.
    #[error("the row is not UTF-8; save the file as \"CSV UTF-8\"")]
    NotUtf8,
    /// Some programs end a row at a carriage return, others do not.
    #[error("the row has a carriage return without a line feed outside quotation marks")]
    CarriageReturn,
    /// It has more than [`LONGEST`](super::records::LONGEST) bytes. `last_line` is set if it spans several lines.
    #[error("the row is longer than 1 MiB, but a DynamoDB item holds 400 KB{}", spans_to(*.last_line))]
    TooLong {
        /// The line where it ends.
        last_line: Option<u64>,
    },
    /// As [`Next::Unclosed`].
    #[error(
        "a quotation mark in this line is not closed within 16 MiB, so nothing after it was read. Close it or remove it, \
         and import again"
    )]
    Unclosed,
    /// The user or the PIN is a number such as 9.07865E+11, which has lost digits.
    #[error("the {what} is a number in scientific notation, as spreadsheets write long ones; save the column as text")]
    Scientific {
        /// `user` or `PIN`.
        what: &'static str,
    },
}

fn fields_sentence(found: usize, expected: usize, last_line: Option<u64>) -> String {
    let found = counted(found, "field");
    format!("the row has {found}, but the first row has {expected}{}", spans_to(last_line))
}

fn spans_to(last_line: Option<u64>) -> String {
    last_line.map_or_else(String::new, |line| format!(" (it spans to line {line}: check for an extra quotation mark)"))
}

impl Columns {
    /// Parses what was read. Returns the line where the row begins, and its fields: `None` if all of them are empty, as
    /// often at the end of spreadsheets. The outer `None` is the end of the file.
    pub fn cells(&self, read: Next<'_>) -> Option<(u64, Result<Option<Cells<'_>>, InvalidRow>)> {
        match read {
            Next::End => None,
            Next::Record { line, bytes } => Some((line, self.split(line, bytes))),
            Next::TooLong { line, last_line } => {
                Some((line, Err(InvalidRow::TooLong { last_line: (last_line > line).then_some(last_line) })))
            }
            Next::Unclosed { line } => Some((line, Err(InvalidRow::Unclosed))),
        }
    }

    fn split(&self, line: u64, bytes: &[u8]) -> Result<Option<Cells<'_>>, InvalidRow> {
        let fields = fields(bytes, self.delimiter).ok_or(InvalidRow::CarriageReturn)?;
        if fields.iter().all(<[u8]>::is_empty) {
            return Ok(None);
        }
        // In such a row any field could be the PIN, so none is shown.
        if fields.len() != self.count {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let last_line = (lines > 1).then(|| line + lines - 1);
            return Err(InvalidRow::Fields { found: fields.len(), expected: self.count, last_line });
        }
        Ok(Some(Cells { columns: self, fields }))
    }
}

impl Cells<'_> {
    /// The user id as the file has it.
    ///
    /// # Errors
    /// It is not UTF-8, or in scientific notation.
    pub fn user(&self) -> Result<&str, InvalidRow> {
        self.digits(self.columns.user, "user")
    }

    /// The PIN as the file has it.
    ///
    /// # Errors
    /// It is not UTF-8, or in scientific notation.
    pub fn pin(&self) -> Result<&str, InvalidRow> {
        self.digits(self.columns.pin, "PIN")
    }

    /// The attributes, or `None` if the file has no columns for them.
    ///
    /// # Errors
    /// A value is not UTF-8.
    pub fn attributes(&self) -> Result<Option<Attributes>, InvalidRow> {
        let named = self.columns.attributes.iter().map(|(index, name)| Ok((name.clone(), self.text(*index)?.into())));
        let attributes: Attributes = named.collect::<Result<_, InvalidRow>>()?;
        Ok((!attributes.is_empty()).then_some(attributes))
    }

    fn digits(&self, index: usize, what: &'static str) -> Result<&str, InvalidRow> {
        let text = self.text(index)?;
        if is_scientific(text) { Err(InvalidRow::Scientific { what }) } else { Ok(text) }
    }

    fn text(&self, index: usize) -> Result<&str, InvalidRow> {
        str::from_utf8(self.fields.get(index).unwrap_or_default()).map_err(|_| InvalidRow::NotUtf8)
    }
}

/// Whether this is a number as spreadsheets write long ones, such as `9.07865E+11`. They always write the exponent's sign,
/// so a user id such as `1e5` is not taken for a number.
fn is_scientific(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, exponent)) = text.split_once(['e', 'E']) else { return false };
    let Some(exponent) = exponent.strip_prefix(['+', '-']) else { return false };
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole.trim_start_matches('-')) && digits(fraction) && digits(exponent)
}

/// The fields of one row. `None` if it contains a lone carriage return, which ends a row for some programs.
pub(super) fn fields(bytes: &[u8], delimiter: u8) -> Option<ByteRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(Trim::All)
        .buffer_capacity(bytes.len().max(1))
        .from_reader(bytes);
    let (mut fields, mut more) = (ByteRecord::new(), ByteRecord::new());
    // Reading from a slice cannot fail.
    let one = reader.read_byte_record(&mut fields).unwrap_or_default();
    let two = reader.read_byte_record(&mut more).unwrap_or_default();
    (one && !two).then_some(fields)
}
