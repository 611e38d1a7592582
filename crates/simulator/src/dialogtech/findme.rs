//! The app `findme` ("Responding to DialogTech's WebHook", with its notes 1 and 2).

use super::document::{Parameters, Refused};
use ringbolt_core::flow::PortalId;
use std::ops::RangeInclusive;

/// Whom to ring, and how. The default has the specification's defaults, and nobody to ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindMe {
    /// A FindMe of the portal; the numbers are ignored then.
    pub id: Option<PortalId>,
    /// The numbers, in the order in which they are tried.
    pub numbers: Vec<String>,
    /// How many ring at once, 1 or more.
    pub simultaneous: usize,
    /// Whether the call is recorded.
    pub record: bool,
    /// 0 records the caller's name, 1 speaks a phrase, 2 plays a file.
    pub screen_method: u8,
    /// The phrase of method 1, or the name of the file of method 2.
    pub whisper: Option<String>,
    /// 0 asks the person, 1 connects the first, 2 and 3 the last number tried.
    pub auto_accept: u8,
    /// 1 to 7: what happens if nobody answers.
    pub next_action: u8,
    /// What 2, 4, 5 and 6 need.
    pub next_action_item: Option<PortalId>,
    /// How long each number rings, 20 to 60 seconds.
    pub timeout_secs: u8,
}

impl Default for FindMe {
    fn default() -> Self {
        Self {
            id: None,
            numbers: Vec::new(),
            simultaneous: 1,
            record: false,
            screen_method: 0,
            whisper: None,
            auto_accept: 0,
            next_action: 1,
            next_action_item: None,
            timeout_secs: 30,
        }
    }
}

const PARAMETERS: [&str; 12] = [
    "id",
    "phone_list",
    "simultaneous",
    "record",
    "screen_method",
    "whisper_phrase",
    "whisper_audio",
    "auto_accept",
    "dtmf_only",
    "nextaction",
    "nextactionitem",
    "timeout",
];

pub(super) fn read(parameters: &Parameters<'_, '_>) -> Result<FindMe, Refused> {
    parameters.only(&PARAMETERS)?;
    let number = |name, range: RangeInclusive<u8>, default: u8| {
        let number = parameters.parsed(name, |text| text.parse().ok().filter(|n| range.contains(n)).ok_or(()))?;
        Ok::<u8, Refused>(number.unwrap_or(default))
    };
    let id = parameters.id("id")?;
    let list = parameters.text("phone_list").unwrap_or_default();
    let numbers: Vec<String> = list.split('|').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect();
    if id.is_none() && numbers.is_empty() {
        return Err(Refused::Missing("phone_list"));
    }
    let usual = FindMe::default();
    let screen_method = number("screen_method", 0..=2, usual.screen_method)?;
    let next_action = number("nextaction", 1..=7, usual.next_action)?;
    let next_action_item = match next_action {
        2 | 4..=6 => Some(parameters.id("nextactionitem")?.ok_or(Refused::Missing("nextactionitem"))?),
        _ => None,
    };
    // It changes nothing here: a person who is asked accepts by a key press in any case.
    number("dtmf_only", 0..=1, 0)?;
    Ok(FindMe {
        id,
        numbers,
        simultaneous: usize::from(number("simultaneous", 1..=u8::MAX, 1)?),
        record: number("record", 0..=1, 0)? == 1,
        screen_method,
        whisper: match screen_method {
            1 => parameters.text("whisper_phrase"),
            2 => parameters.text("whisper_audio"),
            _ => None,
        },
        auto_accept: number("auto_accept", 0..=3, usual.auto_accept)?,
        next_action,
        next_action_item,
        timeout_secs: number("timeout", 20..=60, usual.timeout_secs)?,
    })
}
