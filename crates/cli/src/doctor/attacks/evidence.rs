//! What log lines about failed tries and refused requests come to. Guesses and accounts are only known by their digests, so
//! there is no number, account or PIN in it.

use crate::call::log::LogLine;
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use std::collections::{BTreeMap, BTreeSet};

/// The evidence.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Guesses that were wrong, by their digests. The same PIN has another digest on another day (UTC).
    pub(super) guesses: BTreeMap<String, Guesses>,
    /// The accounts of a call's failed tries.
    pub(super) calls: BTreeMap<String, BTreeSet<String>>,
    /// Accounts with a wrong guess.
    pub(super) accounts: BTreeSet<String>,
    /// Tries at accounts that were locked.
    pub(super) locked: usize,
    /// These accounts.
    pub(super) locked_accounts: BTreeSet<String>,
    /// Requests without a valid token.
    pub(super) bad_tokens: usize,
    /// Requests without a valid signature.
    pub(super) bad_signatures: usize,
}

/// Tries of one PIN.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    pub(super) accounts: BTreeSet<String>,
    pub(super) calls: BTreeSet<String>,
    /// The times of the first and the last one.
    pub(super) span: Option<(EpochMs, EpochMs)>,
}

impl Evidence {
    /// Adds a line.
    pub(super) fn add(&mut self, line: LogLine) {
        let at = EpochMs(line.at);
        match (Outcome::parse(&line.outcome), line.status) {
            (Some(Outcome::Refused), 401) => self.bad_tokens += 1,
            (Some(Outcome::Refused), 403) => self.bad_signatures += 1,
            (Some(Outcome::Locked), _) => {
                self.locked += 1;
                self.locked_accounts.extend(line.account.clone());
            }
            _ => {}
        }
        let Some(account) = line.account else { return };
        // Without an id, it is not known which requests belong to one call.
        let call = line.session.unwrap_or(line.call);
        if !call.is_empty() {
            self.calls.entry(call.clone()).or_default().insert(account.clone());
        }
        let Some(guess) = line.guess else { return };
        self.accounts.insert(account.clone());
        let guesses = self.guesses.entry(guess).or_default();
        guesses.accounts.insert(account);
        guesses.calls.insert(if call.is_empty() { line.request_id } else { call });
        let (first, last) = guesses.span.unwrap_or((at, at));
        guesses.span = Some((first.min(at), last.max(at)));
    }
}
