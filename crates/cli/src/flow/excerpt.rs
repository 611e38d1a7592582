//! The source line of a finding, prepared for display: escaped, shortened, and with the word to underline.

pub(super) use crate::output::harmless_lines;
use crate::output::is_deceptive;
use std::ops::Range;

/// The most characters of a line that are shown.
const WIDTH: usize = 110;
/// Characters shown before the word if the line is long.
const BEFORE: usize = 40;
/// Marks omitted text.
const ELLIPSIS: &str = "…";

/// A line prepared for display.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) line: String,
    /// The part to underline, in bytes of `line`.
    pub(super) word: Range<usize>,
}

/// The excerpt for a position. `line` and `column` count from 1, and columns are characters. `None` if the line does not
/// exist.
pub(super) fn excerpt(lines: &[&str], line: usize, column: usize) -> Option<Excerpt> {
    let line: Vec<char> = lines.get(line.checked_sub(1)?)?.chars().collect();
    let start = column.saturating_sub(1).min(line.len());
    let word = start..end_of_word(&line, start);

    let from = if line.len() > WIDTH { start.saturating_sub(BEFORE).min(line.len() - WIDTH) } else { 0 };
    let to = line.len().min(from + WIDTH);
    let mut shown = String::new();
    if from > 0 {
        shown.push_str(ELLIPSIS);
    }
    let (mut begin, mut end) = (None, None);
    for (index, c) in line.iter().enumerate().take(to).skip(from) {
        if index == word.start {
            begin = Some(shown.len());
        }
        if index == word.end {
            end = Some(shown.len());
        }
        visible(*c, &mut shown);
    }
    let (begin, end) = (begin.unwrap_or(shown.len()), end.unwrap_or(shown.len()));
    if to < line.len() {
        shown.push_str(ELLIPSIS);
    }
    Some(Excerpt { line: shown, word: begin..end })
}

/// The lines of a file without its byte order mark. In YAML 1.2, a line ends with CR LF, LF or CR.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

fn visible(c: char, shown: &mut String) {
    match c {
        '\t' => shown.push_str("    "),
        c if is_deceptive(c) => shown.extend(c.escape_default()),
        c => shown.push(c),
    }
}

/// The end of the key, quoted text or plain value that starts here, or of the name if it is inside a quoted text. It only
/// decides what to underline, so it does not parse all of YAML.
fn end_of_word(line: &[char], start: usize) -> usize {
    let Some(&first) = line.get(start) else { return start };
    let after = |index: usize| line.get(index + 1).copied();
    let (quoted, nested) = context(&line[..start]);
    let end = match first {
        _ if quoted => {
            let named = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.');
            start + line[start..].iter().take_while(|c| named(c)).count()
        }
        '"' | '\'' => closing_quote(line, start, first).map_or(line.len(), |end| end + 1),
        '{' | '}' | '[' | ']' | ',' => start + 1,
        _ => (start..line.len())
            .find(|&index| match line[index] {
                ':' => after(index).is_none_or(|next| next == ' '),
                '#' => index > start && line[index - 1] == ' ',
                ',' | '}' | ']' => nested,
                _ => false,
            })
            .unwrap_or(line.len()),
    };
    let trimmed = line[start..end.max(start)].iter().rev().take_while(|c| c.is_whitespace()).count();
    (end - trimmed.min(end - start)).max(start + 1)
}

/// Whether the text that follows is inside quotes, and inside brackets.
fn context(before: &[char]) -> (bool, bool) {
    let (mut quote, mut depth, mut index) = (None, 0_usize, 0);
    while let Some(&c) = before.get(index) {
        let begins = index == 0 || matches!(before[index - 1], ' ' | '{' | '[' | ',');
        match (quote, c) {
            (None, '"' | '\'') if begins => match closing_quote(before, index, c) {
                Some(end) => index = end,
                None => quote = Some(c),
            },
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        index += 1;
    }
    (quote.is_some(), depth > 0)
}

/// The end of the quoted text that starts at `start`. YAML escapes `"` with a backslash and doubles `'`.
fn closing_quote(line: &[char], start: usize, quote: char) -> Option<usize> {
    let mut index = start + 1;
    loop {
        match (quote, *line.get(index)?) {
            ('"', '\\') => index += 2,
            ('\'', '\'') if line.get(index + 1) == Some(&'\'') => index += 2,
            (_, c) if c == quote => return Some(index),
            _ => index += 1,
        }
    }
}

#[cfg(test)]
mod tests;
