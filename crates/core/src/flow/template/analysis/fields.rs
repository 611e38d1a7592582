//! Parts that a request never has: reserved names, answers that nobody asks for, fields that no provider sends.

use super::super::fault::Fault;
use super::super::warning::Slip;
use super::context::{Context, Found};
use super::tree::offset;
use crate::flow::fields::{CALL_FIELDS, NEUTRAL_CALL_FIELDS, SOURCE_FIELDS};
use crate::flow::mistake::did_you_mean;
use minijinja::machinery::ast::Expr;

/// Wix Answers' own fields of a call.
const WIX_ANSWERS: [&str; 2] = ["callId", "from"];

/// Checks one part of a name.
pub(super) fn check<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>, group: &str, name: &str) {
    if let Some(fault) = reserved(group, name) {
        return found.fault(fault, expr);
    }
    let near = match (group, cx.vocabulary.is_wix_answers()) {
        ("answers", _) => return answer(cx, found, expr, name),
        ("call", false) => unknown(name, "ivr_", &CALL_FIELDS, &NEUTRAL_CALL_FIELDS),
        ("call", true) => unknown_of_wix(name),
        ("source", false) => unknown(name, "st_", &SOURCE_FIELDS, &[]),
        _ => None,
    };
    if let Some(near) = near {
        let slip = Slip::Field { group: group.to_owned(), field: name.to_owned(), near: Some(near) };
        found.warn(slip, offset(expr));
    }
}

fn reserved(group: &str, name: &str) -> Option<Fault> {
    let (group, why, help) = match group {
        "answers" if name == "auth" => ("answers", "`auth` is the webhook's token", None),
        "answers" if name == "rb" => ("answers", "`rb` is Ringbolt's own signed state", None),
        "answers" if name.starts_with("ivr_") => {
            ("answers", "it is a field of the call", Some(format!("write `call.{name}`")))
        }
        "answers" if name.starts_with("st_") => {
            ("answers", "it is a field of SourceTrak", Some(format!("write `source.{name}`")))
        }
        "pass" if name == "rb" => ("pass", "`rb` is Ringbolt's own signed state", None),
        _ => return None,
    };
    Some(Fault::Reserved { group, name: name.to_owned(), why, help })
}

fn answer<'s>(cx: &Context<'_, 's>, found: &mut Found, expr: &Expr<'s>, name: &str) {
    let Some(known) = &cx.vocabulary.answers else { return };
    if !known.contains(name) {
        let all = || known.iter().map(String::as_str);
        let list = || (!known.is_empty()).then(|| format!("known: {}", all().collect::<Vec<_>>().join(", ")));
        let near = did_you_mean(name, all()).or_else(list);
        found.fault(Fault::Answer { name: name.to_owned(), near }, expr);
    }
}

/// What may be meant by a field that is not known. Providers send new fields from time to time, so a field with the
/// right beginning is unknown only if it is nearly a known one.
fn unknown(field: &str, prefix: &str, known: &[&str], neutral: &[&str]) -> Option<String> {
    if known.contains(&field) || neutral.contains(&field) {
        return None;
    }
    let with_prefix = format!("{prefix}{field}");
    if known.contains(&with_prefix.as_str()) {
        return Some(format!("did you mean `{with_prefix}`?"));
    }
    let near = did_you_mean(field, known.iter().chain(neutral).copied());
    let other = || (!field.starts_with(prefix)).then(|| format!("its fields begin with `{prefix}`"));
    let also = || if neutral.is_empty() { String::new() } else { format!(", or are {}", neutral.join(", ")) };
    near.or_else(|| other().map(|other| other + &also()))
}

fn unknown_of_wix(field: &str) -> Option<String> {
    // It doesn't say which number was dialled.
    let known = || WIX_ANSWERS.into_iter().chain(NEUTRAL_CALL_FIELDS.into_iter().filter(|name| *name != "dnis"));
    if known().any(|known| known == field) {
        return None;
    }
    did_you_mean(field, known()).or_else(|| Some(format!("known: {}", known().collect::<Vec<_>>().join(", "))))
}
