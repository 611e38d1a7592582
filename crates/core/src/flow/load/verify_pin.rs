//! `verify_pin:`.

use super::super::{FallbackAction, FlowAction, Template, VerifyPin};
use super::action::action;
use super::reader::{Fields, Reader};
use super::yaml::Node;

const KEYS: [&str; 8] = ["user", "pin", "verified", "wrong", "too_many_attempts", "locked", "unknown", "unanswered"];

pub(super) fn verify_pin(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<VerifyPin> {
    let fields = r.fields(node, "a PIN check, a mapping of `user`, `pin`, `verified`, `wrong` and others", &KEYS)?;
    r.inputs.extend(["user", "pin"].into_iter().filter_map(|name| fields.get(name)).map(|n| n.at));
    let user = unverified(r, |r| r.require(&fields, "user").and_then(|n| r.template(n, "a text that names the user")));
    let pin = unverified(r, |r| r.require(&fields, "pin").and_then(|n| pin(r, n)));
    let verified = r.require(&fields, "verified").and_then(|n| action(r, n));
    let wrong = unverified(r, |r| r.require(&fields, "wrong").and_then(|n| action(r, n)));
    let [too_many_attempts, locked, unknown, unanswered] = ["too_many_attempts", "locked", "unknown", "unanswered"]
        .map(|name| fields.get(name).and_then(|n| unverified(r, |r| action(r, n))));
    if let Some(verified) = &verified {
        let others = [
            ("wrong", &wrong),
            ("too_many_attempts", &too_many_attempts),
            ("locked", &locked),
            ("unknown", &unknown),
            ("unanswered", &unanswered),
        ];
        for (name, other) in others {
            if other.as_ref() == Some(verified) {
                let at = fields.get(name).map_or(fields.at, |n| n.at);
                r.mistake(at, format!("`{name}` is the same as `verified`: it would let an unverified caller through"));
            }
        }
        if fallback.is_some_and(|fallback| literally(verified).as_ref() == Some(fallback)) {
            let at = place(&fields, "verified");
            r.mistake(
                at,
                "`verified` is the same as the flow's fallback, which would let an unverified caller through",
            );
        }
    }
    Some(VerifyPin {
        user: user?,
        pin: pin?,
        verified: verified?,
        wrong: wrong?,
        too_many_attempts,
        locked,
        unknown,
        unanswered,
    })
}

fn place(fields: &Fields<'_>, name: &str) -> super::super::mistake::Position {
    fields.get(name).map_or(fields.at, |n| n.at)
}

/// Reads something that no verified caller stands behind: its templates cannot speak of `caller`.
fn unverified<T>(r: &mut Reader, read: impl FnOnce(&mut Reader) -> Option<T>) -> Option<T> {
    let before = r.templates.len();
    let found = read(r);
    let places: Vec<_> =
        r.templates[before..].iter().filter(|(_, t)| t.mentions("caller")).map(|(at, _)| *at).collect();
    for at in places {
        r.mistake(at, "`caller` is known only in `verified`: nobody is verified here");
    }
    found
}

/// The PIN comes from named answers, so that it is known which ones to keep out of every record.
fn pin(r: &mut Reader, node: &Node) -> Option<Template> {
    let pin = r.template(node, "the text that is the PIN")?;
    if pin.parts_of("answers").next().is_none() || pin.mentions_whole("answers") {
        r.mistake_with_help(node.at, "`pin` names the answers that it is made of", "for example \"{{ answers.pin }}\"");
        return None;
    }
    Some(pin)
}

fn literally(action: &FlowAction) -> Option<FallbackAction> {
    let literal = |template: &Template| template.literal().map(str::to_owned).ok_or(());
    action.try_map(literal, |pass| pass.try_map(literal)).ok()
}
