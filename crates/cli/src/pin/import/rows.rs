//! Parses the rows of a CSV into callers, PINs and attributes, or into reasons why they are refused.

use super::refused::{Reason, Refused};
use ringbolt_core::{
    caller::Attributes,
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{CallerPin, policy},
};
use ringbolt_dev::callers_csv::{Cells, Columns, records::Next};
use serde_json::Value;

/// The size limit of a DynamoDB item, in bytes.
const ITEM_BYTES: usize = 400 << 10;

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
    /// The number of digits that every PIN must have.
    pub(crate) digits: Option<usize>,
}

impl Rules {
    /// Parses what was read: a row, or `None` if all its fields are empty. The outer `None` is the end of the file.
    pub(crate) fn parse(&self, columns: &Columns, read: Next<'_>) -> Option<Result<Option<Row>, Refused>> {
        let (line, cells) = columns.cells(read)?;
        let row = |cells: Option<Cells<'_>>| cells.map(|cells| self.row(line, &cells)).transpose();
        Some(cells.map_err(|invalid| Refused { line, user: None, reason: invalid.into() }).and_then(row))
    }

    fn row(&self, line: u64, cells: &Cells<'_>) -> Result<Row, Refused> {
        let parsed = cells.user().map_err(Reason::Row);
        let parsed = parsed.and_then(|user| UserId::parse(user, self.form).map_err(Reason::User));
        let user = parsed.map_err(|reason| Refused { line, user: None, reason })?;
        let refused = |reason| Refused { line, user: Some(user.as_str().to_owned()), reason };
        let pin = self.pin(cells, &user).map_err(refused)?;
        let attributes = attributes(cells).map_err(refused)?;
        Ok(Row { line, caller: CallerId { realm: self.realm.clone(), user }, pin, attributes })
    }

    fn pin(&self, cells: &Cells<'_>, user: &UserId) -> Result<CallerPin, Reason> {
        let text = cells.pin()?;
        if text.is_empty() {
            return Err(Reason::NoPin);
        }
        let pin = CallerPin::parse(text).map_err(Reason::Pin)?;
        let found = pin.digits().len();
        match self.digits {
            Some(expected) if found != expected => return Err(Reason::Digits { found, expected }),
            _ => {}
        }
        let weakness = policy::weakness_for(pin.digits(), user.as_str()).filter(|_| !self.allow_weak);
        weakness.map_or(Ok(pin), |weakness| Err(Reason::Weak(weakness)))
    }
}

fn attributes(cells: &Cells<'_>) -> Result<Option<Attributes>, Reason> {
    let attributes = cells.attributes()?;
    let bytes = |(name, value): (&String, &Value)| name.len() + value.as_str().map_or(0, str::len);
    let size: usize = attributes.iter().flatten().map(bytes).sum();
    // DynamoDB counts slightly more and refuses items between the two limits itself.
    if size > ITEM_BYTES { Err(Reason::TooLarge) } else { Ok(attributes) }
}

#[cfg(test)]
mod tests;
