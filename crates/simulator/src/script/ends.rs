//! How a scripted call must end.

use super::reader::Reader;
use crate::call::{Call, Stage};
use crate::event::Ended;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::flow::yaml::{Node, Value};
use std::fmt;

/// The words for the ends of a call, and whether each can say more.
const WORDS: [(&str, bool); 11] = [
    ("hangup", false),
    ("transfer", true),
    ("findme", true),
    ("voicemail", true),
    ("portal", true),
    ("vr", true),
    ("read", false),
    ("nobody", false),
    ("caller", false),
    ("disconnect", false),
    ("backup", false),
];

/// How a call must have ended, or with whom it must be connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedEnd {
    /// The kind: `hangup`, `transfer`, `findme`, `voicemail`, `portal`, `vr`, `read`, `nobody`, `caller`, `disconnect`,
    /// `backup`.
    pub word: String,
    /// The number, building block or IVR, if the script says which.
    pub to: Option<String>,
}

impl ExpectedEnd {
    pub(super) fn read(r: &mut Reader, node: &Node) -> Option<Self> {
        let words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        let (word, at, to) = match &node.value {
            Value::Map(entries) if entries.len() == 1 => {
                let (key, to) = entries.first()?;
                (key.name.as_str(), key.at, Some(r.text(to, "where the call ends")?))
            }
            _ => {
                (r.text(node, "how the call ends, such as `hangup` or `{ transfer: \"8005550100\" }`")?, node.at, None)
            }
        };
        let Some(more) = WORDS.iter().find(|(known, _)| *known == word).map(|(_, more)| *more) else {
            r.unknown(at, "a call doesn't end with", word, words);
            return None;
        };
        if to.is_some() && !more {
            r.mistake(at, format!("`{word}` says all: write `ends: {word}`"));
            return None;
        }
        let to = to.map(|to| if matches!(word, "transfer" | "findme") { digits_of(to) } else { to.to_owned() });
        Some(Self { word: word.to_owned(), to })
    }

    /// How the call has ended or whom it is connected to; `None` if it still waits for the caller or somebody else.
    pub(crate) fn of(call: &Call) -> Option<Self> {
        let (word, to) = match call.stage() {
            Stage::Talking(place) | Stage::Elsewhere(place) => place_words(place)?,
            Stage::Recording => match call.place() {
                Place::End(End::Voicemail(id)) => ("voicemail", Some(id.to_string())),
                _ => return None,
            },
            Stage::Ended(Ended::CallerHungUp { connected: Some(place) }) => place_words(place)?,
            Stage::Ended(Ended::MessageLeft(Place::End(End::Voicemail(id)))) => ("voicemail", Some(id.to_string())),
            Stage::Ended(Ended::Elsewhere(place)) => place_words(place)?,
            Stage::Ended(ended) => (ended.word(), None),
            Stage::Asking | Stage::Waiting | Stage::Ringing(_) => return None,
        };
        Some(Self { word: word.to_owned(), to })
    }

    /// Whether an end is this one. After a text that was read, most portals hang up.
    pub(crate) fn fits(&self, found: &Self) -> bool {
        let same = self.word == found.word || (self.word == "hangup" && found.word == "read");
        same && (self.to.is_none() || self.to == found.to)
    }
}

impl fmt::Display for ExpectedEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(to) if matches!(self.word.as_str(), "transfer" | "findme") => {
                write!(f, "{{ {}: \"{to}\" }}", self.word)
            }
            Some(to) => write!(f, "{{ {}: {to} }}", self.word),
            None => f.write_str(&self.word),
        }
    }
}

/// A number by its digits; a FindMe of the portal as it is written.
pub(super) fn digits_of(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if number.chars().any(char::is_alphabetic) { number.to_owned() } else { digits }
}

fn place_words(place: &Place) -> Option<(&'static str, Option<String>)> {
    Some(match place {
        Place::End(End::Transfer(to)) => ("transfer", Some(digits_of(to))),
        Place::End(End::FindMe(to)) => ("findme", to.first().map(|number| digits_of(number))),
        Place::End(End::VirtualReceptionist(id)) => ("vr", Some(id.to_string())),
        Place::End(End::PortalIvr(name)) => ("portal", Some(name.to_string())),
        Place::End(End::WixIvr(name)) => ("portal", Some(name.clone())),
        Place::End(End::Voicemail(id)) => ("voicemail", Some(id.to_string())),
        Place::End(End::HangUp | End::Say) | Place::Ivr(_) | Place::AuthWebhook => return None,
    })
}
