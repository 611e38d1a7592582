//! Figures for the table at the end of `cargo xtask test`: how much was explored, broken, attacked and survived.
//!
//! Tests and steps append lines `AREA<TAB>WHAT<TAB>VALUE` to files in a folder; the variable `RINGBOLT_FIGURES` names it.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// The variable that names the folder.
pub const VARIABLE: &str = "RINGBOLT_FIGURES";

/// The areas, in the order of the table, and what each shows.
const AREAS: &[(&str, &str)] = &[
    ("model", "states that the model checker explored"),
    ("histories", "random histories against the reference model"),
    ("mutants", "mutants of the code"),
    ("fuzzing", "executions by fuzz target"),
    ("faults", "faults x call sites x dialects"),
    ("guesses", "parallel guesses"),
    ("load", "load"),
    ("abuse", "attacks"),
    ("shapes", "stored shapes"),
];

/// The lines of one run.
#[derive(Debug, Default)]
pub struct Figures(Vec<[String; 3]>);

/// Empties the folder before a run.
///
/// # Errors
/// The folder cannot be emptied or created.
pub fn begin(workspace: &Workspace) -> Result<()> {
    let folder = workspace.figures();
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be created", folder.display()))
}

/// Adds a line to this run's.
///
/// # Errors
/// The file cannot be written.
pub fn note(workspace: &Workspace, area: &str, what: &str, value: impl fmt::Display) -> Result<()> {
    let folder = workspace.figures();
    fs::create_dir_all(&folder)?;
    let mut file = OpenOptions::new().append(true).create(true).open(folder.join(format!("{area}.tsv")))?;
    Ok(file.write_all(format!("{area}\t{what}\t{value}\n").as_bytes())?)
}

impl Figures {
    /// Reads the lines of a run. A file that cannot be read is left out, because the tests have passed or failed by then.
    pub fn read(folder: &Path) -> Self {
        let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
        files.sort();
        let texts = files.into_iter().filter_map(|file| fs::read_to_string(file).ok());
        Self(texts.flat_map(|text| text.lines().filter_map(line).collect::<Vec<_>>()).collect())
    }
}

fn line(text: &str) -> Option<[String; 3]> {
    let mut parts = text.splitn(3, '\t').map(str::to_owned);
    Some([parts.next()?, parts.next()?, parts.next()?])
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (area, about) in AREAS {
            let mut lines: Vec<_> = self.0.iter().filter(|[of, ..]| of == area).collect();
            // Tests run in parallel, so the order of the lines says nothing.
            lines.sort();
            if !lines.is_empty() {
                writeln!(f, "{about}:")?;
            }
            for [_, what, value] in lines {
                writeln!(f, "  {what:<60} {value:>12}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_grouped_by_area() {
        let lines = ["load\terrors\t0", "model\tkeys\t34333", "model\tclocks\t9640", "no line", "moons\tfull\t1"];
        let table = Figures(lines.into_iter().filter_map(line).collect()).to_string();
        let words: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        let expected = [&["states", "that", "the", "model", "checker", "explored:"][..], &["clocks", "9640"]];
        assert_eq!(words[..2], expected);
        assert_eq!(words[2..], [&["keys", "34333"][..], &["load:"], &["errors", "0"]]);
    }
}
