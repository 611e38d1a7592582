//! The steps of a scripted call.

use super::ends::{ExpectedEnd, digits_of};
use super::reader::Reader;
use super::times::{looks_like_time, parse_time};
use super::{Deed, Does, Entry, Post, Step};
use ringbolt_core::flow::graph::Place;
use ringbolt_core::flow::yaml::{Key, Node, Value};
use ringbolt_core::flow::{Flow, Step as FlowStep};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

const STEPS: [&str; 13] = [
    "hear",
    "at",
    "key",
    "silence",
    "say",
    "hang_up",
    "person",
    "whisper",
    "transcription",
    "database",
    "pass",
    "again",
    "ends",
];

/// Steps that say all by their name.
const ALONE: [&str; 3] = ["silence", "hang_up", "again"];

/// The name of the PIN question of Wix Answers, as a place and as an answer.
pub(super) const WIX_PLACE: &str = "wix_answers";
const WIX_ANSWER: &str = "input";

const DEEDS: [(&str, Deed); 4] =
    [("answers", Deed::Answers), ("accepts", Deed::Accepts), ("declines", Deed::Declines), ("nobody", Deed::Nobody)];

/// What a step can name.
pub(super) struct Names {
    ivrs: BTreeSet<String>,
    answers: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(flow: &Flow) -> Self {
        let mut ivrs: BTreeSet<String> = flow.ivrs.iter().map(|ivr| ivr.name.to_string()).collect();
        let asked = flow.ivrs.iter().flat_map(|ivr| &ivr.asks).map(|ask| ask.name.to_string());
        let read = flow.ivrs.iter().filter_map(|ivr| ivr.step.as_ref()).flat_map(FlowStep::answers);
        let mut answers: BTreeSet<String> = asked.chain(read).collect();
        if let Some(wix) = &flow.wix_answers {
            ivrs.extend(wix.ivrs.keys().map(ToString::to_string));
            ivrs.insert(WIX_PLACE.to_owned());
            answers.insert(WIX_ANSWER.to_owned());
        }
        Self { ivrs, answers }
    }

    /// Whether the flow has an IVR of this name; notes it otherwise.
    pub(super) fn ivr(&self, r: &mut Reader, node: &Node, name: &str) -> bool {
        let known = self.ivrs.contains(name);
        if !known {
            r.unknown(node.at, "the flow has no IVR", name, self.ivrs.iter().map(String::as_str));
        }
        known
    }
}

/// The name by which a script calls a place.
pub(super) fn place_name(place: &Place) -> String {
    match place {
        Place::AuthWebhook => WIX_PLACE.to_owned(),
        Place::Ivr(name) | Place::End(ringbolt_core::flow::graph::End::PortalIvr(name)) => name.to_string(),
        Place::End(ringbolt_core::flow::graph::End::WixIvr(name)) => name.clone(),
        place => place.to_string(),
    }
}

pub(super) fn steps(r: &mut Reader, node: &Node, names: &Names) -> Vec<Step> {
    let items = r.list(node, "a list of steps, such as `- hear: Welcome` and `- key: \"1\"`").unwrap_or_default();
    items.iter().filter_map(|item| Some(Step { at: item.at, does: step(r, item, names)? })).collect()
}

fn step(r: &mut Reader, node: &Node, names: &Names) -> Option<Does> {
    if let Value::Scalar { text, .. } = &node.value {
        return match text.as_str() {
            "silence" => Some(Does::Silence { once: false }),
            "hang_up" => Some(Does::HangUp),
            "again" => Some(Does::Again),
            word if STEPS.contains(&word) => {
                r.mistake(node.at, format!("`{word}` needs to say more: `{word}: ...`"));
                None
            }
            word => {
                r.unknown(node.at, "there is no step", word, STEPS);
                None
            }
        };
    }
    let fields = r.fields(node, "a step, such as `hear: Welcome` or `key: \"1\"`", &STEPS)?;
    let (key, value) = match fields {
        [one] => one,
        _ => {
            r.mistake(node.at, "a step does one thing: begin the next one with `-` on a line of its own");
            return None;
        }
    };
    does(r, key, value, names)
}

fn does(r: &mut Reader, key: &Key, value: &Node, names: &Names) -> Option<Does> {
    let owned = |text: &str| text.to_owned();
    let empty = matches!(value.value, Value::Null);
    match key.name.as_str() {
        "hear" => r.text(value, "a part of what is heard").map(owned).map(Does::Hear),
        "whisper" => r.text(value, "a part of what is whispered").map(owned).map(Does::Whisper),
        "say" => r.text(value, "what the caller says").map(owned).map(Does::Say),
        "at" => {
            let text = r.text(value, "the name of an IVR, or a time with its zone")?;
            if looks_like_time(text) {
                return parse_time(text).map_err(|wrong| r.mistake(value.at, wrong)).ok().map(Does::Clock);
            }
            names.ivr(r, value, text).then(|| Does::At(text.to_owned()))
        }
        "key" => entries(r, value, names).map(Does::Key),
        "silence" if empty => Some(Does::Silence { once: false }),
        "silence" => r.word(value, "`once`", &[("once", true)]).map(|once| Does::Silence { once }),
        "person" => people(r, value).map(Does::People),
        "transcription" => {
            let words = [("post", Post::Once), ("post_twice", Post::Twice), ("lose", Post::Never)];
            r.word(value, "`post`, `post_twice` or `lose`", &words).map(Does::Transcription)
        }
        "database" => {
            let words = [("down", true), ("ok", false)];
            r.word(value, "`down` or `ok`", &words).map(|down| Does::Database { down })
        }
        "pass" => r.duration(value).map(Does::Pass),
        "ends" => ExpectedEnd::read(r, value).map(Does::Ends),
        word if ALONE.contains(&word) && empty => Some(if word == "again" { Does::Again } else { Does::HangUp }),
        word if ALONE.contains(&word) => {
            r.mistake(value.at, format!("`{word}` says all: write `- {word}`"));
            None
        }
        // An unknown key is noted already.
        _ => None,
    }
}

/// `"1"`, or an entry for each question: `{ account: "90786", pin: right }`.
fn entries(r: &mut Reader, node: &Node, names: &Names) -> Option<Vec<(Option<String>, Entry)>> {
    let Value::Map(fields) = &node.value else {
        return Some(vec![(None, entry(r, node)?)]);
    };
    let mut entries = Vec::new();
    for (key, value) in fields {
        if !names.answers.contains(&key.name) {
            r.unknown(
                key.at,
                "no question of the flow has the answer",
                &key.name,
                names.answers.iter().map(String::as_str),
            );
        }
        entries.extend(entry(r, value).map(|entry| (Some(key.name.clone()), entry)));
    }
    Some(entries)
}

/// The mistake quotes nothing: it could be a PIN.
fn entry(r: &mut Reader, node: &Node) -> Option<Entry> {
    let text = r.text(node, "keys of a telephone in quotes, `right` or `wrong`")?;
    match text {
        "right" => return Some(Entry::RightPin),
        "wrong" => return Some(Entry::WrongPin),
        _ => {}
    }
    let keys: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if keys.is_empty() || !keys.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#')) {
        r.mistake(node.at, "expected keys of a telephone (0 to 9, `*`, `#`), `right` or `wrong`");
        return None;
    }
    Some(Entry::Keys(Zeroizing::new(keys)))
}

/// `accepts`, for everybody, or `{ "2225550123": accepts }`.
fn people(r: &mut Reader, node: &Node) -> Option<Vec<(String, Deed)>> {
    let expected = "`answers`, `accepts`, `declines` or `nobody`";
    let Value::Map(fields) = &node.value else {
        return r.word(node, expected, &DEEDS).map(|deed| vec![(String::new(), deed)]);
    };
    let mut people = Vec::new();
    for (key, value) in fields {
        if !key.name.chars().any(|c| c.is_ascii_digit()) {
            r.mistake(key.at, format!("`{}` isn't a telephone number", key.name));
        }
        people.extend(r.word(value, expected, &DEEDS).map(|deed| (digits_of(&key.name), deed)));
    }
    Some(people)
}
