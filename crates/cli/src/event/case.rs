//! The cases for which there is a sample event, and what each provider would send.

use clap::ValueEnum;

/// A webhook, and the function that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Webhook {
    Auth,
    NextActionGet,
    NextActionPost,
    Transcription,
}

/// What somebody keyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyed {
    RightPin,
    WrongPin,
    /// What the provider sends where nothing was keyed.
    Nothing(&'static str),
    /// This question has another answer than a PIN.
    Answer(&'static str, &'static str),
    Text,
}

/// A case; its name on the command line is the same with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Case {
    AuthRightPin,
    AuthWrongPin,
    AuthUnknownUser,
    AuthNoInput,
    LoginGet,
    LoginPost,
    LoginWrongPin,
    LoginUnanswered,
    HangUp,
    Survey,
    ReadOut,
    Transcription,
    NoToken,
}

impl Case {
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    pub(super) fn webhook(self) -> Webhook {
        match self {
            Self::AuthRightPin | Self::AuthWrongPin | Self::AuthUnknownUser | Self::AuthNoInput | Self::NoToken => {
                Webhook::Auth
            }
            Self::LoginPost => Webhook::NextActionPost,
            Self::LoginGet
            | Self::LoginWrongPin
            | Self::LoginUnanswered
            | Self::HangUp
            | Self::Survey
            | Self::ReadOut => Webhook::NextActionGet,
            Self::Transcription => Webhook::Transcription,
        }
    }

    /// What it is a sample of.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::AuthRightPin => "Wix Answers: a user has keyed the right PIN",
            Self::AuthWrongPin => "Wix Answers: a user has keyed a wrong PIN",
            Self::AuthUnknownUser => "Wix Answers: a user whom nobody enrolled",
            Self::AuthNoInput => "Wix Answers: nothing was keyed",
            Self::LoginGet => "DialogTech: account and PIN, by GET",
            Self::LoginPost => "DialogTech: account and PIN, by POST",
            Self::LoginWrongPin => "DialogTech: account and a wrong PIN",
            Self::LoginUnanswered => "DialogTech: the PIN was not answered (NA)",
            Self::HangUp => "DialogTech: the caller hung up in the login",
            Self::Survey => "DialogTech: a survey has ended",
            Self::ReadOut => "DialogTech: an IVR set to \"Retrieve message and read to user\"",
            Self::Transcription => "DialogTech: a transcription postback",
            Self::NoToken => "a request without the token, which is refused",
        }
    }

    pub(super) fn keyed(self) -> Keyed {
        match self {
            Self::AuthRightPin | Self::LoginGet | Self::LoginPost | Self::AuthUnknownUser | Self::NoToken => {
                Keyed::RightPin
            }
            Self::AuthWrongPin | Self::LoginWrongPin => Keyed::WrongPin,
            Self::AuthNoInput => Keyed::Nothing(""),
            Self::LoginUnanswered | Self::HangUp => Keyed::Nothing("NA"),
            Self::Survey => Keyed::Answer("qos", "5"),
            Self::ReadOut => Keyed::Answer("menu", "2"),
            Self::Transcription => Keyed::Text,
        }
    }

    /// The IVR of the demo flow that it is about.
    pub(super) fn demo_ivr(self) -> &'static str {
        match self {
            Self::Survey | Self::Transcription => "23456",
            Self::ReadOut => "34567",
            _ => "12345",
        }
    }
}

impl Webhook {
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Auth => "auth-webhook",
            Self::NextActionGet | Self::NextActionPost => "next-action",
            Self::Transcription => "transcription-postback",
        }
    }

    /// The function's name in `template.yaml`, for `sam local invoke`.
    pub(super) fn sam_name(self) -> &'static str {
        match self {
            Self::Auth => "AuthWebhookFunction",
            Self::NextActionGet | Self::NextActionPost => "NextActionFunction",
            Self::Transcription => "TranscriptionPostbackFunction",
        }
    }

    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Auth | Self::NextActionPost => "POST",
            Self::NextActionGet | Self::Transcription => "GET",
        }
    }

    /// The path, with the name of the flow or `{flow}` in it.
    pub(super) fn path(self, flow: &str) -> String {
        match self {
            Self::Auth => format!("/wix-answers/{flow}/auth"),
            Self::NextActionGet | Self::NextActionPost => format!("/dialogtech/{flow}/next-action"),
            Self::Transcription => format!("/dialogtech/{flow}/transcription"),
        }
    }
}
