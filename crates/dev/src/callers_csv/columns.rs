//! The row that names the columns.

use super::row::fields;
use anyhow::{bail, ensure};
use std::str;

/// The columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub(super) user: usize,
    pub(super) pin: usize,
    pub(super) attributes: Vec<(usize, String)>,
    pub(super) count: usize,
    pub(super) delimiter: u8,
}

impl Columns {
    /// Parses the first row. Names are trimmed, and `user` and `pin` may be in upper or lower case. Columns without a name,
    /// which spreadsheets sometimes leave behind, are ignored.
    pub(super) fn read(header: &[u8], delimiter: u8) -> anyhow::Result<Self> {
        // In UTF-16, every second byte of Latin text is zero, even if the byte order mark is missing.
        let utf_16 = header.starts_with(&[0xff, 0xfe]) || header.starts_with(&[0xfe, 0xff]) || header.contains(&0);
        ensure!(!utf_16, "the file is UTF-16; save it as \"CSV UTF-8\"");
        let header = without_mark(header);
        ensure!(!header.is_empty(), "it is empty: its first row names the columns, such as `user,pin,first_name`");
        let Some(fields) = fields(header, delimiter) else {
            let empty = header.trim_ascii().is_empty();
            ensure!(!empty, "its first row is empty: it names the columns, such as `user,pin,first_name`");
            bail!("its lines end with bare carriage returns; save it with line feeds")
        };
        let mut columns = Self { user: 0, pin: 0, attributes: Vec::new(), count: fields.len(), delimiter };
        let (mut users, mut pins) = (Vec::new(), Vec::new());
        for (index, name) in fields.iter().enumerate() {
            let Ok(name) = str::from_utf8(name) else {
                bail!("the name of column {} is not UTF-8; save the file as \"CSV UTF-8\"", index + 1)
            };
            match name.to_lowercase().as_str() {
                "user" => users.push(index),
                "pin" => pins.push(index),
                "" => {}
                _ => columns.attributes.push((index, name.to_owned())),
            }
        }
        for (name, found) in [("user", &users), ("pin", &pins)] {
            // The second column would become an attribute, although it could hold PINs.
            ensure!(found.len() <= 1, "it has the column `{name}` twice");
            ensure!(
                found.len() == 1,
                "it has no column `{name}`: its first row names the columns, with `{}` between them{}",
                char::from(delimiter),
                other_delimiter(header, delimiter)
            );
        }
        let mut names: Vec<&str> = columns.names().collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("it has the column `{}` twice", twice[0]);
        }
        for name in columns.names() {
            if let Err(reason) = Self::attribute_name(name) {
                bail!("the column `{}` cannot be an attribute: {reason}", name.escape_debug());
            }
        }
        (columns.user, columns.pin) = (users[0], pins[0]);
        Ok(columns)
    }

    /// Checks a name that flows can write as `caller.NAME`. `user` and `pin` are columns of their own, so that no PIN is
    /// stored as an attribute.
    ///
    /// # Errors
    /// Why it cannot be one.
    pub fn attribute_name(name: &str) -> Result<(), String> {
        let fits = |name: &str| {
            !name.is_empty()
                && !name.starts_with(|first: char| first.is_ascii_digit())
                && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        if ["user", "pin"].iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
            return Err(format!("`{name}` is reserved, because an attribute is stored in clear"));
        }
        if fits(name) {
            return Ok(());
        }
        let near = name.to_lowercase().replace([' ', '-', '.'], "_");
        let hint = if fits(&near) { format!("; did you mean `{near}`?") } else { String::new() };
        Err(format!("the name has ASCII letters, digits and `_`, and does not begin with a digit{hint}"))
    }

    /// The names of the attributes, in the order of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(_, name)| name.as_str())
    }

    /// The byte between two columns.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }
}

/// The delimiter that a line before the header declares, such as `sep=;`.
pub(super) fn declared_delimiter(line: &[u8]) -> Option<u8> {
    let line = without_mark(line).trim_ascii_end();
    match line.split_at_checked(4) {
        Some((sep, [])) if sep.eq_ignore_ascii_case(b"sep=") => Some(b'\t'),
        Some((sep, [byte])) if sep.eq_ignore_ascii_case(b"sep=") && byte.is_ascii() && *byte != b'"' => Some(*byte),
        _ => None,
    }
}

/// The line without the byte order mark that spreadsheets put before it.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

fn other_delimiter(header: &[u8], delimiter: u8) -> &'static str {
    match header.iter().find(|byte| matches!(byte, b';' | b'\t') && **byte != delimiter) {
        Some(b';') => "; this one has semicolons (--delimiter ';')",
        Some(_) => "; this one has tabs (--delimiter tab)",
        None => "",
    }
}
