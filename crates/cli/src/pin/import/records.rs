//! Where the rows of a CSV begin and end: with their lines, and with the place where reading can go on after a pause.
//!
//! A row may have line breaks within quotation marks. What is in a row is the `csv` crate's business; here the file is
//! only cut, by that crate's rules for quotation marks, so that memory stays bounded whatever the file is.

use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read as _};

/// The longest row in bytes. An item of DynamoDB holds 400 KB; even with every quotation mark doubled, a longer row is
/// none that could be stored.
pub(crate) const LONGEST: usize = 1 << 20;

/// In how many bytes of a row the end of a quotation is looked for.
pub(crate) const LONGEST_SEARCHED: u64 = 16 << 20;

/// Between two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// In bytes, from the beginning of the file.
    pub(crate) offset: u64,
    /// The number of the line that begins there; the first has number 1.
    pub(crate) line: u64,
}

/// The beginning of a file.
pub(crate) const START: Position = Position { offset: 0, line: 1 };

/// The next row, or what stands in its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    /// A row, its line break included.
    Record { line: u64, bytes: &'a [u8] },
    /// A row of more than [`LONGEST`] bytes, passed over, with the last of its lines.
    TooLong { line: u64, last_line: u64 },
    /// A quotation mark that opens in this line is not closed within [`LONGEST_SEARCHED`] bytes, or never. What follows is one
    /// field or many rows, nobody knows which: nothing more is read.
    Unclosed { line: u64 },
    /// There are no more rows.
    End,
}

/// Cuts a CSV into rows.
pub(crate) struct Records<R> {
    source: R,
    at: Position,
    delimiter: u8,
    bytes: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    /// The rows of a source that stands at this position.
    pub(crate) fn new(source: R, at: Position, delimiter: u8) -> Self {
        Self { source, at, delimiter, bytes: Vec::new() }
    }

    /// From here on, this stands between the fields.
    pub(crate) fn divided_by(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// After the row that came last.
    pub(crate) fn position(&self) -> Position {
        self.at
    }

    /// The source.
    pub(crate) fn into_source(self) -> R {
        self.source
    }

    /// The next row. Empty lines are passed over.
    ///
    /// # Errors
    /// The source could not be read.
    pub(crate) fn next(&mut self) -> io::Result<Next<'_>> {
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
                        self.pass_over_all()?;
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

    /// Where reading goes on later there must be nothing more, either.
    fn pass_over_all(&mut self) -> io::Result<()> {
        loop {
            let passed = self.source.fill_buf()?.len();
            if passed == 0 {
                return Ok(());
            }
            self.source.consume(passed);
            self.at.offset += passed as u64;
        }
    }
}

/// Where in a row a byte stands. A quotation mark counts at the beginning of a field alone; within quotation marks, two
/// are one.
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

    /// Each row as `line:text`, or what stood in its place.
    fn cut(text: &str) -> Vec<String> {
        let mut records = Records::new(text.as_bytes(), START, b',');
        let mut found = Vec::new();
        loop {
            match records.next().unwrap() {
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
    fn a_quotation_mark_within_a_bare_field_is_a_character() {
        assert_eq!(cut("1,5\" pipe\n2,b\n"), ["1:1,5\" pipe\n", "2:2,b\n"]);
        assert_eq!(cut("1,\"a\"b\"\n2,c\n"), ["1:1,\"a\"b\"\n", "2:2,c\n"], "and after the closing one, too");
    }

    #[test]
    fn empty_lines_are_passed_over_and_counted() {
        assert_eq!(cut("\n\r\na\n\n\nb\n\n"), ["3:a\n", "6:b\n"]);
        assert_eq!(cut(""), [""; 0]);
    }

    #[test]
    fn after_a_quotation_mark_that_is_never_closed_nothing_is_read() {
        assert_eq!(cut("a\n1,\"x\n2,y\n3,z\n"), ["1:a\n", "2 unclosed"]);
        let searched = usize::try_from(LONGEST_SEARCHED).unwrap();
        let text = format!("1,\"{}\n2,\"\n3\n", "x\n".repeat(searched / 2));
        let mut records = Records::new(text.as_bytes(), START, b',');
        assert_eq!(records.next().unwrap(), Next::Unclosed { line: 1 });
        assert_eq!(records.next().unwrap(), Next::End);
        assert_eq!(records.position().offset, text.len() as u64, "nor is it when an import goes on");
        assert!(records.bytes.capacity() < 4 * LONGEST, "memory stays bounded");
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_over_alone() {
        let long = format!("a\n{}\nb\n", "x".repeat(3 * LONGEST));
        assert_eq!(cut(&long), ["1:a\n", "2 to 2 too long", "3:b\n"]);
        for (length, lines) in [(LONGEST, 0), (2 * LONGEST, 0), (2 * LONGEST, 5)] {
            let long = format!("a\n1,\"{}{}\"\nb\n", "\"\"\n".repeat(lines), "x".repeat(length));
            assert_eq!(cut(&long), ["1:a\n", &format!("2 to {} too long", 2 + lines), &format!("{}:b\n", 3 + lines)]);
        }
        let longest = format!("1,\"{}\"\n", "x".repeat(LONGEST - 5));
        assert_eq!(cut(&longest), [format!("1:{longest}")]);
        assert_eq!(cut(&"x".repeat(LONGEST + 1)), ["1 to 1 too long"], "at the end of the file, too");
    }

    #[test]
    fn reading_goes_on_where_it_paused() {
        let text = "a\n\"b\nc\"\n\nd\ne";
        let mut whole = Records::new(text.as_bytes(), START, b',');
        for _ in 0..4 {
            whole.next().unwrap();
            let at = whole.position();
            let mut rest = Records::new(&text.as_bytes()[usize::try_from(at.offset).unwrap()..], at, b',');
            let mut same = Records::new(&text.as_bytes()[usize::try_from(at.offset).unwrap()..], at, b',');
            assert_eq!(rest.next().unwrap(), same.next().unwrap());
        }
        assert_eq!(whole.position(), Position { offset: text.len() as u64, line: 6 });
    }

    fn fields(text: &[u8]) -> Vec<csv::ByteRecord> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.byte_records().collect::<Result<_, _>>().unwrap()
    }

    proptest! {
        #[test]
        fn rows_are_cut_where_the_csv_crate_ends_them(pieces in vec(select(&["a", "\"", ",", "\n", "\r\n", " "][..]), 0..40)) {
            let text = pieces.concat();
            let mut records = Records::new(text.as_bytes(), START, b',');
            let mut cut = Vec::new();
            loop {
                match records.next().unwrap() {
                    Next::Record { bytes, .. } => cut.extend(fields(bytes)),
                    // The csv crate takes the end of the file for the closing mark.
                    Next::Unclosed { .. } => return Ok(()),
                    Next::TooLong { .. } => prop_assert!(false),
                    Next::End => break,
                }
            }
            prop_assert_eq!(cut, fields(text.as_bytes()));
        }
    }
}
