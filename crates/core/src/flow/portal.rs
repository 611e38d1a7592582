//! What a flow says about its providers: how DialogTech's portal names things, and what a TwiML provider needs to know.

use super::ids::{IvrName, PortalId};
use super::mistake::Position;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twiml {
    /// Where the flow file says so; `None` if the flow has no section `twiml`, so that every value is the default.
    pub at: Option<Position>,
    /// The language of prompts, such as `en-US` (BCP 47).
    pub language: Option<String>,
    /// The voice of prompts, such as `Polly.Joanna`: 1 to 64 letters, digits, `.`, `-` and `_`.
    pub voice: Option<String>,
    /// How often a question is asked again after silence or an invalid entry, before it counts as unanswered: 0 to 9.
    pub repeats: u8,
    /// Where the audio files of the portal are, by name: `https` URLs. See [`Twiml::audio_url`].
    pub audio: BTreeMap<String, String>,
    /// What the portal's mailboxes are there, by id.
    pub voicemail: BTreeMap<PortalId, Mailbox>,
    /// Which IVR stands in for a virtual receptionist, by id.
    pub virtual_receptionists: BTreeMap<PortalId, IvrName>,
}

impl Twiml {
    /// How often a question is asked again if the flow doesn't say.
    pub const REPEATS: u8 = 2;

    /// Where a TwiML provider gets an audio file that a FindMe names: the name itself if it is an `https` URL, or the URL
    /// that the flow gives for the name. `None` if there is none.
    #[must_use]
    pub fn audio_url<'a>(&'a self, file: &'a str) -> Option<&'a str> {
        let file = file.trim();
        if is_https_url(file) { Some(file) } else { self.audio.get(file).map(String::as_str) }
    }
}

impl Default for Twiml {
    fn default() -> Self {
        Self {
            at: None,
            language: None,
            voice: None,
            repeats: Self::REPEATS,
            audio: BTreeMap::new(),
            voicemail: BTreeMap::new(),
            virtual_receptionists: BTreeMap::new(),
        }
    }
}

/// Whether a text is an `https` URL with a host, and has no characters that no URL has, such as spaces and `{`.
pub(crate) fn is_https_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let of_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    let begins_well = |host: &str| host.starts_with(|c: char| c.is_ascii_alphanumeric());
    host.is_some_and(|host| begins_well(host) && host.bytes().all(of_host))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '{' | '}' | '<' | '>' | '"'))
}

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// What the caller hears before the tone.
    pub greeting: Prompt,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_a_url_or_a_file_whose_url_the_flow_gives() {
        let url = "https://cdn.example.com/vip.wav";
        let twiml = Twiml { audio: [("vip.wav".to_owned(), url.to_owned())].into(), ..Twiml::default() };
        assert_eq!(twiml.audio_url("vip.wav"), Some(url));
        assert_eq!(twiml.audio_url(" https://a.example/b?c#d "), Some("https://a.example/b?c#d"));
        for none in [
            "",
            "VIP.wav",
            "http://a.example/b",
            "https://",
            "https:///b",
            "https://a b/c",
            "https://a.example/{{a}}",
            "https://a.example/b c",
        ] {
            assert_eq!(twiml.audio_url(none), None, "{none}");
        }
    }
}
