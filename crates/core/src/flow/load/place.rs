//! Where a part of a text is in the file.

use super::super::mistake::Position;

/// The most lines of one text that are looked at.
const MOST_LINES: usize = 400;

/// The lines of a file.
#[derive(Default)]
pub(super) struct Lines(Vec<Vec<char>>);

impl Lines {
    pub(super) fn of(file: &str) -> Self {
        Self(file.strip_prefix('\u{feff}').unwrap_or(file).lines().map(|line| line.chars().collect()).collect())
    }

    /// The place of a byte of `text`, a scalar that begins at `at`: plain, in quotes, folded (`>`) or literal (`|`). If the
    /// file has the text in another form, such as with escapes, it is where the scalar begins.
    pub(super) fn place(&self, at: Position, text: &str, offset: usize) -> Position {
        self.found(at, text, offset).unwrap_or(at)
    }

    fn found(&self, at: Position, text: &str, offset: usize) -> Option<Position> {
        let first = self.0.get(at.line.checked_sub(1)?)?.get(at.column.checked_sub(1)?..)?;
        let (is_block, between, skip) = match first.first()? {
            '>' => (true, ' ', 0),
            '|' => (true, '\n', 0),
            '"' | '\'' => (false, ' ', 1),
            _ => (false, ' ', 0),
        };
        let mut wanted = text.char_indices().peekable();
        let begins = (at.line - 1, at.column - 1 + skip);
        let lines = self.0.iter().enumerate().skip(begins.0 + usize::from(is_block)).take(MOST_LINES);
        for (number, line) in lines {
            let is_first = number == begins.0;
            let from = if is_first { begins.1 } else { line.iter().take_while(|c| **c == ' ').count() };
            for (column, c) in line.iter().enumerate().skip(from) {
                let (index, expected) = wanted.peek().copied()?;
                if expected != *c {
                    break;
                }
                if index == offset {
                    return Some(Position { line: number + 1, column: column + 1 });
                }
                wanted.next();
            }
            // The rest of the line may be a quotation mark or a remark, but the text goes on only in the next line.
            wanted.next_if(|(_, c)| *c == between)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_text_is_found_in_every_style() {
        let file = "a: one two three # remark\nb: \"one two three\"\nc: 'one two\n  three'\nd: >-\n  one two\n  three\n\
                    e: |\n  one\n  two three\nf: [é, one two three]\ng: one\n  two three\nh: \"one\\u0020two three\"\n";
        let lines = Lines::of(file);
        for (line, column, text, expected) in [
            (1, 4, "one two three", (1, 12)),
            (2, 4, "one two three", (2, 13)),
            (3, 4, "one two three", (4, 3)),
            (5, 4, "one two three", (7, 3)),
            (8, 4, "one\ntwo three\n", (10, 7)),
            (11, 8, "one two three", (11, 16)),
            (12, 4, "one two three", (13, 7)),
            (14, 4, "one two three", (14, 4)),
            (99, 1, "one two three", (99, 1)),
        ] {
            let at = Position { line, column };
            let offset = text.find("three").unwrap();
            let place = lines.place(at, text, offset);
            assert_eq!((place.line, place.column), expected, "line {line}");
        }
    }
}
