//! `asks:`: the questions of an IVR.

use super::super::fields::is_reserved;
use super::super::ids::AnswerName;
use super::super::language;
use super::super::prompt::Prompt;
use super::super::{Ask, Recording};
use super::reader::{Fields, Reader};
use crate::flow::yaml::{Node, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The most digits that a question takes.
const MOST_DIGITS: u8 = 32;

/// The longest recording: what is transcribed of more doesn't fit into a postback's URL.
const LONGEST_RECORDING: Duration = Duration::from_secs(600);

pub(super) fn asks(r: &mut Reader, node: &Node) -> Option<Vec<Ask>> {
    let Value::List(items) = &node.value else {
        r.wrong_type(node, "a list of questions, each with `prompt` and `as`");
        return None;
    };
    let mut names: BTreeMap<AnswerName, usize> = BTreeMap::new();
    let mut read = Vec::new();
    for item in items {
        let Some(ask) = ask(r, item) else { continue };
        match names.get(&ask.name) {
            Some(line) => {
                r.mistake_with_help(
                    item.at,
                    format!("a question of this IVR is called `{}` already, on line {line}", ask.name),
                    "each answer needs a name of its own",
                );
            }
            None => drop(names.insert(ask.name.clone(), item.at.line)),
        }
        read.push(ask);
    }
    (read.len() == items.len()).then_some(read)
}

fn ask(r: &mut Reader, node: &Node) -> Option<Ask> {
    let fields = r.fields(node, "a question, a mapping of `prompt`, `as` and how it is answered", &language::ASK)?;
    let prompt = r.require(&fields, "prompt").and_then(|n| r.parsed(n, "what the caller hears", Prompt::parse));
    let name = r.require(&fields, "as").and_then(|n| name(r, n));
    let digits = fields.get("digits").map_or(Some(None), |n| digits(r, n).map(Some));
    let one_of = fields.get("one_of").map_or(Some(Vec::new()), |n| one_of(r, n));
    let secret = fields.get("secret").map_or(Some(false), |n| r.flag(n, "`secret`"));
    let record = recording(r, &fields);
    if fields.get("record").is_some() {
        for name in ["digits", "one_of", "secret"] {
            if let Some(n) = fields.get(name) {
                r.mistake(n.at, format!("`{name}` doesn't go with `record`: a recorded answer has no digits"));
            }
        }
    }
    Some(Ask { prompt: prompt?, name: name?, digits: digits?, one_of: one_of?, secret: secret?, record: record? })
}

fn name(r: &mut Reader, node: &Node) -> Option<AnswerName> {
    let name = r.parsed(node, "the name of the answer", AnswerName::parse)?;
    if is_reserved(name.as_str()) {
        r.mistake_with_help(
            node.at,
            format!("no answer can be called `{name}`: the provider or Ringbolt uses that name itself"),
            "names that begin with `ivr_` or `st_`, and `auth` and `rb`, are taken",
        );
        return None;
    }
    Some(name)
}

/// `4`, or `4-10`.
fn digits(r: &mut Reader, node: &Node) -> Option<RangeInclusive<u8>> {
    let expected = format!("how many digits: `4`, or `4-10`, from 1 to {MOST_DIGITS}");
    let text = r.text(node, &expected)?;
    let number = |text: &str| text.trim().parse::<u8>().ok().filter(|n| (1..=MOST_DIGITS).contains(n));
    let range = match text.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)),
        None => number(text).map(|n| (n, n)),
    };
    let Some((from, to)) = range.filter(|(from, to)| from <= to) else {
        r.wrong_type(node, &expected);
        return None;
    };
    Some(from..=to)
}

fn one_of(r: &mut Reader, node: &Node) -> Option<Vec<String>> {
    let Value::List(items) = &node.value else {
        r.wrong_type(node, "a list of the answers that are taken");
        return None;
    };
    if items.is_empty() {
        r.mistake(node.at, "`one_of` is empty: no answer would be taken");
        return None;
    }
    let read: Vec<Option<String>> =
        items.iter().map(|item| r.text(item, "an answer that is taken").map(|text| text.trim().to_owned())).collect();
    read.into_iter().collect()
}

fn recording(r: &mut Reader, fields: &Fields<'_>) -> Option<Option<Recording>> {
    let transcribe = fields.get("transcribe").map_or(Some(false), |n| r.flag(n, "`transcribe`"));
    let Some(node) = fields.get("record") else {
        if let Some(n) = fields.get("transcribe") {
            r.mistake(n.at, "`transcribe` goes with `record`: how long the caller may speak");
            return None;
        }
        return Some(None);
    };
    let longest = r.duration(node, "`record`")?;
    if !(Duration::from_secs(1)..=LONGEST_RECORDING).contains(&longest) {
        r.mistake(node.at, "`record` is 1 second to 10 minutes");
        return None;
    }
    Some(Some(Recording { longest, transcribe: transcribe? }))
}
