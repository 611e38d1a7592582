//! What exploration found.

use std::fmt;

/// A call in which something doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What doesn't hold.
    pub kind: Kind,
    /// What happens, in a sentence.
    pub message: String,
    /// The rule that led there, if one did: `login, rule 1 on line 45`.
    pub rule: Option<String>,
    /// The line of the flow file, from 1.
    pub line: Option<usize>,
    /// How many steps the call takes.
    pub steps: usize,
    /// The call, as it can be pasted under `calls:` of a file of scripted calls. It names no PIN.
    pub script: String,
}

/// What must hold in every call, and doesn't in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The call goes round and round while nobody does anything, or has no way to an end.
    Endless,
    /// A caller without tries is asked for a PIN again.
    AskedAgain,
    /// Somebody unverified hears what is known about a caller.
    Leak,
    /// The fallback is answered although nothing has failed.
    Fallback,
    /// When the database fails, the call ends with a question instead of people, a message or a hang-up.
    FallbackAsks,
    /// The provider can't use the answer.
    BackupRouting,
    /// A webhook is refused.
    Refused,
}

impl Kind {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Endless => "endless",
            Self::AskedAgain => "asked_again",
            Self::Leak => "leak",
            Self::Fallback => "fallback",
            Self::FallbackAsks => "fallback_asks",
            Self::BackupRouting => "backup_routing",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Endless => "a call does not end",
            Self::AskedAgain => "a caller without tries is asked for a PIN again",
            Self::Leak => "somebody unverified hears what is known about a caller",
            Self::Fallback => "the fallback is answered although nothing has failed",
            Self::FallbackAsks => "when the database fails, the fallback leads to a question",
            Self::BackupRouting => "the provider cannot use the answer",
            Self::Refused => "a webhook is refused",
        })
    }
}
