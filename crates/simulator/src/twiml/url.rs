//! The URLs of our own webhooks, as documents give them.

use super::document::Refused;
use crate::setting::Setting;
use std::fmt;

/// A URL of the flow's webhooks. It goes back as it came: a provider signs it letter by letter. `Debug` shows what people
/// may read of it, and nothing of the sealed state.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    /// The path, as the web server sees it.
    pub(crate) path: String,
    /// The query, without its question mark.
    pub(crate) query: String,
}

/// Which of the flow's webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Webhook {
    /// Steers calls.
    Voice,
    /// Stores transcriptions.
    Transcription,
}

impl Webhook {
    fn path(self, setting: &Setting) -> String {
        let name = match self {
            Self::Voice => "voice",
            Self::Transcription => "transcription",
        };
        format!("/twiml/{}/{name}", setting.flow.name)
    }
}

impl Url {
    /// The URL that is configured for the dialled number.
    pub(crate) fn first(setting: &Setting) -> Self {
        Self { path: Webhook::Voice.path(setting), query: String::new() }
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// [`Refused::Relative`] and [`Refused::Foreign`]: it isn't an absolute URL of this webhook.
    pub(crate) fn read(text: &str, webhook: Webhook, setting: &Setting) -> Result<Self, Refused> {
        if !is_absolute(text) {
            return Err(Refused::Relative(without_query(text)));
        }
        let foreign = || Refused::Foreign(without_query(text));
        let local = text.strip_prefix(setting.public_url.as_str()).ok_or_else(foreign)?;
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let plain = query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if path != webhook.path(setting) || !plain {
            return Err(foreign());
        }
        Ok(Self { path: path.to_owned(), query: query.to_owned() })
    }

    /// What it says about the place in the flow, for people: `login.2`, `findme`.
    pub(crate) fn at(&self) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(name, _)| name == "at").map(|(_, value)| value.into_owned())
    }

    /// The whole URL, as it is signed.
    pub(crate) fn absolute(&self, setting: &Setting) -> String {
        let Self { path, query } = self;
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{query}", setting.public_url)
    }
}

/// Whether a text is a URL with a scheme and a host.
pub(super) fn is_absolute(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?at={}", self.path, self.at().unwrap_or_default())
    }
}

/// A URL as it may be shown: what is sealed is in its query.
fn without_query(text: &str) -> String {
    text.split(['?', '#']).next().unwrap_or_default().to_owned()
}
