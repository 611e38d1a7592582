//! The keys above the dialects: who a caller is, how often he may try, and the fallback.

use super::super::FallbackAction;
use super::super::language;
use super::super::mistake::Position;
use super::action::{action, literally};
use super::reader::{Fields, Reader};
use super::wix_answers::reply;
use super::yaml::Node;
use crate::identity::IdentifierForm;
use crate::lockout::{AniLimit, InvalidLockout, Limits, Lockout};
use crate::wix_answers::reply::Reply;
use std::time::Duration;

pub(super) fn identifier(r: &mut Reader, node: &Node) -> Option<IdentifierForm> {
    r.parsed(node, "`text` or `digits`", |text| match text {
        "text" => Ok(IdentifierForm::Text),
        "digits" => Ok(IdentifierForm::Digits),
        _ => Err("`identifier` is `text` or `digits`"),
    })
}

pub(super) fn lockout(r: &mut Reader, node: &Node) -> Option<Lockout> {
    let fields = r.fields(
        node,
        "the lockout, a mapping of `attempts`, `lock`, `longest` and `suspend_after`",
        &language::LOCKOUT,
    )?;
    let before = r.mistakes.len();
    // What cannot be read is given a value that agrees with any of the others, so that they are still checked.
    let mut number = |name, range, missing, unreadable| match fields.get(name) {
        Some(n) => r.integer(n, &format!("`{name}`"), range).unwrap_or(unreadable),
        None => missing,
    };
    let mut attempts = number("attempts", 1..=10, 3, 1);
    let suspend_after = number("suspend_after", 1..=100, 20, 100);
    let mut length = |name, missing| match fields.get(name) {
        Some(n) => r.duration(n, &format!("`{name}`")),
        None => Some(missing),
    };
    let (lock, longest) = (length("lock", MINUTE * 30), length("longest", MINUTE * 60 * 24));
    let mut times = lock.zip(longest).unwrap_or((MINUTE, MINUTE));
    loop {
        let wrong = match Lockout::new(attempts, times.0, times.1, suspend_after) {
            Ok(lockout) => return (r.mistakes.len() == before).then_some(lockout),
            Err(wrong) => wrong,
        };
        let names: &[&str] = match wrong {
            InvalidLockout::Attempts => &["attempts"],
            InvalidLockout::Lock => &["lock", "longest"],
            InvalidLockout::SuspendAfter => &["suspend_after", "attempts"],
        };
        let at = names.iter().find_map(|name| fields.get(name)).map_or(fields.at, |node| node.at);
        r.mistake(at, wrong.to_string());
        match wrong {
            InvalidLockout::Attempts => attempts = 1,
            InvalidLockout::Lock => times = (MINUTE, MINUTE),
            InvalidLockout::SuspendAfter => return None,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

pub(super) fn limits(r: &mut Reader, node: &Node) -> Option<Limits> {
    let fields = r.fields(node, "limits, a mapping of `attempts_per_call` and `per_ani`", &language::LIMITS)?;
    let attempts_per_call = match fields.get("attempts_per_call") {
        Some(n) => r.integer(n, "`attempts_per_call`", 1..=10),
        None => Some(Limits::default().attempts_per_call),
    };
    let per_ani = fields.get("per_ani").map(|n| ani_limit(r, n));
    Some(Limits {
        attempts_per_call: attempts_per_call?,
        per_ani: per_ani.map_or(Some(None), |limit| limit.map(Some))?,
    })
}

fn ani_limit(r: &mut Reader, node: &Node) -> Option<AniLimit> {
    let fields = r.fields(node, "the limit of a calling number, `{ attempts, window }`", &language::ANI_LIMIT)?;
    let attempts = r.require(&fields, "attempts").and_then(|n| r.integer(n, "`attempts`", 1..=100_000));
    let window = r.require(&fields, "window").and_then(|n| {
        let window = r.duration(n, "`window`")?;
        let fits = (MINUTE..=MINUTE * 60 * 24).contains(&window);
        if !fits {
            r.mistake(n.at, "`window` is 1 minute to 24 hours");
        }
        fits.then_some(window)
    });
    Some(AniLimit { attempts: attempts?, window: window? })
}

/// What could be read of the fallback, with its place.
#[derive(Default)]
pub(super) struct FallbackRead {
    pub(super) wix_answers: Option<(Position, Reply)>,
    pub(super) dialogtech: Option<(Position, FallbackAction)>,
    pub(super) say: Option<String>,
}

/// `wix` and `dialogtech` say which dialects the flow has: each needs its fallback.
pub(super) fn fallback(r: &mut Reader, flow: &Fields<'_>, wix: bool, dialogtech: bool) -> FallbackRead {
    let Some(node) = r.require(flow, "fallback") else { return FallbackRead::default() };
    let expected = "the fallback, a mapping of `wix_answers`, `dialogtech` and `say`";
    let Some(fields) = r.fields(node, expected, &language::FALLBACK) else { return FallbackRead::default() };
    for (used, name) in [(wix, "wix_answers"), (dialogtech, "dialogtech")] {
        if used && fields.get(name).is_none() {
            r.mistake_with_help(
                fields.at,
                format!("`fallback` has no `{name}`, and the flow answers that provider"),
                "it is what a caller gets when anything fails",
            );
        }
    }
    FallbackRead {
        wix_answers: fields.get("wix_answers").and_then(|n| Some((n.at, reply(r, n)?))),
        dialogtech: fields.get("dialogtech").and_then(|n| Some((n.at, literal_action(r, n)?))),
        say: fields.get("say").and_then(|n| {
            let before = r.templates.len();
            let say = r.template(n, "a sentence")?;
            refuse_templates(r, before);
            if say.source().trim().is_empty() {
                r.mistake(n.at, "`say` is empty");
            }
            Some(say.literal()?.to_owned())
        }),
    }
}

fn literal_action(r: &mut Reader, node: &Node) -> Option<FallbackAction> {
    let before = r.templates.len();
    let read = action(r, node)?;
    refuse_templates(r, before);
    literally(&read)
}

/// Notes every template read since `before` that has something to fill in.
fn refuse_templates(r: &mut Reader, before: usize) {
    let found: Vec<Position> =
        r.templates[before..].iter().filter(|(_, t)| t.literal().is_none()).map(|(at, _)| *at).collect();
    for at in found {
        r.mistake_with_help(
            at,
            "a fallback has no templates",
            "it is what is left when something fails, so it must not be able to fail",
        );
    }
}
