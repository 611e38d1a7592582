//! Calls of a TwiML provider. The webhook's answers are documents as Ringbolt writes them.

mod dials;
mod documents;
mod ends;
mod hanging_up;
mod places;
mod questions;
mod recordings;
mod scripts;
mod secrets;
mod starting;
mod webhook;

use crate::driver::{Driver, parameters, setting};
use ringbolt_simulator::{Provider, Request, Setting};

/// A call whose first document is asked for.
pub fn start() -> Driver {
    with(|_| {})
}

/// The same with another setting.
pub fn with(change: impl FnOnce(&mut Setting)) -> Driver {
    let mut setting = setting(Provider::Twiml);
    change(&mut setting);
    Driver::start(setting)
}

/// A call that was answered with these verbs.
pub fn answered(verbs: &str) -> Driver {
    let mut call = start();
    call.verbs(verbs);
    call
}

impl Driver {
    /// The reply is a document of these verbs.
    pub fn verbs(&mut self, verbs: &str) -> &mut Self {
        self.reply(&format!("<Response>{verbs}</Response>"))
    }

    /// Where the webhook that waits says that the call is; empty for the first.
    pub fn at(&self) -> String {
        let query = self.webhook().query();
        let at = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "at");
        at.map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// A field of the form that waits for its answer.
    pub fn sent(&self, name: &str) -> Option<String> {
        sent(self.webhook(), name)
    }
}

/// A field of a form.
pub fn sent(request: &Request, name: &str) -> Option<String> {
    parameters(request).get(name).map(str::to_owned)
}

/// A URL of the voice webhook, as it is written into a document.
pub fn url(at: &str) -> String {
    format!("https://ringbolt.invalid/twiml/f/voice?at={at}&amp;s=c2VhbGVk-{}", at.len())
}

/// A question by keys, with what follows silence. `most`: the largest number of digits.
pub fn asks(at: &str, most: Option<u8>, says: &[&str]) -> String {
    let most = most.map(|most| format!(" numDigits=\"{most}\"")).unwrap_or_default();
    let says: String = says.iter().map(|text| format!("<Say>{text}</Say>")).collect();
    let url = url(at);
    format!(
        "<Gather input=\"dtmf\" method=\"POST\" action=\"{url}\" timeout=\"5\" finishOnKey=\"#\"{most}>{says}</Gather>\
         <Redirect method=\"POST\">{url}</Redirect>"
    )
}

/// A recorded question. It is transcribed if `transcribed`.
pub fn records(at: &str, transcribed: bool, says: &str) -> String {
    let url = url(at);
    let callback = if transcribed {
        let callback = url.replace("/voice?", "/transcription?");
        format!(" transcribe=\"true\" transcribeCallback=\"{callback}\"")
    } else {
        String::new()
    };
    format!(
        "<Say>{says}</Say><Record method=\"POST\" action=\"{url}\" maxLength=\"60\" timeout=\"5\" finishOnKey=\"#\" \
         playBeep=\"true\"{callback}/><Redirect method=\"POST\">{url}</Redirect>"
    )
}

/// A mailbox.
pub fn mailbox(greeting: &str) -> String {
    format!(
        "<Say>{greeting}</Say><Record method=\"POST\" action=\"{}\" maxLength=\"120\" timeout=\"5\" finishOnKey=\"#\" \
         playBeep=\"true\"/><Hangup/>",
        url("message")
    )
}

/// A FindMe that rings these numbers at once, each with a whisper.
pub fn rings(numbers: &[&str]) -> String {
    let whisper = url("whisper");
    let numbers: String =
        numbers.iter().map(|number| format!("<Number method=\"POST\" url=\"{whisper}\">{number}</Number>")).collect();
    format!(
        "<Dial method=\"POST\" action=\"{}\" answerOnBridge=\"true\" timeout=\"30\">{numbers}</Dial>",
        url("findme")
    )
}

/// What somebody who picks up hears and is asked.
pub fn whispers(phrase: &str) -> String {
    format!(
        "<Gather input=\"dtmf\" method=\"POST\" action=\"{}\" timeout=\"10\" numDigits=\"1\"><Say>{phrase} To accept this \
         call, press 1.</Say></Gather><Hangup/>",
        url("accept")
    )
}
