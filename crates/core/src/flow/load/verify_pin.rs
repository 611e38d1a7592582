//! `verify_pin:`.

use super::super::language;
use super::super::mistake::{Mistake, Position};
use super::super::{FallbackAction, Template, VerifyPin};
use super::action::action;
use super::apart::{Destined, FALLBACK, destinations, keep_apart};
use super::reader::{Fields, Reader};
use super::rules::rules_or;
use super::yaml::Node;

pub(super) fn verify_pin(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<VerifyPin> {
    let fields = r.fields(
        node,
        "a PIN check, a mapping of `user`, `pin`, `verified`, `wrong` and others",
        &language::VERIFY_PIN,
    )?;
    r.inputs.extend(["user", "pin"].into_iter().filter_map(|name| fields.get(name)).map(|n| n.at));
    let user = unverified(r, "verified", |r| {
        r.require(&fields, "user").and_then(|n| r.template(n, "a text that names the user"))
    });
    let pin = unverified(r, "verified", |r| r.require(&fields, "pin").and_then(|n| pin(r, n)));
    let verified = r.require(&fields, "verified").and_then(|n| rules_or(r, n, &language::OUTCOME_RULE, action));
    let wrong = unverified(r, "verified", |r| {
        r.require(&fields, "wrong").and_then(|n| rules_or(r, n, &language::OUTCOME_RULE, action))
    });
    let [too_many_attempts, locked, unknown, unanswered] = ["too_many_attempts", "locked", "unknown", "unanswered"]
        .map(|name| {
            fields
                .get(name)
                .and_then(|n| unverified(r, "verified", |r| rules_or(r, n, &language::OUTCOME_RULE, action)))
        });
    if fields.get("unanswered").is_none() {
        r.findings.push(
            Mistake::warning(
                fields.at,
                "`unanswered` is missing: a caller who keys nothing hears the same as after a wrong PIN",
            )
            .help("say what follows when nothing was keyed".to_owned()),
        );
    }
    if let Some(verified) = &verified {
        let others = [
            ("wrong", &wrong),
            ("too_many_attempts", &too_many_attempts),
            ("locked", &locked),
            ("unknown", &unknown),
            ("unanswered", &unanswered),
        ];
        let right = destinations(verified, |action| Destined::of_flow(r, action));
        for (name, other) in others.into_iter().filter_map(|(name, other)| Some((name, other.as_ref()?))) {
            let other = destinations(other, |action| Destined::of_flow(r, action));
            keep_apart(r, place(&fields, name), &format!("`{name}`"), &right, &other);
        }
        if let Some(fallback) = fallback {
            let fallback = [Destined::of(fallback, |number| number.as_str().to_owned())];
            keep_apart(r, place(&fields, "verified"), FALLBACK, &right, &fallback);
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

fn place(fields: &Fields<'_>, name: &str) -> Position {
    fields.get(name).map_or(fields.at, |n| n.at)
}

/// Reads something that no verified caller stands behind: its templates cannot speak of `caller`, as those of the right
/// PIN's outcome can.
pub(super) fn unverified<T>(r: &mut Reader, right: &str, read: impl FnOnce(&mut Reader) -> Option<T>) -> Option<T> {
    let before = r.templates.len();
    let found = read(r);
    let places: Vec<_> =
        r.templates[before..].iter().filter(|(_, t)| t.mentions("caller")).map(|(at, _)| *at).collect();
    for at in places {
        r.mistake(at, format!("`caller` is known only in `{right}`: nobody is verified here"));
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
