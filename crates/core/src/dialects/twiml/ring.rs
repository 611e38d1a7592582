//! FindMe, played: people are rung, group after group, until somebody takes the call.

use crate::flow::Twiml;
use crate::flow::action::{AutoAccept, FindMe, FindMeTarget, NoAnswer, Screening};
use serde::{Deserialize, Serialize};

/// What is left of a FindMe.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// The numbers that were not rung yet, ten digits each.
    #[serde(rename = "n")]
    pub(super) numbers: Vec<String>,
    /// How many ring at once.
    #[serde(rename = "g")]
    pub(super) at_once: usize,
    /// How long each rings, in seconds.
    #[serde(rename = "s")]
    pub(super) secs: u8,
    /// Whether the call is recorded.
    #[serde(rename = "r", default)]
    pub(super) record: bool,
    /// Whether the caller was told so.
    #[serde(rename = "d", default)]
    pub(super) told: bool,
    /// What the person who answers hears.
    #[serde(rename = "w", default)]
    pub(super) whisper: Whisper,
    /// Whether the last number gets the call in any case.
    #[serde(rename = "l", default)]
    pub(super) last: Last,
    /// What follows if nobody takes it.
    #[serde(rename = "o", default)]
    pub(super) otherwise: Otherwise,
    /// Which run through an IVR of this call came before, from 1.
    #[serde(rename = "v", default)]
    pub(super) visit: u32,
}

/// What the person who answers hears before the call is connected.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whisper {
    /// A phrase.
    #[serde(rename = "p", default)]
    pub(super) phrase: Option<String>,
    /// The URL of a sound.
    #[serde(rename = "a", default)]
    pub(super) audio: Option<String>,
    /// Whether they are asked to accept by a key.
    #[serde(rename = "q", default)]
    pub(super) asks: bool,
    /// Whether they are told that the call may be recorded.
    #[serde(rename = "r", default)]
    pub(super) record: bool,
}

/// How the last number is rung.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Last {
    /// As the others.
    #[default]
    AsOthers,
    /// It gets the call without being asked.
    Unasked,
    /// And without hearing anything before.
    Unscreened,
}

/// What follows if nobody takes the call.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Otherwise {
    /// The caller is told so.
    #[default]
    Goodbye,
    /// The mailbox with this id.
    Voicemail(String),
    /// The IVR that stands in for this virtual receptionist.
    Receptionist(String),
    /// An IVR.
    Ivr(String),
}

impl Ring {
    /// `None` for a FindMe that only the portal knows.
    pub(super) fn of(findme: &FindMe<String>, twiml: &Twiml) -> Option<Self> {
        let FindMeTarget::PhoneList(list) = &findme.target else { return None };
        let record = findme.record == Some(true);
        let (phrase, audio) = match &findme.screening {
            Some(Screening::Phrase(phrase)) => (phrase.clone().filter(|text| !text.trim().is_empty()), None),
            Some(Screening::Audio(file)) => (None, twiml.audio_url(file).map(str::to_owned)),
            // `flow check --for twiml` refuses a recorded name.
            Some(Screening::RecordName) | None => (None, None),
        };
        let last = match (findme.auto_accept, &findme.no_answer) {
            (Some(AutoAccept::LastUnscreened), _) | (_, Some(NoAnswer::AcceptLastUnscreened)) => Last::Unscreened,
            (Some(AutoAccept::LastScreened), _) | (_, Some(NoAnswer::AcceptLast)) => Last::Unasked,
            _ => Last::AsOthers,
        };
        Some(Self {
            numbers: list.numbers().iter().map(|number| number.as_str().to_owned()).collect(),
            at_once: findme.simultaneous.map_or(1, |at_once| usize::from(at_once.get())),
            secs: findme.timeout_secs.map_or(30, |secs| secs.get()),
            record,
            told: false,
            whisper: Whisper { phrase, audio, asks: findme.auto_accept != Some(AutoAccept::First), record },
            last,
            otherwise: match &findme.no_answer {
                Some(NoAnswer::Voicemail(id)) => Otherwise::Voicemail(id.to_string()),
                Some(NoAnswer::VirtualReceptionist(id)) => Otherwise::Receptionist(id.to_string()),
                Some(NoAnswer::Ivr(name)) => Otherwise::Ivr(name.to_string()),
                _ => Otherwise::Goodbye,
            },
            visit: 0,
        })
    }

    /// The numbers that ring next, each with what the person who answers there hears, and what is left after them.
    pub(super) fn next(&self) -> (Vec<(&str, Option<Whisper>)>, Self) {
        let (now, later) = self.numbers.split_at(self.at_once.clamp(1, MOST_AT_ONCE).min(self.numbers.len()));
        let whisper = |at: usize| {
            let is_last = later.is_empty() && at + 1 == now.len();
            let whisper = match self.last {
                // That a call is recorded, both parties hear in any case (DialogTech, "record").
                Last::Unscreened if is_last => Whisper { record: self.record, ..Whisper::default() },
                Last::Unasked if is_last => Whisper { asks: false, ..self.whisper.clone() },
                _ => self.whisper.clone(),
            };
            Some(whisper).filter(Whisper::says_something)
        };
        let ringing = now.iter().enumerate().map(|(at, number)| (number.as_str(), whisper(at))).collect();
        (ringing, Self { numbers: later.to_vec(), told: true, ..self.clone() })
    }
}

/// `<Dial>` takes ten numbers at once.
const MOST_AT_ONCE: usize = 10;

impl Whisper {
    fn says_something(&self) -> bool {
        self.phrase.is_some() || self.audio.is_some() || self.asks || self.record
    }
}
