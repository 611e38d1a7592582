//! Parses the rows of a CSV into callers, PINs and attributes, or into reasons why they are refused.

use super::refused::{Reason, Refused};
use anyhow::{bail, ensure};
use csv::{ByteRecord, ReaderBuilder, Trim};
use ringbolt_core::{
    caller::Attributes,
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{CallerPin, policy},
};
use std::str;

/// The size limit of a DynamoDB item, in bytes.
const ITEM_BYTES: usize = 400 << 10;

/// The columns named by the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    user: usize,
    pin: usize,
    attributes: Vec<(usize, String)>,
    count: usize,
    delimiter: u8,
}

/// A caller and one of their PINs.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) caller: CallerId,
    pub(crate) pin: CallerPin,
    /// `None` if the file has no columns for them.
    pub(crate) attributes: Option<Attributes>,
}

/// How rows are read.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) realm: Realm,
    pub(crate) form: IdentifierForm,
    pub(crate) allow_weak: bool,
}

impl Columns {
    /// Parses the first row. Names are trimmed, and `user` and `pin` may be in upper or lower case. Columns without a name,
    /// which spreadsheets sometimes leave behind, are ignored.
    ///
    /// # Errors
    /// There is no column `user` or `pin`, a name is repeated, or the row is not UTF-8.
    pub(crate) fn read(header: &[u8], delimiter: u8) -> anyhow::Result<Self> {
        // In UTF-16, every second byte of Latin text is zero, even if the byte order mark is missing.
        let utf_16 = header.starts_with(&[0xff, 0xfe]) || header.starts_with(&[0xfe, 0xff]) || header.contains(&0);
        ensure!(!utf_16, "the file is UTF-16; save it as \"CSV UTF-8\"");
        let header = header.strip_prefix("\u{feff}".as_bytes()).unwrap_or(header);
        let Some(fields) = fields(header, delimiter) else {
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
            ensure!(found.len() <= 1, "it has the column `{name}` twice");
            ensure!(
                found.len() == 1,
                "it has no column `{name}`: its first row names the columns, with `{}` between them{}",
                char::from(delimiter),
                other_delimiter(header, delimiter)
            );
        }
        let mut names: Vec<&str> = columns.attributes.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("it has the column `{}` twice", twice[0]);
        }
        (columns.user, columns.pin) = (users[0], pins[0]);
        Ok(columns)
    }

    /// The delimiter that spreadsheets may declare in a line before the header, such as `sep=;`.
    pub(crate) fn separator(line: &[u8]) -> Option<u8> {
        let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii_end();
        match line.split_at_checked(4) {
            Some((sep, [])) if sep.eq_ignore_ascii_case(b"sep=") => Some(b'\t'),
            Some((sep, [byte])) if sep.eq_ignore_ascii_case(b"sep=") && byte.is_ascii() && *byte != b'"' => Some(*byte),
            _ => None,
        }
    }

    /// Parses a row. `None` if all its fields are empty, as often at the end of spreadsheets.
    ///
    /// # Errors
    /// [`Refused`], with the row's line and the reason.
    pub(crate) fn row(&self, line: u64, bytes: &[u8], rules: &Rules) -> Result<Option<Row>, Refused> {
        let refused =
            |user: Option<&UserId>, reason| Refused { line, user: user.map(|user| user.as_str().to_owned()), reason };
        let fields = fields(bytes, self.delimiter).ok_or_else(|| refused(None, Reason::CarriageReturn))?;
        if fields.iter().all(<[u8]>::is_empty) {
            return Ok(None);
        }
        // In such a row any field could be the PIN, so none is shown.
        if fields.len() != self.count {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let last_line = (lines > 1).then(|| line + lines - 1);
            let reason = Reason::Fields { found: fields.len(), expected: self.count, last_line };
            return Err(refused(None, reason));
        }
        let text = |index: usize| str::from_utf8(fields.get(index).unwrap_or_default());
        let user = text(self.user).map_err(|_| refused(None, Reason::NotUtf8))?;
        let user = UserId::parse(user, rules.form).map_err(|invalid| refused(None, Reason::User(invalid)))?;
        let pin = match text(self.pin) {
            Ok("") => Err(Reason::NoPin),
            Ok(pin) => CallerPin::parse(pin).map_err(Reason::Pin),
            Err(_) => Err(Reason::NotUtf8),
        };
        let pin = pin.map_err(|reason| refused(Some(&user), reason))?;
        let weakness = policy::weakness_for(pin.digits(), user.as_str()).filter(|_| !rules.allow_weak);
        if let Some(weakness) = weakness {
            return Err(refused(Some(&user), Reason::Weak(weakness)));
        }
        let attributes = self.values(&fields).map_err(|reason| refused(Some(&user), reason))?;
        Ok(Some(Row { line, caller: CallerId { realm: rules.realm.clone(), user }, pin, attributes }))
    }

    fn values(&self, fields: &ByteRecord) -> Result<Option<Attributes>, Reason> {
        if self.attributes.is_empty() {
            return Ok(None);
        }
        let (mut attributes, mut size) = (Attributes::new(), 0);
        for (index, name) in &self.attributes {
            let value = str::from_utf8(fields.get(*index).unwrap_or_default()).map_err(|_| Reason::NotUtf8)?;
            size += name.len() + value.len();
            attributes.insert(name.clone(), value.into());
        }
        // DynamoDB counts slightly more and refuses items between the two limits itself.
        if size > ITEM_BYTES { Err(Reason::TooLarge) } else { Ok(Some(attributes)) }
    }
}

/// The fields of one row. `None` if it contains a lone carriage return, which ends a row for some programs.
fn fields(bytes: &[u8], delimiter: u8) -> Option<ByteRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(Trim::All)
        .buffer_capacity(bytes.len().max(1))
        .from_reader(bytes);
    let (mut fields, mut more) = (ByteRecord::new(), ByteRecord::new());
    // Reading from a slice cannot fail.
    let one = reader.read_byte_record(&mut fields).unwrap_or_default();
    let two = reader.read_byte_record(&mut more).unwrap_or_default();
    (one && !two).then_some(fields)
}

fn other_delimiter(header: &[u8], delimiter: u8) -> &'static str {
    match header.iter().find(|byte| matches!(byte, b';' | b'\t') && **byte != delimiter) {
        Some(b';') => "; this one has semicolons (--delimiter ';')",
        Some(_) => "; this one has tabs (--delimiter tab)",
        None => "",
    }
}

#[cfg(test)]
mod tests;
