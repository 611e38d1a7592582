//! `verify_pin:`.

use super::super::action::Action;
use super::super::language;
use super::super::mistake::{Mistake, Position};
use super::super::rules::Rules;
use super::super::{AfterPin, Ask, FlowAction, Owner, Template, VerifyPin};
use super::action::action;
use super::reader::{Fields, Reader};
use super::rules::{Reading, rules_or};
use crate::flow::yaml::Node;
use crate::identity::UserId;

const ENDS: [&str; 4] = ["too_many_attempts", "locked", "unknown", "unanswered"];

pub(super) fn verify_pin(r: &mut Reader, node: &Node, asks: &[Ask]) -> Option<VerifyPin> {
    let fields = r.fields(
        node,
        "a PIN check, a mapping of `user`, `pin`, `verified`, `wrong` and others",
        &language::VERIFY_PIN,
    )?;
    r.inputs.extend(["user", "pin"].into_iter().filter_map(|name| fields.get(name)).map(|n| n.at));
    let owner = owner(r, &fields);
    let pin = unverified(r, "verified", |r| r.require(&fields, "pin").and_then(|n| pin(r, n)));
    let verified = r.require(&fields, "verified").and_then(|n| verified(r, n));
    let wrong = unverified(r, "verified", |r| r.require(&fields, "wrong").and_then(|n| outcome(r, n)));
    let [too_many_attempts, locked, unknown, unanswered] = ENDS.map(|name| {
        let node = fields.get(name)?;
        unverified(r, "verified", |r| outcome(r, node))
    });
    if fields.get("unanswered").is_none() {
        r.findings.push(
            Mistake::warning(
                fields.at,
                "`unanswered` is missing: a caller who keys nothing hears the same as after a wrong PIN",
            )
            .help("say what follows if nothing was keyed".to_owned()),
        );
    }
    if let (Some(unknown), Some(wrong)) = (&unknown, &wrong) {
        tells_accounts(r, &fields, unknown, wrong);
    }
    let duress = duress(r, &fields);
    let verify = VerifyPin {
        owner: owner?,
        pin: pin?,
        verified: verified?,
        wrong: wrong?,
        too_many_attempts,
        locked,
        unknown,
        unanswered,
        duress: duress?,
    };
    of_different_answers(r, &fields, &verify);
    secret_question(r, &fields, &verify, asks);
    Some(verify)
}

/// `duress:`, for every dialect.
pub(super) fn duress(r: &mut Reader, fields: &Fields<'_>) -> Option<bool> {
    fields.get("duress").map_or(Some(false), |node| r.flag(node, "`duress`"))
}

fn place(fields: &Fields<'_>, name: &str) -> Position {
    fields.get(name).map_or(fields.at, |n| n.at)
}

/// Whose PIN it should be: `user`, or `shared`.
fn owner(r: &mut Reader, fields: &Fields<'_>) -> Option<Owner> {
    let (user, shared) = (fields.get("user"), fields.get("shared"));
    if let (Some(_), Some(shared)) = (user, shared) {
        r.mistake(shared.at, "a PIN belongs to a `user` or is `shared`, not both");
        return None;
    }
    let Some(node) = shared else {
        let node = r.require(fields, "user")?;
        return unverified(r, "verified", |r| self::user(r, node)).map(Owner::User);
    };
    for name in ["locked", "unknown"] {
        if let Some(n) = fields.get(name) {
            r.mistake(n.at, format!("`{name}` can't happen with a `shared` PIN: it locks nobody"));
        }
    }
    if !r.limits_numbers {
        r.mistake_with_help(
            node.at,
            "a `shared` PIN locks nobody, so tries must be limited in another way",
            "set `limits: { per_ani: { attempts: 30, window: 1h } }`",
        );
    }
    r.parsed(node, "the name of a shared PIN", UserId::shared).map(Owner::Shared)
}

fn user(r: &mut Reader, node: &Node) -> Option<Template> {
    let user = r.template(node, "a text that names the user")?;
    if user.depends_on(&["flow"]) {
        r.mistake_with_help(
            node.at,
            "`user` is the same for every caller: three strangers with a wrong PIN would lock it for everybody",
            "for a PIN that several people share, write `shared: NAME` in place of `user`",
        );
        return None;
    }
    // A flow with limits of its own has decided; one for calling numbers costs each login another request.
    if !r.has_limits {
        r.findings.push(
            Mistake::warning(
                node.at,
                "nothing limits the tries of a calling number: a stranger can try one PIN on account after account",
            )
            .help("limit them: `limits: { per_ani: { attempts: 30, window: 1h } }`".to_owned()),
        );
    }
    Some(user)
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

/// What follows a right PIN: an action, or rules, each of which may turn the caller away.
fn verified(r: &mut Reader, node: &Node) -> Option<Rules<AfterPin>> {
    let turns_away = |after: &AfterPin| !after.verified || after.action == Action::Hangup;
    let then = |r: &mut Reader, fields: &Fields<'_>| {
        let verified = fields.get("verified").map_or(Some(true), |n| r.flag(n, "`verified`"));
        let node = r.require(fields, "do")?;
        let action = action(r, node)?;
        if action == Action::Hangup && fields.get("verified").is_none() && fields.get("when").is_some() {
            r.findings.push(
                Mistake::warning(
                    node.at,
                    "this turns a caller away after the right PIN, and the call still counts as verified",
                )
                .help("add `verified: false` to the rule".to_owned()),
            );
        }
        Some(AfterPin { action, verified: verified? })
    };
    let reading = Reading { rule: &language::VERIFIED_RULE, then, turns_away };
    let rules =
        rules_or(r, node, reading, |r, node| action(r, node).map(|action| AfterPin { action, verified: true }))?;
    if rules.iter().all(|rule| !rule.then.verified) {
        r.mistake(node.at, "every rule of `verified` has `verified: false`: nobody would ever get through");
        return None;
    }
    Some(rules)
}

fn outcome(r: &mut Reader, node: &Node) -> Option<Rules<FlowAction>> {
    let then = |r: &mut Reader, fields: &Fields<'_>| {
        let node = r.require(fields, "do")?;
        action(r, node)
    };
    let reading =
        Reading { rule: &language::OUTCOME_RULE, then, turns_away: |action: &FlowAction| *action == Action::Hangup };
    rules_or(r, node, reading, action)
}

/// Reads something that no verified caller is behind: its templates can't speak of `caller`, as those of the right PIN's
/// outcome can.
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

/// An account that is also the PIN would stand in the table in clear.
fn of_different_answers(r: &mut Reader, fields: &Fields<'_>, verify: &VerifyPin) {
    let pins = verify.pin_answers();
    if let Some(both) = verify.user_answers().into_iter().find(|user| pins.contains(user)) {
        r.mistake_with_help(
            place(fields, "pin"),
            format!("`user` and `pin` both come from `answers.{both}`: the PIN would name the account, in clear"),
            "ask for the account and for the PIN; for a PIN that several people share, write `shared: NAME`",
        );
    }
}

/// Where the IVR says what it asks, the PIN is a secret.
fn secret_question(r: &mut Reader, fields: &Fields<'_>, verify: &VerifyPin, asks: &[Ask]) {
    let pins = verify.pin_answers();
    for ask in asks.iter().filter(|ask| !ask.secret && pins.iter().any(|pin| pin == ask.name.as_str())) {
        r.mistake_with_help(
            place(fields, "pin"),
            format!("the question `{}` asks for a PIN and isn't `secret`", ask.name),
            "add `secret: true` to the question, so that nothing shows or keeps what is keyed",
        );
    }
}

/// Notes an outcome of its own for unknown users: callers learn at once which accounts exist.
fn tells_accounts(r: &mut Reader, fields: &Fields<'_>, unknown: &Rules<FlowAction>, wrong: &Rules<FlowAction>) {
    if !unknown.is_alike(wrong) {
        r.findings.push(
            Mistake::warning(
                place(fields, "unknown"),
                "`unknown` differs from `wrong`: a caller learns at the first try which accounts exist",
            )
            .help("leave `unknown` out to treat both alike".to_owned()),
        );
    }
}
