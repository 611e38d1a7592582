//! Figures for the table at the end of `cargo xtask test`.

use std::{fmt::Display, fs::OpenOptions, io::Write as _, path::Path};

/// Adds a line to the table, if `cargo xtask test` runs this test: it sets `RINGBOLT_FIGURES` to a folder.
///
/// # Panics
/// If the file cannot be written.
pub fn note(area: &str, what: impl Display, value: impl Display) {
    let Some(folder) = std::env::var_os("RINGBOLT_FIGURES") else { return };
    let file = Path::new(&folder).join(format!("{area}.tsv"));
    let mut file = OpenOptions::new().append(true).create(true).open(file).expect("the folder exists");
    // One write, because tests run in parallel.
    file.write_all(format!("{area}\t{what}\t{value}\n").as_bytes()).expect("the table can be written");
}
