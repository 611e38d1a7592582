//! The mutants of the test command: those of cargo-mutants for the code that judges attempts, counts and locks.

/// An expression, and what to put in its place.
pub struct Place {
    /// The file, in `crates/core/src`.
    pub file: &'static str,
    /// The expression as it is written. It occurs once in the file.
    pub code: &'static str,
    /// One mutant each.
    pub instead: &'static [&'static str],
}

const fn at(file: &'static str, code: &'static str, instead: &'static [&'static str]) -> Place {
    Place { file, code, instead }
}

const LOCKOUT: &str = "lockout.rs";
const JUDGEMENT: &str = "attempt/judgement.rs";
const CALL_LIMIT: &str = "call/judged.rs";
const STATE: &str = "call/state.rs";
const HASHER: &str = "pin/hasher.rs";

/// All places.
pub const PLACES: &[Place] = &[
    at(
        LOCKOUT,
        "attempts == 0 || !attempts.is_multiple_of(self.attempts)",
        &["attempts != 0 || !attempts.is_multiple_of(self.attempts)", "attempts == 0", "false"],
    ),
    at(
        LOCKOUT,
        "attempts / self.attempts - 1",
        &["attempts % self.attempts", "attempts / self.attempts", "attempts / self.attempts / 1"],
    ),
    at(
        LOCKOUT,
        "attempts >= self.suspend_after",
        &["attempts > self.suspend_after", "attempts < self.suspend_after", "false"],
    ),
    at(LOCKOUT, "now < until", &["now <= until", "now > until", "true", "false"]),
    at(LOCKOUT, "*length == lock", &["*length != lock", "true", "false"]),
    at(LOCKOUT, "lock.min(self.longest)", &["lock", "lock.max(self.longest)"]),
    at(JUDGEMENT, "after.pins.contains(self.tag().as_str())", &["true", "false"]),
    at(JUDGEMENT, "item.last_attempt.as_deref() == Some(self.fingerprint.as_str())", &["true", "false"]),
    at(
        JUDGEMENT,
        "same && item.last_at > self.retries_since()",
        &[
            "same || item.last_at > self.retries_since()",
            "same && item.last_at >= self.retries_since()",
            "same",
            "false",
        ],
    ),
    at(JUDGEMENT, "item.last_at > self.now", &["item.last_at >= self.now", "item.last_at < self.now", "true", "false"]),
    at(JUDGEMENT, "self.outdated_tags(item).is_empty()", &["true", "false"]),
    at(JUDGEMENT, "!tags.is_empty()", &["tags.is_empty()", "true", "false"]),
    at(JUDGEMENT, "item.pins.iter().all(|tag| hasher.comparable(tag).is_err())", &["true", "false"]),
    at(
        JUDGEMENT,
        "self.lockout.state(item.attempts, item.last_at, self.now) != LockState::Open",
        &["self.lockout.state(item.attempts, item.last_at, self.now) == LockState::Open", "true", "false"],
    ),
    at(JUDGEMENT, "prepared.tags().any(|tag| item.pins.contains(tag.as_str()))", &["true", "false"]),
    at(CALL_LIMIT, "tries <= most", &["tries < most", "tries > most", "true", "false"]),
    at(CALL_LIMIT, "tries < most", &["tries <= most", "tries == most", "true", "false"]),
    at(STATE, "!signed", &["signed", "false"]),
    at(STATE, "now < issued_at.plus(LONGEST_CALL)", &["now <= issued_at.plus(LONGEST_CALL)", "true", "false"]),
    at(HASHER, "*other != tag", &["*other == tag", "true", "false"]),
    at(HASHER, "*known == hash", &["*known != hash", "true", "false"]),
    at(HASHER, "key.id() == id", &["key.id() != id", "true", "false"]),
];
