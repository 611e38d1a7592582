//! What a flow says about Wix Answers.

use super::ids::IvrName;
use super::prompt::Prompt;
use super::rules::Rules;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Where the auth webhook sends a call, by outcome and by rules. No other outcome may lead where `success` leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WixAnswers {
    /// What the caller hears where the PIN is asked for, if the flow says so.
    pub prompt: Option<Prompt>,
    /// The IVRs that the flow names.
    pub ivrs: BTreeMap<IvrName, WixIvr>,
    /// The PIN is right: always an IVR.
    pub success: Rules<Reply>,
    /// The PIN is wrong, or nothing was keyed.
    pub failure: Rules<Reply>,
    /// The caller is locked or suspended, or the calling number has no tries left; as `failure` if the flow doesn't say.
    pub locked: Rules<Reply>,
    /// Nobody enrolled this user; the call is disconnected if the flow doesn't say, as in the specification's sample.
    pub unknown: Rules<Reply>,
    /// The provider calls the user banned; the call is disconnected if the flow doesn't say.
    pub banned: Rules<Reply>,
    /// Whether operators are told of a duress PIN. Where the call goes does not depend on it.
    pub duress: bool,
}

/// An IVR of Wix Answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WixIvr {
    /// Its GUID.
    pub guid: IvrGuid,
    /// What the caller hears there, if the flow says so.
    pub says: Option<Prompt>,
}

/// What Wix Answers does with the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The call continues in this IVR.
    Redirect(IvrGuid),
    /// The call ends.
    Disconnect,
}

/// The GUID of an IVR, as in the address of its settings page. GUIDs that differ only in case are equal.
#[derive(Clone, Debug)]
pub struct IvrGuid(String);

/// Why a text isn't an IVR's GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an IVR's GUID has 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them")]
pub struct InvalidIvrGuid;

impl WixAnswers {
    /// The rules of every outcome.
    #[must_use]
    pub fn rules(&self) -> [&Rules<Reply>; 5] {
        [&self.success, &self.failure, &self.locked, &self.unknown, &self.banned]
    }

    /// The name of an IVR in this flow, if it has one.
    #[must_use]
    pub fn name_of(&self, guid: &IvrGuid) -> Option<&IvrName> {
        self.ivrs.iter().find(|(_, ivr)| ivr.guid == *guid).map(|(name, _)| name)
    }
}

impl IvrGuid {
    /// Reads a GUID and keeps it as it is written.
    ///
    /// # Errors
    /// [`InvalidIvrGuid`]: it is anything other than 8-4-4-4-12 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidIvrGuid> {
        let groups = text.split('-');
        let fits = groups.clone().map(str::len).eq([8, 4, 4, 4, 12])
            && groups.flat_map(str::bytes).all(|byte| byte.is_ascii_hexdigit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidIvrGuid) }
    }

    /// The GUID in lower case: the same for every spelling.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The GUID as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for IvrGuid {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for IvrGuid {}

impl Hash for IvrGuid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl fmt::Display for IvrGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";

    #[test]
    fn a_guid_is_kept_as_written_and_equal_in_any_case() {
        let upper = IvrGuid::parse(&SUCCESS.to_uppercase()).unwrap();
        assert_eq!(upper.as_str(), SUCCESS.to_uppercase());
        assert_eq!(upper, IvrGuid::parse(SUCCESS).unwrap());
    }

    #[test]
    fn anything_but_a_guid_is_refused() {
        for bad in [
            "",
            "123abc45-67d8-912e-3fg4-56789h0123456",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa06",
            "5a9e9d0d6d654494ad7e0ee7bc7aa064",
            "{5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064}",
            " 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa06é",
            "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064-0",
        ] {
            assert_eq!(IvrGuid::parse(bad), Err(InvalidIvrGuid), "{bad:?}");
        }
    }
}
