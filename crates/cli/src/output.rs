//! Printing results: sentences and tables for people, JSON for programs.

pub(crate) use ringbolt_core::text::{harmless, harmless_lines, is_deceptive};

use crate::{exit, print, try_print};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    env,
    io::{self, ErrorKind, IsTerminal as _, Write as _, stderr, stdout},
};

/// What a failed write says.
pub(crate) const UNWRITABLE: &str = "cannot write to standard output";

/// A remark on standard error: it does not change the result.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Note {
    /// The remark, as a sentence.
    note: String,
}

/// The last line on standard error if the exit code is not 0. There is exactly one.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErrorLine {
    /// Why the command failed.
    error: ErrorMessage,
}

/// Why a command failed.
#[derive(Serialize, JsonSchema)]
struct ErrorMessage {
    /// What happened, where, and what to do.
    message: String,
    /// The exit code: 1 refused, not found or failed, 2 command line error, 130 interrupted.
    exit_code: u8,
}

/// If a terminal has fewer characters per column than this, each field is printed on its own line.
const MIN_COLUMN_WIDTH: u16 = 10;

/// How to print. Every command receives one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colour: bool,
}

/// What a coloured word signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Fine.
    Good,
    /// Needs attention.
    Warning,
    /// Wrong.
    Bad,
    /// Secondary.
    Faint,
    /// A heading.
    Strong,
}

impl Output {
    /// Uses colours only on a terminal, unless `NO_COLOR` (no-color.org) or `TERM=dumb` is set.
    pub(crate) fn new(json: bool) -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { json, colour: !json && !refused && stdout().is_terminal() }
    }

    /// Whether `--json` was given. Standard output then contains only JSON.
    pub(crate) fn json(self) -> bool {
        self.json
    }

    /// Prints a sentence about the result. Omitted with `--json`, because the document has the same facts.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            print(&harmless_but_painted(text));
        }
    }

    /// Prints a remark on standard error; with `--json`, as a line of JSON.
    pub(crate) fn note(self, text: &str) {
        if self.json {
            return complain_in_json(&Note { note: text.to_owned() });
        }
        complain(&harmless_lines(text));
    }

    /// Prints why the command failed. A failure that has been reported as text is only repeated with `--json`, where
    /// programs look for the error.
    pub(crate) fn failed(self, error: &anyhow::Error) {
        if self.json {
            self.error(format!("{error:#}"), exit::code(error));
        } else if !exit::is_reported(error) {
            complain(&harmless_lines(&format!("ringbolt: {error:#}")));
        }
    }

    /// Prints the error of a command with `--json`.
    pub(crate) fn error(self, message: String, exit_code: u8) {
        complain_in_json(&ErrorLine { error: ErrorMessage { message, exit_code } });
    }

    /// Prints the single JSON document of a command. A closed pipe (`| head`) is ignored.
    ///
    /// # Errors
    /// The value cannot be serialised, or standard output cannot be written, for example because the disk is full.
    pub(crate) fn document(self, value: &(impl Serialize + JsonSchema)) -> anyhow::Result<()> {
        unless_closed(try_print(&serde_json::to_string_pretty(value)?))
    }

    /// Prints one of several JSON documents on its own line, for results that arrive one by one.
    ///
    /// # Errors
    /// As [`Output::document`].
    pub(crate) fn line(self, value: &(impl Serialize + JsonSchema)) -> anyhow::Result<()> {
        unless_closed(try_print(&serde_json::to_string(value)?))
    }

    /// Colours a word, if colours are on.
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

    /// Prints a table that fits the terminal. Without a terminal it is as wide as its content, for `grep` and `cut`.
    /// Control characters are escaped.
    pub(crate) fn table<const COLUMNS: usize>(self, header: [&str; COLUMNS], rows: &[[String; COLUMNS]]) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if !stdout().is_terminal() {
            table.force_no_tty().set_content_arrangement(ContentArrangement::Disabled);
        }
        let min_width = u16::try_from(COLUMNS).unwrap_or(u16::MAX).saturating_mul(MIN_COLUMN_WIDTH);
        match table.width() {
            // Some terminals report a width of zero.
            Some(0) => drop(table.set_content_arrangement(ContentArrangement::Disabled)),
            // Columns of a few letters each would be unreadable.
            Some(width) if width < min_width => return self.blocks(header, rows),
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

    /// Prints each row as a block, with one line per column.
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

/// Escapes what is deceptive, other than the colours of [`Output::paint`]: they can do no harm, whoever sets them.
fn harmless_but_painted(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut shown = harmless_lines(parts.next().unwrap_or_default());
    for part in parts {
        let colour = ["32m", "33m", "31m", "2m", "1m", "0m"].into_iter().find(|colour| part.starts_with(colour));
        let (begin, rest) = colour.map_or(("\\u{1b}[", part), |colour| ("\u{1b}[", &part[colour.len()..]));
        shown.push_str(begin);
        shown.push_str(colour.unwrap_or_default());
        shown.push_str(&harmless_lines(rest));
    }
    shown
}

fn unless_closed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(anyhow::Error::new(error).context(UNWRITABLE)),
        _ => Ok(()),
    }
}

/// Prints a line on standard error. A closed one cannot be reported anywhere.
pub(crate) fn complain(text: &str) {
    writeln!(stderr(), "{text}").unwrap_or_default();
}

fn complain_in_json(value: &impl Serialize) {
    complain(&serde_json::to_string(value).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_control_the_terminal() {
        let painted = "\u{1b}[32mok\u{1b}[0m \u{1b}[8m\u{1b}]0;x\u{7}\nnext";
        assert_eq!(harmless_but_painted(painted), "\u{1b}[32mok\u{1b}[0m \\u{1b}[8m\\u{1b}]0;x\\u{7}\nnext");
        assert_eq!(harmless("Ada\u{1b}[2J\n\u{202e}ok ä"), "Ada\\u{1b}[2J\\n\\u{202e}ok ä");
    }
}
