//! What several mappings share.

use super::super::Kind::{Condition, Flag};
use super::super::Presence::Default;
use super::super::{Key, Kind, Presence};

pub(super) const fn key(name: &'static str, presence: Presence, value: Kind, about: &'static str) -> Key {
    Key { name, presence, value, about }
}

/// A key of a table: not only spaces and `#`.
pub(super) const KEY: &str = "[^# ]";

/// The most rules in one place: each may cost a caller on the line some microseconds.
pub const MOST_RULES: usize = 500;

pub(super) const PORTAL_ID: &str = "^[0-9]{1,20}$";

pub(super) const IVR_NAME: &str = "^[a-z0-9][a-z0-9_-]{0,62}$";

pub(super) const HOLIDAYS: &str = "^([0-9]{4}-[0-9]{2}-[0-9]{2}( *\\.\\. *[0-9]{4}-[0-9]{2}-[0-9]{2})?\
                        |[0-9]{2}-[0-9]{2}( *\\.\\. *[0-9]{2}-[0-9]{2})?\
                        |(1st|2nd|3rd|4th|last) (mon|tue|wed|thu|fri|sat|sun) \
                        (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\
                        |easter([-+][0-9]{1,2})?)$";

pub(super) const WHEN: Key = key("when", Default("always"), Condition, "When the rule holds.");

pub(super) const IN_DOUBT: Key = key(
    "in_doubt",
    Default("false"),
    Flag,
    "Whether the rule is also taken if its condition can't be judged: an answer that should be a number and isn't, a part \
     of something that isn't there.",
);

pub(super) const IN_DOUBT_NEEDS_WHEN: &str = r#"{ "if": { "properties": { "in_doubt": { "enum": [true, 1] } }, "required": ["in_doubt"] }, "then": { "required": ["when"] } }"#;

pub(super) const DURESS: &str = "Operators are told if a caller keys their duress PIN (`ringbolt pin add --duress`): in the log, in the record \
                                 of the call, and by an alarm. The caller gets the same answer as with any right PIN.";
