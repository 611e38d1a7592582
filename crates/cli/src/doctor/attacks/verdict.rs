//! What the evidence means, and what to do.

use super::{
    super::report::Report,
    evidence::{Evidence, Guesses},
};
use crate::{output::harmless, when::local};
use ringbolt_core::text::counted;
use std::collections::BTreeSet;

/// One PIN that failed on this many accounts in a day is reported.
const SPRAYED_ACCOUNTS: usize = 10;
/// It is an attack if these are at least one in this many of all accounts with a wrong PIN. Where many callers mistype, the
/// popular PINs are more often wrong, too.
const SPRAYED_SHARE: usize = 20;
/// Failed tries on this many accounts in one call are an attack: a caller names one account, or two.
const ACCOUNTS_IN_A_CALL: usize = 5;
/// Locked accounts that are worth a look.
const LOCKED_ACCOUNTS: usize = 10;
/// Refused requests that are worth a look, and those that look like an attack. `ringbolt doctor` itself causes a few.
const REFUSED: (usize, usize) = (20, 200);
/// At most as many PINs are listed.
const LISTED: usize = 5;

/// Reports all findings.
pub(super) fn tell(evidence: &Evidence, report: &mut Report) {
    guesses(evidence, report);
    calls(evidence, report);
    locks(evidence, report);
    let (tokens, signatures) = (evidence.bad_tokens, evidence.bad_signatures);
    let from_portal =
        "If a provider's calls fail, its portal has an old token: `ringbolt secret show-token` prints the URLs.";
    refused("token", tokens, "had no valid token", from_portal, report);
    let from_provider = "If a provider's calls fail, its key or the public URL has changed: see docs/runbook.md#signatures-are-refused.";
    refused("signatures", signatures, "had no valid signature", from_provider, report);
}

fn guesses(evidence: &Evidence, report: &mut Report) {
    let mut sprayed: Vec<(&String, &Guesses)> =
        evidence.guesses.iter().filter(|(_, guesses)| guesses.accounts.len() >= SPRAYED_ACCOUNTS).collect();
    let accounts = counted(evidence.accounts.len(), "account");
    if sprayed.is_empty() {
        report.ok(
            "guesses",
            format!("No PIN failed on {SPRAYED_ACCOUNTS} accounts or more; {accounts} had a wrong PIN."),
        );
        return;
    }
    sprayed.sort_by_key(|(_, guesses)| std::cmp::Reverse(guesses.accounts.len()));
    for (digest, guesses) in sprayed.iter().take(LISTED) {
        let tried = tried(digest, guesses);
        if guesses.accounts.len() * SPRAYED_SHARE >= evidence.accounts.len() {
            report.fail("guesses", format!(
                "{tried} Somebody tries one PIN on many accounts. These tries let nobody in, but the PIN may be right for accounts \
                 that have it. Compare the calls with the provider's: if it has them, let it block their numbers, and limit numbers \
                 with `per_ani`; if it does not, somebody has the webhook token: replace it with `ringbolt secret rotate-token`."
            ));
        } else {
            report.warn("guesses", format!(
                "{tried} Wrong PINs were keyed for {accounts} in all, so a popular PIN may explain this. Look again later."
            ));
        }
    }
    if let Some(more) = sprayed.len().checked_sub(LISTED).filter(|more| *more > 0) {
        report.warn(
            "guesses",
            format!("{} failed on {SPRAYED_ACCOUNTS} accounts or more, too.", counted(more, "other PIN")),
        );
    }
}

/// Which PIN, on how many accounts, when, and in which calls.
fn tried(digest: &str, guesses: &Guesses) -> String {
    let when =
        guesses.span.map(|(first, last)| format!(", from {} to {}", local(first), local(last))).unwrap_or_default();
    format!(
        "One PIN (guess {}) failed on {} in {}{when}{}.",
        harmless(digest),
        counted(guesses.accounts.len(), "account"),
        counted(guesses.calls.len(), "call"),
        examples(guesses.calls.iter())
    )
}

fn examples<'a>(calls: impl Iterator<Item = &'a String>) -> String {
    let shown: Vec<String> = calls.take(3).map(|call| harmless(call)).collect();
    if shown.is_empty() { String::new() } else { format!(", such as {}", shown.join(", ")) }
}

fn calls(evidence: &Evidence, report: &mut Report) {
    let mut many: Vec<(&String, &BTreeSet<String>)> =
        evidence.calls.iter().filter(|(_, accounts)| accounts.len() >= ACCOUNTS_IN_A_CALL).collect();
    many.sort_by_key(|(_, accounts)| std::cmp::Reverse(accounts.len()));
    let Some((_, most)) = many.first() else {
        report.ok("calls", format!("No call failed on {ACCOUNTS_IN_A_CALL} accounts or more."));
        return;
    };
    report.fail("calls", format!(
        "{} failed on {ACCOUNTS_IN_A_CALL} accounts or more, and one of them on {}{}. No caller has so many accounts: somebody plays \
         calls with the webhook token. Replace it with `ringbolt secret rotate-token`, and look at the calls with `ringbolt call show`.",
        counted(many.len(), "call"),
        most.len(),
        examples(many.iter().map(|(call, _)| *call))
    ));
}

fn locks(evidence: &Evidence, report: &mut Report) {
    let accounts = evidence.locked_accounts.len();
    let says = format!("Locks refused {} for {}.", counted(evidence.locked, "request"), counted(accounts, "account"));
    if accounts < LOCKED_ACCOUNTS {
        report.ok("locks", says);
    } else {
        report.warn("locks", format!(
            "{says} Somebody guesses PINs, or correct PINs fail: `ringbolt doctor` tries one. The locks end by themselves; \
             `ringbolt caller unlock` ends one at once."
        ));
    }
}

fn refused(check: &'static str, requests: usize, what: &str, otherwise: &str, report: &mut Report) {
    let says = format!("{} {what}.", counted(requests, "request"));
    let (look, attack) = REFUSED;
    let more =
        format!("{says} {otherwise} Otherwise it is a stranger, who learns nothing; a lower ThrottleRate limits them.");
    match requests {
        few if few < look => report.ok(check, says),
        some if some < attack => report.warn(check, more),
        _ => report.fail(check, more),
    }
}
