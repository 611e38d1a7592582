//! Splits a CSV into rows, with their line numbers and the positions at which reading can resume.
//!
//! A row may contain line breaks within quotation marks. The `csv` crate parses the fields; this module only splits the
//! file, by that crate's quoting rules, so that memory stays bounded for any file.

use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read as _};

/// The longest row in bytes. A DynamoDB item holds 400 KB, so a longer row could not be stored even if every quotation
/// mark in it were doubled.
pub const LONGEST: usize = 1 << 20;

/// The most bytes of a row that are searched for the closing quotation mark.
pub const LONGEST_SEARCHED: u64 = 16 << 20;

/// A position between two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// The number of the line that starts here, from 1.
    pub line: u64,
}

/// The start of a file.
pub const START: Position = Position { offset: 0, line: 1 };

/// The next row, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A row, including its line break.
    Record {
        /// The line where it starts, from 1.
        line: u64,
        /// Its text, with at most [`LONGEST`] bytes.
        bytes: &'a [u8],
    },
    /// A skipped row of more than [`LONGEST`] bytes, with its first and last line.
    TooLong {
        /// The line where it starts, from 1.
        line: u64,
        /// The line where it ends.
        last_line: u64,
    },
    /// A quotation mark that opens in this line is not closed within [`LONGEST_SEARCHED`] bytes, or never. The rest could be
    /// one field or many rows, so nothing more is read.
    Unclosed {
        /// The line with the quotation mark, from 1.
        line: u64,
    },
    /// There are no more rows.
    End,
}

/// Splits a CSV into rows.
pub struct Records<R> {
    source: R,
    at: Position,
    delimiter: u8,
    bytes: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    /// The rows of a source, which must be at this position.
    pub fn new(source: R, at: Position, delimiter: u8) -> Self {
        Self { source, at, delimiter, bytes: Vec::new() }
    }

    /// Changes the delimiter for the rows that follow.
    pub fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The position after the last row read.
    pub fn position(&self) -> Position {
        self.at
    }

    /// The source.
    pub fn into_source(self) -> R {
        self.source
    }

    /// Reads the next row. Empty lines are skipped.
    ///
    /// # Errors
    /// The source could not be read.
    pub fn read_next(&mut self) -> io::Result<Next<'_>> {
        loop {
            let Position { offset: begins, line } = self.at;
            self.bytes.clear();
            let (mut place, mut long) = (Place::FieldStart, false);
            let last_line = loop {
                let before = self.bytes.len();
                let room = (LONGEST + 1).saturating_sub(before) as u64;
                let read = (&mut self.source).take(room).read_until(b'\n', &mut self.bytes)?;
                self.at.offset += read as u64;
                place = self.bytes[before..].iter().fold(place, |place, byte| place.after(*byte, self.delimiter));
                let line_ends = self.bytes.last() == Some(&b'\n') && read > 0;
                self.at.line += u64::from(line_ends);
                if place == Place::Quoted {
                    if read == 0 || self.at.offset - begins > LONGEST_SEARCHED {
                        self.skip_to_end()?;
                        return Ok(Next::Unclosed { line });
                    }
                } else if read == 0 || line_ends {
                    break self.at.line - u64::from(line_ends);
                }
                long |= self.bytes.len() > LONGEST;
                if long {
                    self.bytes.clear();
                }
            };
            if long || self.bytes.len() > LONGEST {
                return Ok(Next::TooLong { line, last_line });
            }
            if self.bytes.is_empty() {
                return Ok(Next::End);
            }
            if self.bytes.iter().any(|byte| !matches!(byte, b'\r' | b'\n')) {
                return Ok(Next::Record { line, bytes: &self.bytes });
            }
        }
    }

    /// Skips the rest of the file, so that a resumed import reads nothing more either.
    fn skip_to_end(&mut self) -> io::Result<()> {
        loop {
            let skipped = self.source.fill_buf()?.len();
            if skipped == 0 {
                return Ok(());
            }
            self.source.consume(skipped);
            self.at.offset += skipped as u64;
        }
    }
}

/// The state of the parser within a row. A quotation mark only opens a quotation at the start of a field; inside one, two
/// stand for one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

impl Place {
    fn after(self, byte: u8, delimiter: u8) -> Self {
        match (self, byte) {
            (Self::FieldStart | Self::QuoteInQuoted, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::QuoteInQuoted,
            (Self::Quoted, _) => Self::Quoted,
            (_, byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => Self::FieldStart,
            _ => Self::Bare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    /// Each row as `line:text`, or why it was not read.
    fn cut(text: &str) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), START, b',');
        let mut found = Vec::new();
        loop {
            match records.read_next().unwrap() {
                Next::Record { line, bytes } => found.push(format!("{line}:{}", String::from_utf8_lossy(bytes))),
                Next::TooLong { line, last_line } => found.push(format!("{line} to {last_line} too long")),
                Next::Unclosed { line } => found.push(format!("{line} unclosed")),
                Next::End => return found,
            }
        }
    }

    #[test]
    fn rows_end_at_line_breaks_outside_quotation_marks() {
        assert_eq!(cut("a,b\r\n1,\"x\ny\"\r\n2,z"), ["1:a,b\r\n", "2:1,\"x\ny\"\r\n", "4:2,z"]);
        assert_eq!(cut("1,\"say \"\"\n\"\"\"\n2,b\n"), ["1:1,\"say \"\"\n\"\"\"\n", "3:2,b\n"]);
    }

    #[test]
    fn a_quotation_mark_inside_an_unquoted_field_is_literal() {
        assert_eq!(cut("1,5\" pipe\n2,b\n"), ["1:1,5\" pipe\n", "2:2,b\n"]);
        assert_eq!(cut("1,\"a\"b\"\n2,c\n"), ["1:1,\"a\"b\"\n", "2:2,c\n"], "also after the closing one");
    }

    #[test]
    fn empty_lines_are_skipped_but_counted() {
        assert_eq!(cut("\n\r\na\n\n\nb\n\n"), ["3:a\n", "6:b\n"]);
        assert_eq!(cut(""), [""; 0]);
    }

    #[test]
    fn nothing_is_read_after_an_unclosed_quotation_mark() {
        assert_eq!(cut("a\n1,\"x\n2,y\n3,z\n"), ["1:a\n", "2 unclosed"]);
        let searched = usize::try_from(LONGEST_SEARCHED).unwrap();
        let text = format!("1,\"{}\n2,\"\n3\n", "x\n".repeat(searched / 2));
        let mut records = Records::new(text.as_bytes(), START, b',');
        assert_eq!(records.read_next().unwrap(), Next::Unclosed { line: 1 });
        assert_eq!(records.read_next().unwrap(), Next::End);
        assert_eq!(records.position().offset, text.len() as u64, "a resumed import reads nothing more either");
        assert!(records.bytes.capacity() < 4 * LONGEST, "memory stays bounded");
    }

    #[test]
    fn a_row_that_is_too_long_is_skipped_and_the_next_is_read() {
        let long = format!("a\n{}\nb\n", "x".repeat(3 * LONGEST));
        assert_eq!(cut(&long), ["1:a\n", "2 to 2 too long", "3:b\n"]);
        for (length, lines) in [(LONGEST, 0), (2 * LONGEST, 0), (2 * LONGEST, 5)] {
            let long = format!("a\n1,\"{}{}\"\nb\n", "\"\"\n".repeat(lines), "x".repeat(length));
            assert_eq!(cut(&long), ["1:a\n", &format!("2 to {} too long", 2 + lines), &format!("{}:b\n", 3 + lines)]);
        }
        let longest = format!("1,\"{}\"\n", "x".repeat(LONGEST - 5));
        assert_eq!(cut(&longest), [format!("1:{longest}")]);
        assert_eq!(cut(&"x".repeat(LONGEST + 1)), ["1 to 1 too long"], "also at the end of the file");
    }

    #[test]
    fn reading_resumes_at_a_saved_position() {
        let text = "a\n\"b\nc\"\n\nd\ne";
        let mut whole = Records::new(text.as_bytes(), START, b',');
        for _ in 0..4 {
            whole.read_next().unwrap();
            let at = whole.position();
            let mut rest = Records::new(&text.as_bytes()[usize::try_from(at.offset).unwrap()..], at, b',');
            let mut same = Records::new(&text.as_bytes()[usize::try_from(at.offset).unwrap()..], at, b',');
            assert_eq!(rest.read_next().unwrap(), same.read_next().unwrap());
        }
        assert_eq!(whole.position(), Position { offset: text.len() as u64, line: 6 });
    }

    fn fields(text: &[u8]) -> Vec<csv::ByteRecord> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.byte_records().collect::<Result<_, _>>().unwrap()
    }

    proptest! {
        #[test]
        fn rows_end_where_the_csv_crate_ends_them(pieces in vec(select(&["a", "\"", ",", "\n", "\r\n", " "][..]), 0..40)) {
            let text = pieces.concat();
            let mut records = Records::new(text.as_bytes(), START, b',');
            let mut cut = Vec::new();
            loop {
                match records.read_next().unwrap() {
                    Next::Record { bytes, .. } => cut.extend(fields(bytes)),
                    // The csv crate treats the end of the file as the closing mark.
                    Next::Unclosed { .. } => return Ok(()),
                    Next::TooLong { .. } => prop_assert!(false),
                    Next::End => break,
                }
            }
            prop_assert_eq!(cut, fields(text.as_bytes()));
        }
    }
}
