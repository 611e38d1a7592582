//! What a flow says about its providers: how DialogTech's portal names things, and what a TwiML provider needs to know.

use super::ids::{IvrName, PortalId};
use super::prompt::Prompt;
use std::collections::BTreeMap;

/// `dialogtech`: how the portal differs from the specification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogTech {
    /// Under which names the portal sends the call's fields.
    pub field_names: FieldNames,
    /// The IVR of results that carry no `ivr_id`.
    pub without_ivr_id: Option<IvrName>,
}

/// Under which names a portal sends the call's fields, if customers chose them: `caller_id` for `ivr_caller_id`. Empty for
/// portals with the specification's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldNames(BTreeMap<String, &'static str>);

impl FieldNames {
    /// Says that the portal sends `field`, one of [`CALL_FIELDS`](super::fields::CALL_FIELDS), as `portal`. Returns the
    /// field that this name meant before.
    pub fn insert(&mut self, portal: String, field: &'static str) -> Option<&'static str> {
        self.0.insert(portal, field)
    }

    /// The field that a name of the portal means, if it means another than itself.
    #[must_use]
    pub fn field(&self, portal: &str) -> Option<&'static str> {
        self.0.get(portal).copied()
    }

    /// The specification's name for a name on the wire.
    #[must_use]
    pub fn canonical<'n>(&self, name: &'n str) -> &'n str {
        self.field(name).unwrap_or(name)
    }

    /// The portal's name for one of the specification's.
    #[must_use]
    pub fn portal<'n>(&'n self, field: &'n str) -> &'n str {
        self.0.iter().find(|(_, known)| **known == field).map_or(field, |(portal, _)| portal)
    }
}

/// `twiml`: what a TwiML provider can't look up in a portal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Twiml {
    /// The language of prompts, such as `en-US` (BCP 47).
    pub language: Option<String>,
    /// What the portal's mailboxes are there, by id.
    pub voicemail: BTreeMap<PortalId, Mailbox>,
    /// Which IVR stands in for a virtual receptionist, by id.
    pub virtual_receptionists: BTreeMap<PortalId, IvrName>,
}

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// What the caller hears before the tone.
    pub greeting: Prompt,
}
