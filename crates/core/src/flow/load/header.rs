//! The keys above the IVRs: who a caller is, and how often they may try.

use super::super::language;
use super::reader::Reader;
use crate::flow::yaml::Node;
use crate::identity::IdentifierForm;
use crate::lockout::{AniLimit, InvalidLockout, Limits, Lockout};
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
    // What can't be read gets a value that agrees with any of the others, so that they are still checked.
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
