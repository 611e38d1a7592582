//! Checks the entries of a request, one by one, so that one mistake does not refuse all of them.

use ringbolt_core::{
    identity::{CallerId, UserId},
    pin::{CallerPin, policy},
};
use ringbolt_lambda::enrolment::{Enrolment, Entry, EntryRefusal};

/// An entry whose user and PINs are valid.
pub(crate) struct Checked {
    pub(crate) caller: CallerId,
    pub(crate) pins: Vec<CallerPin>,
}

impl Checked {
    /// Checks an entry. Refusals quote neither the user nor a PIN.
    pub(crate) fn new(enrolment: &Enrolment, entry: &Entry) -> Result<Self, EntryRefusal> {
        let invalid = |sentence: String| EntryRefusal::Invalid { sentence };
        let user = UserId::from_stored(&entry.user).map_err(|error| invalid(error.to_string()))?;
        if entry.pins.is_empty() {
            return Err(invalid("there is no PIN".to_owned()));
        }
        let pins = entry.pins.iter().map(|pin| CallerPin::parse(pin.text()));
        let pins = pins.collect::<Result<Vec<_>, _>>().map_err(|error| invalid(error.to_string()))?;
        let weakness = pins.iter().find_map(|pin| policy::weakness_for(pin.digits(), user.as_str()));
        if let Some(weakness) = weakness.filter(|_| !enrolment.allow_weak) {
            return Err(EntryRefusal::Weak { sentence: weakness.to_string() });
        }
        let plain = |value: &_| {
            !matches!(value, serde_json::Value::Array(_) | serde_json::Value::Object(_) | serde_json::Value::Null)
        };
        if entry.attributes.iter().flatten().any(|(name, value)| name.is_empty() || !plain(value)) {
            return Err(invalid("an attribute has a name, and is a text, a number, true or false".to_owned()));
        }
        Ok(Self { caller: CallerId { realm: enrolment.realm.clone(), user }, pins })
    }
}
