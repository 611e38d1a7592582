//! What happens in a call, in order.

use crate::exchange::Exchange;
use ringbolt_core::flow::graph::{End, Place};
use ringbolt_core::number::in_print;
use std::fmt;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The call begins.
    Started {
        /// Where.
        at: Place,
    },
    /// The caller hears a text.
    Heard(String),
    /// The caller answered a question by keys. A TwiML provider doesn't judge whether it is an answer.
    Keyed {
        /// The answer's name.
        question: String,
        /// What was keyed; `None` for a secret.
        shown: Option<String>,
        /// How many keys.
        count: usize,
        /// Whether `#` ended the entry; otherwise the question had all its digits.
        pound: bool,
    },
    /// Nothing was keyed in time.
    Silence {
        /// The answer's name.
        question: String,
        /// Whether the question is asked again; otherwise it is left unanswered.
        again: bool,
    },
    /// What was keyed isn't an answer to the question.
    Invalid {
        /// The answer's name.
        question: String,
        /// Why.
        why: Invalid,
        /// Whether the question is asked again; otherwise it is left unanswered.
        again: bool,
    },
    /// The caller's words were recorded.
    Recorded {
        /// The number of the question in its IVR, from 1.
        question: usize,
        /// Whether a transcription will follow.
        transcribed: bool,
    },
    /// The provider sent a webhook, and this came back.
    Webhook(Box<Exchange>),
    /// The call is somewhere else now.
    Moved(Place),
    /// Telephones ring.
    Ringing {
        /// Whose, as people write them.
        who: Vec<String>,
        /// How long, in seconds.
        secs: u8,
    },
    /// What the person who answered hears before the call is connected.
    Whisper {
        /// Who.
        who: String,
        /// What.
        text: String,
    },
    /// Somebody who was rung did something.
    Person {
        /// Who.
        who: String,
        /// What.
        did: PersonDoes,
    },
    /// A transcription was posted.
    Transcription(Box<Exchange>),
    /// Something about the provider that explains what follows.
    Note(String),
    /// The call is over.
    Ended(Ended),
}

/// Why an entry isn't an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// It has too few digits.
    Short {
        /// How many are needed.
        least: u8,
    },
    /// It isn't one of the choices.
    NoChoice {
        /// The choices.
        choices: Vec<String>,
    },
}

/// What somebody who is rung can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonDoes {
    /// Picks up.
    Answers,
    /// Accepts the call, after having picked up.
    Accepts,
    /// Declines it.
    Declines,
    /// Lets it ring.
    Nothing,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The caller hung up.
    CallerHungUp {
        /// Whom they were connected to, if to anybody.
        connected: Option<Place>,
    },
    /// The flow hung up.
    HungUp,
    /// A text was read, and nothing follows it.
    Read {
        /// Whether the provider hangs up then, as with TwiML; with DialogTech the portal decides.
        hangs_up: bool,
    },
    /// Nobody answered, and the caller was told so.
    NobodyAvailable,
    /// The caller left a message.
    MessageLeft(Place),
    /// The provider continues with something that the flow doesn't describe.
    Elsewhere(Place),
    /// Wix Answers ended the call, because the answer was empty.
    Disconnected,
    /// The provider couldn't use the answer: DialogTech's Backup Routing, a call that Wix Answers drops, or TwiML's fallback
    /// URL.
    GaveUp {
        /// Why, in a sentence.
        why: String,
    },
}

impl Ended {
    /// The word for it in a scripted call: `hangup`, `read`, `nobody`, `voicemail`, `portal`, `disconnect`, `backup`,
    /// `caller`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::CallerHungUp { .. } => "caller",
            Self::HungUp => "hangup",
            Self::Read { .. } => "read",
            Self::NobodyAvailable => "nobody",
            Self::MessageLeft(_) => "voicemail",
            Self::Elsewhere(_) => "portal",
            Self::Disconnected => "disconnect",
            Self::GaveUp { .. } => "backup",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CallerHungUp { connected: None } => f.write_str("The caller hung up."),
            Self::CallerHungUp { connected: Some(to) } => write!(f, "The caller hung up after {}.", in_words(to)),
            Self::HungUp => f.write_str("The flow hung up."),
            Self::Read { hangs_up: true } => f.write_str("The text was read, and the provider hung up."),
            Self::Read { hangs_up: false } => {
                f.write_str("The text was read. The IVR's settings in DialogTech's portal say what follows.")
            }
            Self::NobodyAvailable => f.write_str("Nobody answered. The caller was told so, and the call ended."),
            Self::MessageLeft(_) => f.write_str("The caller left a message."),
            Self::Elsewhere(to) => write!(f, "The provider continues with {}.", in_words(to)),
            Self::Disconnected => f.write_str("Wix Answers disconnected the call: the answer was empty."),
            Self::GaveUp { why } => write!(f, "The provider gave up: {why}"),
        }
    }
}

/// A place as people name it.
pub(crate) fn in_words(place: &Place) -> String {
    match place {
        Place::AuthWebhook => "the PIN question of Wix Answers".to_owned(),
        Place::Ivr(name) => format!("the IVR {name}"),
        Place::End(End::Transfer(to)) => format!("a transfer to {}", in_print(to)),
        Place::End(End::FindMe(whom)) => {
            let whom: Vec<String> = whom.iter().map(|number| in_print(number)).collect();
            format!("a call with {}", whom.join(", "))
        }
        Place::End(End::Voicemail(id)) => format!("voicemail {id}"),
        Place::End(End::VirtualReceptionist(id)) => format!("virtual receptionist {id}"),
        Place::End(End::PortalIvr(name)) => format!("the IVR {name}, which only the portal knows"),
        Place::End(End::WixIvr(name)) => format!("the IVR {name} of Wix Answers"),
        Place::End(end) => end.to_string(),
    }
}
