//! Scripted calls: what callers do and what they must hear, in a file next to the flow.
//!
//! [`Script::load`] reads the file and checks it against the flow; [`play`] plays one call of it. Neither sends anything:
//! the webhooks go through a function that is handed in.

mod act;
mod callers;
mod ends;
mod failure;
mod load;
mod pins;
mod play;
mod providers;
mod reader;
mod saved;
mod steps;
mod times;
mod transcript;
mod walk;
mod written;

pub use callers::ScriptedCaller;
pub use ends::ExpectedEnd;
pub use failure::{Failure, Played};
pub use play::play;
pub use saved::saved;
pub use times::{DEFAULT_START, parse_time};
pub use walk::{Webhook, WebhookTaken};

pub(crate) use pins::Pins;
pub(crate) use walk::Walk;
pub(crate) use written::{Line, written};

use crate::event::PersonDoes;
use crate::setting::{Provider, WixUser};
use ringbolt_core::flow::{IvrName, Position};
use ringbolt_core::time::EpochMs;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// A file of scripted calls.
#[derive(Clone, Debug)]
pub struct Script {
    /// The callers that every call of the file has.
    pub callers: Vec<ScriptedCaller>,
    /// The calls, in the file's order.
    pub calls: Vec<ScriptedCall>,
}

/// A scripted call.
#[derive(Clone, Debug)]
pub struct ScriptedCall {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Position,
    /// Who plays it.
    pub provider: Provider,
    /// Whether the file says so. Otherwise others may play it, too: see [`ScriptedCall::providers`].
    pub provider_is_given: bool,
    /// The calling number; empty if it is withheld.
    pub from: String,
    /// The dialled number.
    pub dials: String,
    /// When it begins.
    pub starts_at: EpochMs,
    /// Where it begins, if not where the flow's `starts` say.
    pub begins: Option<IvrName>,
    /// Whom Wix Answers takes the caller for.
    pub user: Option<WixUser>,
    /// Whether DialogTech sends results by POST.
    pub post: bool,
    /// The shares into which the call falls, by the names of the splits.
    pub splits: Vec<(String, String)>,
    /// Constants of the flow that have another value in this call.
    pub constants: Vec<(String, String)>,
    /// SourceTrak's fields.
    pub source: Vec<(String, String)>,
    /// The label of the dialled number in DialogTech's portal.
    pub label: String,
    /// Everybody who has a PIN in this call: those of the file, then those of the call.
    pub callers: Vec<ScriptedCaller>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One step of a call.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it is in the file.
    pub at: Position,
    /// What happens or must be so.
    pub does: Does,
}

/// What happens in a step, or what must be so.
#[derive(Clone, Debug)]
pub enum Does {
    /// The caller has heard this since the last step in which something happened.
    Hear(String),
    /// Somebody who was rung has heard this before the call was connected.
    Whisper(String),
    /// The call is here: the name of an IVR.
    At(String),
    /// The clock moves to a time, which may not be before the present one.
    Clock(EpochMs),
    /// Time passes.
    Pass(Duration),
    /// The caller presses keys: one entry, or one for each question by its name.
    Key(Vec<(Option<String>, Entry)>),
    /// The caller keys nothing: once, or until the question is given up.
    Silence {
        /// Whether only one time-out passes.
        once: bool,
    },
    /// The caller speaks while they are recorded.
    Say(String),
    /// The caller hangs up.
    HangUp,
    /// People who are rung do something; an empty number is everybody.
    People(Vec<(String, Deed)>),
    /// Something happens to the oldest transcription that is pending.
    Transcription(Post),
    /// The database stops or starts working.
    Database {
        /// Whether it is down from here on.
        down: bool,
    },
    /// The caller calls again.
    Again,
    /// The call has ended like this.
    Ends(ExpectedEnd),
}

/// What somebody who is rung does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Picks up, and hears the whisper.
    Answers,
    /// Picks up and accepts the call.
    Accepts,
    /// Declines the call.
    Declines,
    /// Lets it ring.
    Nobody,
}

/// What happens to a transcription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// It is posted.
    Once,
    /// It is posted twice.
    Twice,
    /// It never comes.
    Never,
}

/// What is keyed. `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    /// These keys.
    Keys(Zeroizing<String>),
    /// A PIN of the caller whose account was keyed.
    RightPin,
    /// A PIN that isn't theirs, another one each time.
    WrongPin,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keys(_) => "Keys([redacted])",
            Self::RightPin => "RightPin",
            Self::WrongPin => "WrongPin",
        })
    }
}

impl Post {
    /// `post`, `post_twice` or `lose`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Once => "post",
            Self::Twice => "post_twice",
            Self::Never => "lose",
        }
    }
}

impl Deed {
    /// `answers`, `accepts`, `declines` or `nobody`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Accepts => "accepts",
            Self::Declines => "declines",
            Self::Nobody => "nobody",
        }
    }

    /// What they do, one after another.
    pub(crate) fn acts(self) -> &'static [PersonDoes] {
        match self {
            Self::Answers => &[PersonDoes::Answers],
            Self::Accepts => &[PersonDoes::Answers, PersonDoes::Accepts],
            Self::Declines => &[PersonDoes::Declines],
            Self::Nobody => &[PersonDoes::Nothing],
        }
    }
}
