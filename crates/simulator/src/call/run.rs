//! One run through an IVR: its questions and what was answered.

use ringbolt_core::dialects::dialogtech::UNANSWERED;
use ringbolt_core::flow::{Ivr, Recording, Step, graph::Place};
use ringbolt_core::time::EpochMs;
use std::fmt;
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// The most keys of one entry; those after it are lost. Questions take 32 digits at most.
pub(super) const MOST_KEYS: usize = 64;

/// A question as the caller meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name under which the answer is sent.
    pub name: String,
    /// What the caller hears, placeholders filled in.
    pub prompt: String,
    /// How many digits it takes; `None` if any number is accepted.
    pub digits: Option<RangeInclusive<u8>>,
    /// The only answers that it takes; empty if any will do.
    pub one_of: Vec<String>,
    /// Whether nothing may show what is keyed.
    pub secret: bool,
    /// How it is recorded; `None` for a question that is answered by keys.
    pub record: Option<Recording>,
    /// Whether the flow describes it. If it doesn't, the name is known because the IVR's step reads it.
    pub described: bool,
}

/// A run through an IVR.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) at: Place,
    /// The respondent's id: `ivr_response_id`, and `unique_id` of a transcription.
    pub(crate) response_id: String,
    pub(crate) began: EpochMs,
    pub(crate) questions: Vec<Question>,
    /// The present question.
    pub(crate) index: usize,
    pub(crate) answers: Vec<Given>,
    pub(crate) pass_through: String,
    /// How often the present question was asked again.
    pub(crate) repeated: u8,
    pub(crate) keyed: Zeroizing<String>,
    pub(crate) completed: bool,
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) value: Zeroizing<String>,
    pub(crate) secret: bool,
}

impl Run {
    pub(crate) fn new(at: Place, response_id: String, questions: Vec<Question>, began: EpochMs) -> Self {
        Self {
            at,
            response_id,
            began,
            questions,
            index: 0,
            answers: Vec::new(),
            pass_through: String::new(),
            repeated: 0,
            keyed: empty_entry(),
            completed: true,
        }
    }

    pub(crate) fn question(&self) -> Option<&Question> {
        self.questions.get(self.index)
    }

    pub(crate) fn answer(&mut self, value: &str) {
        if let Some(Question { name, secret, .. }) = self.question() {
            let given = Given { name: name.clone(), value: Zeroizing::new(value.to_owned()), secret: *secret };
            self.answers.push(given);
        }
        self.next();
    }

    pub(crate) fn next(&mut self) {
        self.index += 1;
        self.repeated = 0;
        self.keyed = empty_entry();
    }

    /// The caller hangs up: what isn't answered by now arrives as unanswered.
    pub(crate) fn break_off(&mut self) {
        while let Some(question) = self.question() {
            if question.record.is_some() { self.next() } else { self.answer(UNANSWERED) }
        }
        self.completed = false;
    }
}

/// It never grows, so it leaves no copy of a PIN behind.
pub(super) fn empty_entry() -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(MOST_KEYS))
}

/// The questions of an IVR. `value` gives the user parameters. If the flow doesn't say what the IVR asks, its step tells
/// which answers it reads.
pub(super) fn questions<'v>(
    ivr: &Ivr,
    secret: impl Fn(&str) -> bool,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Vec<Question> {
    let asked = ivr.asks.iter().map(|ask| Question {
        name: ask.name.as_str().to_owned(),
        prompt: ask.prompt.filled(&value),
        digits: ask.digits.clone(),
        one_of: ask.one_of.clone(),
        secret: ask.secret || secret(ask.name.as_str()),
        record: ask.record,
        described: true,
    });
    let described: Vec<Question> = asked.collect();
    if !described.is_empty() {
        return described;
    }
    let read = ivr.step.as_ref().map(Step::answers).unwrap_or_default();
    let asked = read.into_iter().map(|name| Question {
        prompt: format!("(The flow doesn't say what the portal asks here. Key the answer `{name}`, then pound.)"),
        secret: secret(&name),
        name,
        digits: None,
        one_of: Vec::new(),
        record: None,
        described: false,
    });
    asked.collect()
}

/// Shows no answer, and nothing of what is keyed.
impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, response_id, index, repeated, answers, completed, .. } = self;
        f.debug_struct("Run")
            .field("at", at)
            .field("response_id", response_id)
            .field("index", index)
            .field("repeated", repeated)
            .field("answers", answers)
            .field("completed", completed)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=[redacted]", self.name)
    }
}
