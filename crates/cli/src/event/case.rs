//! The sample events, and what the provider sends in each case.

use crate::api::webhooks;
use anyhow::Context as _;
use clap::ValueEnum;
use ringbolt_core::{
    dialects::{self, Dialect},
    text::capitalised,
};

/// A webhook, and how it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Webhook {
    Auth,
    NextActionGet,
    NextActionPost,
    Transcription,
}

/// What the caller keyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyed {
    RightPin,
    WrongPin,
    /// Nothing; the provider sends this text instead.
    Nothing(&'static str),
    /// An answer to a question other than the PIN.
    Answer(&'static str, &'static str),
    /// The IVR asks nothing.
    NoQuestion,
    Text,
}

/// A case. Its name on the command line is the same with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
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
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    pub(crate) fn webhook(self) -> Webhook {
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

    /// A description of the case.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::AuthRightPin => "Wix Answers: a user keyed the correct PIN",
            Self::AuthWrongPin => "Wix Answers: a user keyed a wrong PIN",
            Self::AuthUnknownUser => "Wix Answers: the user is not enrolled",
            Self::AuthNoInput => "Wix Answers: nothing was keyed",
            Self::LoginGet => "DialogTech: account and PIN, by GET",
            Self::LoginPost => "DialogTech: account and PIN, by POST",
            Self::LoginWrongPin => "DialogTech: account and a wrong PIN",
            Self::LoginUnanswered => "DialogTech: the PIN was not answered (NA)",
            Self::HangUp => "DialogTech: the caller hung up during the login",
            Self::Survey => "DialogTech: a survey ended",
            Self::ReadOut => "DialogTech: an IVR set to \"Retrieve message and read to user\"",
            Self::Transcription => "DialogTech: a transcription postback",
            Self::NoToken => "a request without the token, which is rejected",
        }
    }

    pub(crate) fn keyed(self) -> Keyed {
        match self {
            Self::AuthRightPin | Self::LoginGet | Self::LoginPost | Self::AuthUnknownUser | Self::NoToken => {
                Keyed::RightPin
            }
            Self::AuthWrongPin | Self::LoginWrongPin => Keyed::WrongPin,
            Self::AuthNoInput => Keyed::Nothing(""),
            Self::LoginUnanswered | Self::HangUp => Keyed::Nothing("NA"),
            Self::Survey => Keyed::Answer("qos", "5"),
            Self::ReadOut => Keyed::NoQuestion,
            Self::Transcription => Keyed::Text,
        }
    }

    /// The name of the case's IVR in the demo flow.
    pub(crate) fn demo_ivr(self) -> &'static str {
        match self {
            Self::Survey | Self::Transcription => "survey",
            Self::ReadOut => "balance",
            _ => "login",
        }
    }
}

impl Webhook {
    /// Its name in the table of dialects, and the method.
    fn name_and_method(self) -> (&'static str, &'static str) {
        match self {
            Self::Auth => ("auth", "POST"),
            Self::NextActionGet => ("next-action", "GET"),
            Self::NextActionPost => ("next-action", "POST"),
            Self::Transcription => ("transcription", "GET"),
        }
    }

    /// Its dialect, and its row in the table of dialects.
    ///
    /// # Errors
    /// The table has no such webhook.
    fn row(self) -> anyhow::Result<(&'static Dialect, &'static dialects::Webhook)> {
        let (name, _) = self.name_and_method();
        webhooks().find(|(_, webhook)| webhook.name == name).with_context(|| format!("there is no webhook {name}"))
    }

    pub(crate) fn method(self) -> &'static str {
        self.name_and_method().1
    }

    /// The path for a flow's name, which can be `{flow}`.
    ///
    /// # Errors
    /// As [`Webhook::function`].
    pub(crate) fn path(self, flow: &str) -> anyhow::Result<String> {
        self.row().map(|(dialect, webhook)| dialect.path_of(webhook, flow))
    }

    /// The package of the function that answers it.
    ///
    /// # Errors
    /// The table of dialects has no such webhook.
    pub(crate) fn function(self) -> anyhow::Result<&'static str> {
        self.row().map(|(_, webhook)| webhook.function)
    }

    /// The function's name in `template.yaml`, for `sam local invoke`: `NextActionFunction`.
    ///
    /// # Errors
    /// As [`Webhook::function`].
    pub(crate) fn sam_name(self) -> anyhow::Result<String> {
        let mut name: String = self.function()?.split('-').map(capitalised).collect();
        name.push_str("Function");
        Ok(name)
    }
}
