//! The requests of a TwiML provider ("TwiML Voice: Twilio's request to your application"): a form with the fields about the
//! call, and after some verbs those about what they brought.

use super::sid::{ACCOUNT, Sid, e164, national};
use super::url::Url;
use crate::call::Transcription;
use crate::exchange::{Field, Request};
use crate::setting::Setting;
use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_core::number::in_print;

/// The version of the API whose fields are sent.
const API_VERSION: &str = "2010-04-01";

/// Whose request it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leg<'a> {
    /// The caller's.
    Caller(CallStatus),
    /// That of somebody who was rung and has picked up.
    Person {
        /// Their number in E.164.
        number: &'a str,
        /// The id of their leg.
        sid: &'a str,
    },
}

/// What the caller's leg is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallStatus {
    /// The first request: the call isn't answered yet.
    Ringing,
    /// The caller is there.
    InProgress,
    /// The caller has hung up.
    Completed,
}

/// How a dial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialStatus {
    /// Somebody picked up. It doesn't mean that they took the call: `DialBridged` tells.
    Completed,
    /// Everybody declined.
    Busy,
    /// Nobody picked up in time.
    NoAnswer,
}

/// A request: the fields about the call, then these.
pub(crate) fn request(setting: &Setting, url: &Url, leg: Leg<'_>, more: Vec<Field>) -> Request {
    let mut fields = about_call(setting, leg);
    fields.extend(more);
    let mut request = Request::of_url(url.path.clone(), url.query.clone(), fields);
    let body = request.body().map(|(_, body)| zeroize::Zeroizing::new(body)).unwrap_or_default();
    request.headers = signature(setting, &url.absolute(setting), &body);
    request
}

/// The first request of a call, before anything is known.
pub(crate) fn first(setting: &Setting) -> Request {
    request(setting, &Url::first(setting), Leg::Caller(CallStatus::Ringing), Vec::new())
}

/// The headers by which the request is known to be the provider's. The URL is the one that the document gave, letter by
/// letter, and the body is the form as it is sent.
fn signature(setting: &Setting, url: &str, body: &str) -> Vec<(String, String)> {
    vec![("x-twilio-signature".to_owned(), sign_twilio(&setting.signing_key, url, body.as_bytes()))]
}

/// After a `Gather`: what was keyed, and the key that ended it.
pub(crate) fn gathered(digits: &str, finished_on: Option<char>, secret: bool) -> Vec<Field> {
    vec![
        Field::new("Digits", digits).secret(secret),
        Field::new("FinishedOnKey", finished_on.map(String::from).unwrap_or_default()),
        Field::new("msg", "Gather End"),
    ]
}

/// After a `Dial`. `sid` is that of the leg that rang last.
pub(crate) fn dialled(status: DialStatus, sid: &str) -> Vec<Field> {
    let (word, about) = match status {
        DialStatus::Completed => ("completed", "somebody picked up"),
        DialStatus::Busy => ("busy", "everybody declined"),
        DialStatus::NoAnswer => ("no-answer", "nobody picked up"),
    };
    let mut fields = vec![
        Field::new("DialCallStatus", word).about(about),
        Field::new("DialCallSid", sid),
        // Who declines after having picked up has completed a call of their own.
        Field::new("DialBridged", "false").about("nobody took the call"),
    ];
    if status == DialStatus::Completed {
        fields.push(Field::new("DialCallDuration", "4"));
    }
    fields
}

/// After a `Record`. `ended_by` is the key that ended it, or `hangup`.
pub(crate) fn recorded(recording: &str, secs: usize, ended_by: &str) -> Vec<Field> {
    vec![
        Field::new("RecordingUrl", recording_url(recording)),
        Field::new("RecordingSid", recording),
        Field::new("RecordingDuration", secs.to_string()).about("seconds"),
        Field::new("Digits", ended_by),
    ]
}

/// The callback with a transcription.
pub(crate) fn transcribed(setting: &Setting, transcription: &Transcription, url: &Url, status: CallStatus) -> Request {
    let recording = transcription.response_id();
    let id = Sid::Transcription.of(recording);
    let more = vec![
        Field::new("TranscriptionSid", &id),
        Field::new("TranscriptionText", transcription.text()),
        Field::new("TranscriptionStatus", "completed"),
        Field::new("TranscriptionUrl", format!("{}/Transcriptions/{id}", account_url())),
        Field::new("RecordingSid", recording),
        Field::new("RecordingUrl", recording_url(recording)),
    ];
    request(setting, url, Leg::Caller(status), more)
}

fn about_call(setting: &Setting, leg: Leg<'_>) -> Vec<Field> {
    let call = setting.sent_call_id();
    let from = e164(&setting.from);
    let calling = Field::new("From", &from).about("the calling number");
    let mut fields = match leg {
        Leg::Caller(status) => {
            let to = e164(&setting.dials);
            vec![
                Field::new("CallSid", call).about("the call"),
                Field::new("AccountSid", ACCOUNT),
                calling,
                Field::new("To", &to).about("the dialled number"),
                Field::new("Caller", from),
                Field::new("Called", to),
                match status {
                    CallStatus::Ringing => Field::new("CallStatus", "ringing"),
                    CallStatus::InProgress => Field::new("CallStatus", "in-progress"),
                    CallStatus::Completed => Field::new("CallStatus", "completed").about("the call is over"),
                },
                Field::new("Direction", "inbound"),
            ]
        }
        Leg::Person { number, sid } => vec![
            Field::new("CallSid", sid).about(format!("the leg to {}", in_print(&national(number)))),
            Field::new("ParentCallSid", call).about("the call"),
            Field::new("AccountSid", ACCOUNT),
            calling,
            Field::new("To", number).about("the person who picked up"),
            Field::new("Caller", from),
            Field::new("Called", number),
            Field::new("CallStatus", "in-progress"),
            Field::new("Direction", "outbound-dial"),
        ],
    };
    fields.push(Field::new("ApiVersion", API_VERSION));
    fields
}

fn recording_url(recording: &str) -> String {
    format!("{}/Recordings/{recording}", account_url())
}

fn account_url() -> String {
    format!("https://api.twilio.com/{API_VERSION}/Accounts/{ACCOUNT}")
}
