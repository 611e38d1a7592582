//! The CSV of callers.

// The crate around it needs the embedded database, whose build takes minutes; the reader itself doesn't.
#[allow(dead_code, unused_imports)]
#[path = "../../crates/dev/src/callers_csv/mod.rs"]
mod reader;

use crate::input::Input;
use csv::{ByteRecord, ReaderBuilder};
use reader::records::{Next, Position, Records, START};
use std::path::Path;

/// A letter for the delimiter, and the file.
///
/// Rows begin and end where the csv crate has them, with the number of their line; reading resumes at each position; a file
/// of callers is read or refused, with as many fields in a row as the header has.
pub fn csv(data: &[u8]) {
    let mut input = Input::new(data);
    let delimiter = input.choose(b",;\t|");
    let file = input.rest();
    let mut records = Records::new(file, START, delimiter);
    let mut cut: Vec<ByteRecord> = Vec::new();
    let is_whole = loop {
        let before = records.position();
        let next = records.read_next().expect("a slice can be read");
        let (row, line) = match &next {
            Next::Record { line, bytes } => (bytes.to_vec(), *line),
            Next::End => break true,
            Next::Unclosed { .. } | Next::TooLong { .. } => break false,
        };
        let at = records.position();
        assert_eq!(line_of(file, at), at.line);
        assert!(line >= before.line && line <= at.line);
        assert!(file[..usize::try_from(at.offset).expect("it fits")].ends_with(&row));
        let rest = &file[usize::try_from(before.offset).expect("it fits")..];
        let again = Records::new(rest, before, delimiter).read_next().map(|next| format!("{next:?}"));
        assert_eq!(again.ok(), Some(format!("{:?}", Next::Record { line, bytes: &row })));
        cut.extend(fields(&row, delimiter));
    };
    // Each row is read by itself, and the csv crate leaves out a byte order mark at the beginning.
    let mark = "\u{feff}".as_bytes();
    if is_whole && !file.windows(mark.len()).any(|bytes| bytes == mark) {
        assert_eq!(cut, fields(file, delimiter));
    }
    callers(file);
}

fn callers(file: &[u8]) {
    let mut records = Records::new(file, START, b',');
    let Ok(columns) = reader::header(&mut records, Path::new("callers.csv"), None) else { return };
    let mut last = 1;
    while let Ok(next) = records.read_next() {
        let Some((line, cells)) = columns.cells(next) else { break };
        assert!(line > last || last == 1, "{line} after {last}");
        last = line;
        let Ok(Some(cells)) = cells else { continue };
        for text in [cells.user(), cells.pin()].into_iter().flatten() {
            assert_eq!(text, text.trim_matches([' ', '\t']));
        }
        if let Ok(Some(attributes)) = cells.attributes() {
            assert_eq!(attributes.len(), columns.names().count());
        }
    }
}

fn line_of(file: &[u8], at: Position) -> u64 {
    let before = &file[..usize::try_from(at.offset).expect("it fits")];
    before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1
}

fn fields(text: &[u8], delimiter: u8) -> Vec<ByteRecord> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
    reader.byte_records().collect::<Result<_, _>>().expect("a slice can be read")
}
