//! `dialogtech:` and `twiml:`.

use super::super::fields::{CALL_FIELDS, SOURCE_FIELDS, TOKEN};
use super::super::ids::PortalId;
use super::super::language;
use super::super::portal::{Mailbox, is_https_url};
use super::super::prompt::Prompt;
use super::super::{DialogTech, FieldNames, Twiml};
use super::ivrs::spelling;
use super::reader::Reader;
use crate::flow::yaml::Node;
use std::collections::BTreeMap;

pub(super) fn dialogtech(r: &mut Reader, node: &Node) -> Option<DialogTech> {
    let expected = "how the portal differs, a mapping of `field_names`, `spelling` and `without_ivr_id`";
    let fields = r.fields(node, expected, &language::DIALOGTECH)?;
    let field_names = fields.get("field_names").map_or_else(|| Some(Default::default()), |n| field_names(r, n));
    let spelled = fields.get("spelling").map_or(Some(false), |n| spelling(r, n));
    let without_ivr_id = fields.get("without_ivr_id").map_or(Some(None), |n| r.ivr_name(n).map(Some));
    spelled?;
    Some(DialogTech { field_names: field_names?, without_ivr_id: without_ivr_id? })
}

/// A mapping from the specification's names to the portal's.
fn field_names(r: &mut Reader, node: &Node) -> Option<FieldNames> {
    let listed = r.entries(node, "field names, a mapping from the specification's names to the portal's")?;
    let mut names = FieldNames::default();
    let before = r.mistakes.len();
    for (key, node) in listed.entries() {
        let Some(field) = CALL_FIELDS.into_iter().find(|field| *field == key.name) else {
            r.unknown_key(key, &CALL_FIELDS);
            continue;
        };
        let portal = r.parsed(node, "the name that the portal uses", |name| match name {
            "" => Err("the portal's name is empty".to_owned()),
            TOKEN => Err(format!("`{TOKEN}` is the webhook's token")),
            _ => Ok(name.to_owned()),
        });
        let Some(portal) = portal else { continue };
        let is_another =
            portal != field && (CALL_FIELDS.contains(&portal.as_str()) || SOURCE_FIELDS.contains(&portal.as_str()));
        if is_another && listed.entries().iter().all(|(key, _)| key.name != portal) {
            let message = format!("`{portal}` is a field of its own, and every call's would be taken for `{field}`");
            r.mistake_with_help(
                node.at,
                message,
                "write the name that the portal uses for the field on the left; if two names are swapped, list both",
            );
            continue;
        }
        r.portal_names.push((node.at, portal.clone()));
        if let Some(first) = names.insert(portal, field) {
            r.mistake(node.at, format!("the portal's name already means `{first}`"));
        }
    }
    (r.mistakes.len() == before).then_some(names)
}

pub(super) fn twiml(r: &mut Reader, node: &Node) -> Option<Twiml> {
    let expected =
        "what a TwiML provider needs, a mapping of `language`, `voice`, `repeats`, `audio`, `voicemail` and `vr`";
    let fields = r.fields(node, expected, &language::TWIML)?;
    let language = fields.get("language").map_or(Some(None), |n| language_tag(r, n).map(Some));
    let voice = fields.get("voice").map_or(Some(None), |n| voice(r, n).map(Some));
    let repeats = fields.get("repeats").map_or(Some(Twiml::REPEATS), |n| repeats(r, n));
    let audio = fields.get("audio").map_or_else(|| Some(BTreeMap::new()), |n| audio(r, n));
    let voicemail = by_id(r, fields.get("voicemail"), "mailboxes", mailbox);
    let virtual_receptionists = by_id(r, fields.get("vr"), "virtual receptionists", |r, n| r.ivr_name(n));
    Some(Twiml {
        at: Some(node.at),
        language: language?,
        voice: voice?,
        repeats: repeats?,
        audio: audio?,
        voicemail: voicemail?,
        virtual_receptionists: virtual_receptionists?,
    })
}

fn language_tag(r: &mut Reader, node: &Node) -> Option<String> {
    r.parsed(node, "a language such as `en-US`", |text| {
        let fits = (2..=35).contains(&text.len())
            && text
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if fits { Ok(text.to_owned()) } else { Err("a language is written as in `en-US` or `es` (BCP 47)") }
    })
}

fn voice(r: &mut Reader, node: &Node) -> Option<String> {
    r.parsed(node, "a voice such as `Polly.Joanna`", |text| {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if fits {
            Ok(text.to_owned())
        } else {
            Err("a voice has 1 to 64 letters, digits, `.`, `-` and `_`, as in `Polly.Joanna`")
        }
    })
}

fn repeats(r: &mut Reader, node: &Node) -> Option<u8> {
    let number = r.integer(node, "`repeats`", 0..=9)?;
    u8::try_from(number).ok()
}

/// A mapping from the names of audio files to their URLs.
fn audio(r: &mut Reader, node: &Node) -> Option<BTreeMap<String, String>> {
    let listed = r.entries(node, "audio files, a mapping from their names in the portal to URLs")?;
    let mut found = BTreeMap::new();
    for (key, node) in listed.entries() {
        let url = r.parsed(node, "the URL of an audio file", |text| {
            if is_https_url(text) {
                Ok(text.to_owned())
            } else {
                Err("the URL of an audio file begins with `https://` and a host, and has no template in it")
            }
        });
        let name = key.name.trim();
        if name.is_empty() {
            r.mistake(key.at, "the name of an audio file is empty");
        }
        found.extend(url.filter(|_| !name.is_empty()).map(|url| (name.to_owned(), url)));
    }
    (found.len() == listed.entries().len()).then_some(found)
}

fn mailbox(r: &mut Reader, node: &Node) -> Option<Mailbox> {
    let fields = r.fields(node, "a mailbox, a mapping with the key `greeting`", &language::MAILBOX)?;
    let node = r.require(&fields, "greeting")?;
    r.parsed(node, "what the caller hears before the tone", Prompt::parse).map(|greeting| Mailbox { greeting })
}

fn by_id<T>(
    r: &mut Reader,
    node: Option<&Node>,
    what: &str,
    mut read: impl FnMut(&mut Reader, &Node) -> Option<T>,
) -> Option<BTreeMap<PortalId, T>> {
    let Some(node) = node else { return Some(BTreeMap::new()) };
    let listed = r.entries(node, &format!("{what}, a mapping from their ids in the portal"))?;
    let mut found = BTreeMap::new();
    for (key, node) in listed.entries() {
        let id = PortalId::parse(&key.name).map_err(|error| r.mistake(key.at, error.to_string())).ok();
        let value = read(r, node);
        found.extend(id.zip(value));
    }
    (found.len() == listed.entries().len()).then_some(found)
}
