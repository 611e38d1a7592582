//! The places in Ringbolt that ask the database or the queue something while a provider waits.

use super::http1::Message;
use serde_json::Value;
use std::fmt;

/// Where a function asks another service something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// The write that verifies a PIN.
    Attempt,
    /// The counter of the call.
    CallCounter,
    /// The counter of the calling number.
    AniCounter,
    /// The counter of failures under the account's name.
    AccountCounter,
    /// The record of a visit.
    Record,
    /// The record's link from the call.
    SessionLink,
    /// The look-up of a caller who was verified earlier in the call.
    LookUp,
    /// Which flows are live.
    LiveFlows,
    /// The text of a version of a flow.
    FlowVersion,
    /// Whether the call of a transcription was erased.
    ErasureCheck,
    /// The write of a transcription.
    Transcript,
    /// The queue for transcriptions.
    Queue,
    /// All of them.
    Everywhere,
}

impl Site {
    /// Whether a request comes from here.
    pub(crate) fn sends(self, request: &Message) -> bool {
        self == Self::Everywhere || Self::of(request) == Some(self)
    }

    fn of(request: &Message) -> Option<Self> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let target = request.header("x-amz-target")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (table, pk, sk) = (text(&body["TableName"]), text(&body["Key"]["pk"]["S"]), text(&body["Key"]["sk"]["S"]));
        match target.rsplit('.').next()? {
            "SendMessage" => Some(Self::Queue),
            "GetItem" if table.starts_with("flows") && pk == "live" => Some(Self::LiveFlows),
            "GetItem" if table.starts_with("flows") => Some(Self::FlowVersion),
            "GetItem" if table.starts_with("callers") => Some(Self::LookUp),
            "GetItem" if table.starts_with("calls") => Some(Self::ErasureCheck),
            "UpdateItem" if table.starts_with("callers") => Some(Self::Attempt),
            "UpdateItem" if pk.starts_with("#call#") => Some(Self::CallCounter),
            "UpdateItem" if pk.starts_with("#ani#") => Some(Self::AniCounter),
            "UpdateItem" if pk.starts_with("#account#") => Some(Self::AccountCounter),
            "UpdateItem" if pk.starts_with("session#") => Some(Self::SessionLink),
            "UpdateItem" if sk.starts_with("transcript#") => Some(Self::Transcript),
            "UpdateItem" if sk.starts_with("visit#") => Some(Self::Record),
            _ => None,
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Attempt => "attempt",
            Self::CallCounter => "call counter",
            Self::AniCounter => "ani counter",
            Self::AccountCounter => "account counter",
            Self::Record => "record",
            Self::SessionLink => "session link",
            Self::LookUp => "look-up",
            Self::LiveFlows => "live flows",
            Self::FlowVersion => "flow version",
            Self::ErasureCheck => "erased?",
            Self::Transcript => "transcript",
            Self::Queue => "queue",
            Self::Everywhere => "everywhere",
        })
    }
}
