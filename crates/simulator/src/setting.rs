//! What is settled before a call begins.

use crate::exchange::Method;
use crate::twiml::sid::Sid;
use ringbolt_core::ani::Ani;
use ringbolt_core::dialects::twiml::can_play;
use ringbolt_core::flow::{Flow, IvrName, hours::Closures};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The webhook token of local runs. It is no secret: whatever takes it listens on this machine only.
pub const LOCAL_TOKEN: &str = "dev-token-not-secret";

/// The key by which a TwiML provider signs in local runs. It is no secret, for the same reason.
pub const LOCAL_TWIML_KEY: &str = "dev-twiml-key-not-secret";

/// Where a TwiML provider finds the webhooks in local runs (`RINGBOLT_PUBLIC_URL`), unless the setting says otherwise.
/// Nothing is looked up under this name.
pub const LOCAL_PUBLIC_URL: &str = "https://ringbolt.invalid";

/// A provider that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// DialogTech: IVRs of its portal, the next-action webhook and the transcription postback.
    DialogTech,
    /// Wix Answers: a Number Input IVR and the auth webhook.
    WixAnswers,
    /// A provider of TwiML, as Twilio plays it: the voice webhook and the transcription callback.
    Twiml,
}

/// Everything about a call that is known before it begins. `Debug` shows no token, key or number.
#[derive(Clone)]
pub struct Setting {
    /// The flow.
    pub flow: Arc<Flow>,
    /// Which of its calendars an operator has closed.
    pub closures: Arc<Closures>,
    /// Who plays it.
    pub provider: Provider,
    /// The calling number (ANI), as the provider sends it; empty if it is withheld. For Wix Answers, a number of another
    /// country has its code in front, `+44-2079460018`.
    pub from: String,
    /// The dialled number (DNIS).
    pub dials: String,
    /// Where the call begins; if `None`, the flow's `starts` decide. A TwiML provider asks the flow in any case.
    pub begins: Option<IvrName>,
    /// Whom Wix Answers takes the caller for.
    pub user: Option<WixUser>,
    /// The provider's id of the call: DialogTech's session, Wix Answers' call id. A TwiML provider's has a form of its
    /// own: see [`Setting::sent_call_id`].
    pub call_id: String,
    /// The token in the webhook's URL.
    pub token: String,
    /// Where a TwiML provider finds the webhooks (`RINGBOLT_PUBLIC_URL`), without a slash at its end.
    pub public_url: String,
    /// The key by which a TwiML provider signs its requests.
    pub signing_key: String,
    /// How the portal is set up.
    pub portal: Portal,
}

/// The user that Wix Answers has found for a calling number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WixUser {
    /// The user's id.
    pub id: String,
    /// The first name, if it is known.
    pub first_name: Option<String>,
    /// The full name; the first name if there is none.
    pub full_name: Option<String>,
    /// The address; an invented one if there is none.
    pub email: Option<String>,
    /// The number on file; the calling number if there is none.
    pub number: Option<String>,
    /// Whether the user is banned.
    pub banned: bool,
}

/// What a customer sets in DialogTech's portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    /// How results are sent ("Determine the WebHook Settings").
    pub method: Method,
    /// How often a question is asked again after silence or an invalid entry. The specification gives no number.
    pub repeats: u8,
    /// How long a question waits for the next key. The specification gives no number.
    pub timeout: Duration,
    /// `ivr_phone_label`: the label of the dialled number.
    pub phone_label: String,
    /// "Include SourceTrak Data": the fields with their values, sent as they are.
    pub source: Vec<(String, String)>,
    /// How often a webhook is sent again after a time-out. The specification gives no number.
    pub resends: u8,
}

impl Default for Portal {
    fn default() -> Self {
        Self {
            method: Method::Get,
            repeats: 2,
            timeout: Duration::from_secs(5),
            phone_label: String::new(),
            source: Vec::new(),
            resends: 1,
        }
    }
}

impl Setting {
    /// A call from (212) 555-0142 to (800) 555-0123, without a user, under the id `s-1`.
    #[must_use]
    pub fn new(flow: Arc<Flow>, provider: Provider) -> Self {
        Self {
            flow,
            closures: Arc::default(),
            provider,
            from: "2125550142".to_owned(),
            dials: "8005550123".to_owned(),
            begins: None,
            user: None,
            call_id: "s-1".to_owned(),
            token: LOCAL_TOKEN.to_owned(),
            public_url: LOCAL_PUBLIC_URL.to_owned(),
            signing_key: LOCAL_TWIML_KEY.to_owned(),
            portal: Portal::default(),
        }
    }

    /// The call's id as the provider sends it, under which Ringbolt keeps its records.
    #[must_use]
    pub fn sent_call_id(&self) -> String {
        self.provider.sent_call_id(&self.call_id)
    }
}

/// A telephone number without the signs between its digits. A `+` stays where the digits alone would be another number:
/// `+354 555 1234` is in Iceland, and `3545551234` in Quebec.
pub(crate) fn plain_number(text: &str) -> String {
    let digits: String = text.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    if Ani::parse(Some(text)) == Ani::parse(Some(&digits)) { digits } else { format!("+{digits}") }
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting")
            .field("flow", &self.flow.name)
            .field("provider", &self.provider)
            .field("begins", &self.begins)
            .field("call_id", &self.call_id)
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::DialogTech, Self::WixAnswers, Self::Twiml];

    /// The first part of its webhooks' paths, by which it is also chosen on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DialogTech => "dialogtech",
            Self::WixAnswers => "wix-answers",
            Self::Twiml => "twiml",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DialogTech => "DialogTech",
            Self::WixAnswers => "Wix Answers",
            Self::Twiml => "TwiML",
        }
    }

    /// A call's id as the provider sends it.
    pub(crate) fn sent_call_id(self, call_id: &str) -> String {
        match self {
            Self::DialogTech | Self::WixAnswers => call_id.to_owned(),
            Self::Twiml => Sid::Call.of(call_id),
        }
    }

    /// The providers that can play a flow, the usual one first: DialogTech if it has IVRs in the portal, Wix Answers if it
    /// has `wix_answers`, TwiML if it says where calls begin and what the IVRs ask.
    #[must_use]
    pub fn of(flow: &Flow) -> Vec<Self> {
        Self::ALL.into_iter().filter(|provider| provider.plays(flow)).collect()
    }

    /// Whether it can play a flow.
    #[must_use]
    pub fn plays(self, flow: &Flow) -> bool {
        match self {
            Self::DialogTech => flow.ivrs.are_in_portal(),
            Self::WixAnswers => flow.wix_answers.is_some(),
            Self::Twiml => can_play(flow),
        }
    }
}
