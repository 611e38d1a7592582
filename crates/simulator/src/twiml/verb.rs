//! The verbs that a document can have.

use super::url::Url;

/// What a document tells the provider to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Speak a text.
    Say(String),
    /// Play a file.
    Play(String),
    /// Wait.
    Pause,
    /// Take keys.
    Gather(Gather),
    /// Ask this URL for another document.
    Redirect(Url),
    /// Ring people.
    Dial(Dial),
    /// Record the caller.
    Record(Record),
    /// End the call.
    Hangup,
}

/// Keys are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gather {
    /// Where they go.
    pub(crate) action: Url,
    /// The key that ends the entry; `None` if none does.
    pub(crate) finish_on_key: Option<char>,
    /// How many keys end the entry; `None` if any number is taken.
    pub(crate) num_digits: Option<usize>,
    /// What is heard before and while keys are taken: `Say`, `Play` and `Pause`.
    pub(crate) heard: Vec<Verb>,
}

/// People are rung, all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dial {
    /// What is asked when the dial is over; `None`: the next verb follows.
    pub(crate) action: Option<Url>,
    /// How long they ring.
    pub(crate) timeout_secs: u8,
    /// Whether the call is recorded.
    pub(crate) record: bool,
    /// Whom, 1 to 10.
    pub(crate) numbers: Vec<Number>,
}

/// Somebody who is rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// The number in E.164.
    pub(crate) number: String,
    /// Where the document is that they hear before they are connected.
    pub(crate) url: Option<Url>,
}

/// The caller is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where the recording is announced.
    pub(crate) action: Url,
    /// The longest recording.
    pub(crate) longest_secs: u16,
    /// The keys that end it.
    pub(crate) finish_on_key: String,
    /// Where the transcription goes, if there is to be one.
    pub(crate) transcribe: Option<Url>,
}

impl Verb {
    /// What somebody hears of it; `None` if they hear nothing.
    pub(crate) fn heard(&self) -> Option<String> {
        match self {
            Self::Say(text) => Some(text.clone()),
            Self::Play(url) => Some(format!("(The recording {url}.)")),
            _ => None,
        }
    }

    /// Whether something else follows without anybody doing anything.
    pub(crate) fn is_heard(&self) -> bool {
        matches!(self, Self::Say(_) | Self::Play(_) | Self::Pause)
    }
}
