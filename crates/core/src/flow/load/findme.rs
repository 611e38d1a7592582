//! `findme:`. Its rules are the specification's ("Responding to DialogTech's WebHook", with its notes 1 and 2).

use super::super::action::{AutoAccept, FindMe, FindMeTarget, NoAnswer, PhoneList, RingTimeoutSecs, Screening};
use super::super::ids::IvrName;
use super::super::language;
use super::super::{Destination, Template};
use super::destination::{caller_may_choose, destination, fixed_list, is_template, needless_choice};
use super::reader::{Fields, Lead, Reader};
use crate::flow::yaml::{Node, Value};
use std::num::NonZeroU8;

pub(super) fn findme(r: &mut Reader, node: &Node) -> Option<FindMe<Template, Destination>> {
    let fields =
        r.fields(node, "the parameters of `findme`, a mapping with the key `id` or `phone_list`", &language::FINDME)?;
    // Each is None if something is wrong with it; all are read before the first of them ends the reading.
    let target = target(r, &fields);
    let simultaneous = optional(&fields, "simultaneous", |n| {
        let number = r.integer(n, "`simultaneous`", 1..=255)?;
        u8::try_from(number).ok().and_then(NonZeroU8::new)
    });
    let screening = screening(r, &fields);
    let record = optional(&fields, "record", |n| r.flag(n, "`record`"));
    let auto_accept = optional(&fields, "auto_accept", |n| {
        Some(match r.integer(n, "`auto_accept`", 0..=3)? {
            0 => AutoAccept::Ask,
            1 => AutoAccept::First,
            2 => AutoAccept::LastUnscreened,
            _ => AutoAccept::LastScreened,
        })
    });
    let dtmf_only = optional(&fields, "dtmf_only", |n| r.flag(n, "`dtmf_only`"));
    if let (Some(node), Some(Some(true)), Some(accept)) = (fields.get("dtmf_only"), dtmf_only, auto_accept)
        && accept.is_some_and(|accept| accept != AutoAccept::Ask)
    {
        r.mistake_with_help(
            node.at,
            "`dtmf_only` goes with `auto_accept: 0`",
            "it says that the person who is asked accepts by a key press",
        );
    }
    let no_answer = no_answer(r, &fields);
    let timeout_secs = optional(&fields, "timeout", |n| {
        RingTimeoutSecs::new(u64::from(r.integer(n, "`timeout` in seconds", 20..=60)?)).ok()
    });
    Some(FindMe {
        target: target?,
        simultaneous: simultaneous?,
        screening: screening?,
        record: record?,
        auto_accept: auto_accept?,
        dtmf_only: dtmf_only?,
        no_answer: no_answer?,
        timeout_secs: timeout_secs?,
    })
}

/// Some(None) if the key is absent, None if its value is wrong.
fn optional<'n, T>(fields: &Fields<'n>, name: &str, read: impl FnOnce(&'n Node) -> Option<T>) -> Option<Option<T>> {
    fields.get(name).map_or(Some(None), |node| read(node).map(Some))
}

fn target(r: &mut Reader, fields: &Fields<'_>) -> Option<FindMeTarget<Destination>> {
    let may_choose = caller_may_choose(r, fields);
    match (fields.get("id"), fields.get("phone_list")) {
        (Some(id), None) => {
            needless_choice(r, fields, may_choose, &[]);
            r.portal_id(id).map(FindMeTarget::Id)
        }
        (None, Some(list)) => {
            let list = phone_list(r, list, may_choose)?;
            needless_choice(r, fields, may_choose, list.numbers());
            Some(FindMeTarget::PhoneList(list))
        }
        (None, None) => {
            r.mistake(fields.at, "`findme` needs an `id` or a `phone_list`");
            None
        }
        (Some(_), Some(list)) => {
            r.mistake(list.at, "`findme` has an `id` or a `phone_list`, not both: the provider would ignore the list");
            None
        }
    }
}

/// A list of numbers, or the specification's own form with bars between them.
fn phone_list(r: &mut Reader, node: &Node, may_choose: bool) -> Option<PhoneList<Destination>> {
    let numbers: Option<Vec<Destination>> = match &node.value {
        Value::List(items) => {
            let read: Vec<_> = items.iter().map(|item| destination(r, item, may_choose)).collect();
            read.into_iter().collect()
        }
        Value::Scalar { text, .. } if is_template(text) => destination(r, node, may_choose).map(|number| vec![number]),
        _ => fixed_list(r, node),
    };
    PhoneList::new(numbers?).map_err(|error| r.mistake(node.at, error.to_string())).ok()
}

fn screening(r: &mut Reader, fields: &Fields<'_>) -> Option<Option<Screening<Template>>> {
    let method = optional(fields, "screen_method", |n| r.integer(n, "`screen_method`", 0..=2));
    let (phrase, audio) = (fields.get("whisper_phrase"), fields.get("whisper_audio"));
    let phrase_read = phrase.and_then(|n| r.template(n, "the phrase to whisper"));
    let audio_read = audio.and_then(|n| {
        let name = r.template(n, "the name of an audio file")?;
        if name.source().trim().is_empty() {
            r.mistake(n.at, "`whisper_audio` is empty");
            return None;
        }
        Some(name)
    });
    // Without a readable method, nothing can be said about what goes with it.
    let method = method?;
    for (node, name, needed) in [(phrase, "whisper_phrase", 1), (audio, "whisper_audio", 2)] {
        if let Some(node) = node.filter(|_| method != Some(needed)) {
            r.mistake(node.at, format!("`{name}` goes with `screen_method: {needed}`"));
            return None;
        }
    }
    match method {
        None => Some(None),
        Some(0) => Some(Some(Screening::RecordName)),
        Some(1) if phrase.is_none() => Some(Some(Screening::Phrase(None))),
        Some(1) => Some(Some(Screening::Phrase(Some(phrase_read?)))),
        Some(_) => {
            if audio.is_none() {
                let at = fields.get("screen_method").map_or(fields.at, |n| n.at);
                r.mistake(at, "`screen_method: 2` needs `whisper_audio`");
            }
            Some(Some(Screening::Audio(audio_read?)))
        }
    }
}

fn no_answer(r: &mut Reader, fields: &Fields<'_>) -> Option<Option<NoAnswer>> {
    let item = fields.get("nextactionitem");
    let Some(node) = fields.get("nextaction") else {
        if let Some(item) = item {
            r.mistake(item.at, "`nextactionitem` goes with `nextaction`");
        }
        return Some(None);
    };
    let number = r.integer(node, "`nextaction`", 1..=7)?;
    let needs_item = matches!(number, 2 | 4 | 5 | 6);
    let Some(item) = item else {
        if needs_item {
            r.mistake(node.at, format!("`nextaction: {number}` needs `nextactionitem`, where to go"));
            return None;
        }
        return Some(Some(match number {
            1 => NoAnswer::Disconnect,
            3 => NoAnswer::AcceptLast,
            _ => NoAnswer::AcceptLastUnscreened,
        }));
    };
    if !needs_item {
        r.mistake(item.at, format!("`nextaction: {number}` has no `nextactionitem`"));
        return None;
    }
    Some(Some(match number {
        2 => NoAnswer::Voicemail(r.portal_id(item)?),
        4 => NoAnswer::VirtualReceptionist(r.portal_id(item)?),
        5 => NoAnswer::FindMe(r.portal_id(item)?),
        _ => NoAnswer::Ivr(ivr(r, item)?),
    }))
}

fn ivr(r: &mut Reader, node: &Node) -> Option<IvrName> {
    let to = r.ivr_name(node)?;
    r.leads.push(Lead { at: node.at, to: to.clone(), parameters: Default::default() });
    Some(to)
}
