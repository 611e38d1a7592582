//! What commands print: sentences and tables for people, JSON for programs.

use crate::print;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::{
    env,
    io::{IsTerminal as _, Write as _, stderr, stdout},
};

/// Characters of a terminal's width for each column, below which rows stand one below the other.
const LEAST_COLUMN: u16 = 10;

/// How to print. Cheap to copy; every command is given one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colour: bool,
}

/// What a word means, where it can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// In order.
    Good,
    /// To be looked at.
    Warning,
    /// Wrong.
    Bad,
    /// Beside the point.
    Faint,
    /// A heading.
    Strong,
}

impl Output {
    /// Colours only on a terminal, and not where `NO_COLOR` is set (no-color.org) or the terminal is a dumb one.
    pub(crate) fn new(json: bool) -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { json, colour: !json && !refused && stdout().is_terminal() }
    }

    /// Whether `--json` was given: standard output then has JSON and nothing else.
    pub(crate) fn json(self) -> bool {
        self.json
    }

    /// A sentence about what was done. Not with `--json`: the document says it.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            print(text);
        }
    }

    /// What stands beside the result: on standard error, with `--json` as well.
    pub(crate) fn note(self, text: &str) {
        writeln!(stderr(), "{text}").unwrap_or_default();
    }

    /// The one JSON document of a command.
    ///
    /// # Errors
    /// The value cannot be JSON.
    pub(crate) fn document(self, value: &impl Serialize) -> anyhow::Result<()> {
        print(&serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// One of many JSON documents, on a line of its own: for what comes bit by bit.
    ///
    /// # Errors
    /// The value cannot be JSON.
    pub(crate) fn line(self, value: &impl Serialize) -> anyhow::Result<()> {
        print(&serde_json::to_string(value)?);
        Ok(())
    }

    /// A word in its colour.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
            Tone::Faint => "2",
            Tone::Strong => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A table as wide as the terminal at the most; where there is none, as wide as its content, for `grep` and `cut`.
    /// Control characters in it are shown, not obeyed.
    pub(crate) fn table<const COLUMNS: usize>(self, header: [&str; COLUMNS], rows: &[[String; COLUMNS]]) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if !stdout().is_terminal() {
            table.force_no_tty().set_content_arrangement(ContentArrangement::Disabled);
        }
        let least = u16::try_from(COLUMNS).unwrap_or(u16::MAX).saturating_mul(LEAST_COLUMN);
        match table.width() {
            // Some terminals say that they have no width at all.
            Some(0) => drop(table.set_content_arrangement(ContentArrangement::Disabled)),
            // In columns of a few letters each, nothing could be read.
            Some(width) if width < least => return self.blocks(header, rows),
            _ => {}
        }
        let bold = |text: &&str| {
            let cell = Cell::new(text);
            if self.colour { cell.add_attribute(comfy_table::Attribute::Bold) } else { cell }
        };
        table.set_header(header.iter().map(bold));
        for row in rows {
            table.add_row(row.iter().map(|text| Cell::new(harmless(text))));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2)).set_cell_alignment(CellAlignment::Left);
        }
        for line in table.lines() {
            print(line.trim_end());
        }
    }

    /// One row below the other, a line for each of its columns.
    fn blocks<const COLUMNS: usize>(self, header: [&str; COLUMNS], rows: &[[String; COLUMNS]]) {
        let widest = header.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                print("");
            }
            for (name, value) in header.iter().zip(row).filter(|(_, value)| !value.is_empty()) {
                let name = self.paint(Tone::Strong, &format!("{name:<widest$}"));
                print(&format!("{name}  {}", harmless(value)));
            }
        }
    }
}

/// Whether a terminal obeys a character rather than shows it: control characters, those that turn the direction of text,
/// and those without any width, with which one word can look like another.
pub(crate) fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with escapes for what a terminal would obey: what a caller or a provider wrote must not move the cursor.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if obeyed(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_does_not_command_the_terminal() {
        assert_eq!(harmless("Ada\u{1b}[2J\n\u{202e}ok ä"), "Ada\\u{1b}[2J\\n\\u{202e}ok ä");
    }
}
