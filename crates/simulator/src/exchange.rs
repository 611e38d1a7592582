//! A webhook and its reply.

use crate::words::dots;
use ringbolt_core::{call::Reason, flow::graph::RuleId, outcome::Outcome};
use std::fmt;
use zeroize::Zeroizing;

/// How a webhook is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The results are in the URL.
    Get,
    /// The results are in the body.
    Post,
}

/// One field of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    value: Zeroizing<String>,
    /// Whether nothing may show its value.
    pub secret: bool,
    /// What it means, in a few words; may be empty.
    pub about: String,
}

/// A webhook that the provider sends. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The token, which travels as the query parameter `auth`; empty for a provider that signs its requests.
    pub token: String,
    /// The results.
    pub fields: Vec<Field>,
    /// Further headers, such as a signature. Nothing shows their values.
    pub headers: Vec<(String, String)>,
    /// The body, if it is JSON.
    json: Option<Json>,
    /// The query, if a document gave it: it goes back as it came.
    given: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
struct Json {
    sent: Zeroizing<String>,
    shown: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// How Ringbolt came to it, if that is known; the provider sees nothing of it.
    pub decided: Option<Decided>,
}

/// How Ringbolt came to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The outcome.
    pub outcome: Outcome,
    /// The rule that decided.
    pub reason: Option<Reason>,
    /// What failed, in a sentence, if that is why the fallback was answered.
    pub failed: Option<String>,
    /// Whether it repeats the answer of an earlier attempt.
    pub repeated: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// A webhook with its reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back; `None` if nothing did in time.
    pub reply: Option<Reply>,
}

impl Exchange {
    /// How Ringbolt came to the answer, if that is known.
    #[must_use]
    pub fn decided(&self) -> Option<&Decided> {
        self.reply.as_ref()?.decided.as_ref()
    }

    /// The rule that decided, if one did.
    #[must_use]
    pub fn rule(&self) -> Option<&RuleId> {
        self.decided()?.reason.as_ref().map(|reason| &reason.rule)
    }
}

impl Method {
    /// `GET` or `POST`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl Field {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Zeroizing::new(value.into()), secret: false, about: String::new() }
    }

    pub(crate) fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    pub(crate) fn secret(mut self, secret: bool) -> Self {
        self.secret = secret;
        if secret {
            self.about = "kept nowhere".to_owned();
        }
        self
    }

    pub(crate) fn renamed(mut self, rename: impl FnOnce(&str) -> String) -> Self {
        self.name = rename(&self.name);
        self
    }

    /// The value as it may be shown: dots for a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.secret { dots(self.value.chars().count()) } else { self.value.to_string() }
    }
}

impl Request {
    pub(crate) fn of_fields(method: Method, path: String, token: &str, fields: Vec<Field>) -> Self {
        Self { method, path, token: token.to_owned(), fields, headers: Vec::new(), json: None, given: None }
    }

    /// A form that is posted to a URL with this query. It has no token: its headers have a signature.
    pub(crate) fn of_url(path: String, query: String, fields: Vec<Field>) -> Self {
        Self { given: Some(query), ..Self::of_fields(Method::Post, path, "", fields) }
    }

    /// `sent` and `shown` are the same document, with the secret in one and dots in the other.
    pub(crate) fn of_json(path: String, token: &str, fields: Vec<Field>, sent: String, shown: String) -> Self {
        let json = Some(Json { sent: Zeroizing::new(sent), shown });
        Self { json, ..Self::of_fields(Method::Post, path, token, fields) }
    }

    /// The query: the token, and the results if they are sent by GET. It holds what the caller keyed, secrets included.
    #[must_use]
    pub fn query(&self) -> String {
        if let Some(given) = &self.given {
            return given.clone();
        }
        let fields = if self.method == Method::Get { self.fields.as_slice() } else { &[] };
        let auth = [("auth", self.token.as_str())];
        encoded(auth.into_iter().chain(fields.iter().map(|field| (field.name.as_str(), field.value.as_str()))))
    }

    /// Path and query, as on the request line. It holds secrets.
    #[must_use]
    pub fn target(&self) -> String {
        let query = self.query();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The body with its content type; `None` for a GET. It holds secrets.
    #[must_use]
    pub fn body(&self) -> Option<(&'static str, String)> {
        match (&self.json, self.method) {
            (Some(json), _) => Some(("application/json", json.sent.to_string())),
            (None, Method::Get) => None,
            (None, Method::Post) => Some((
                "application/x-www-form-urlencoded",
                encoded(self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()))),
            )),
        }
    }

    /// The request as it may be shown: secrets and the token are dots.
    #[must_use]
    pub fn shown(&self) -> String {
        let fields: Vec<(String, String)> =
            self.fields.iter().map(|field| (field.name.clone(), field.shown())).collect();
        let fields = || readable(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let (method, path) = (self.method.word(), &self.path);
        let query = match &self.given {
            None => format!("?auth={}", dots(3)),
            Some(given) => shown_query(given),
        };
        match (&self.json, self.method) {
            (Some(json), _) => {
                format!("{method} {path}{query}\ncontent-type: application/json\n\n{}", json.shown)
            }
            (None, Method::Get) => format!("{method} {path}{query}&{}", fields()),
            (None, Method::Post) => {
                format!("{method} {path}{query}\ncontent-type: application/x-www-form-urlencoded\n\n{}", fields())
            }
        }
    }
}

/// A query that a document gave, with dots for everything but `at`: the rest is sealed.
fn shown_query(given: &str) -> String {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(given.as_bytes())
        .map(|(name, value)| if name == "at" { (name.into(), value.into()) } else { (name.into(), dots(3)) })
        .collect();
    if pairs.is_empty() {
        return String::new();
    }
    format!("?{}", readable(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}

fn encoded<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The same with the dots left readable.
fn readable<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    encoded(pairs).replace("%E2%80%A2", &dots(1))
}

impl Reply {
    /// An `<action>` document.
    #[must_use]
    pub fn xml(body: impl Into<String>) -> Self {
        Self { status: 200, content_type: "text/xml; charset=utf-8".to_owned(), body: body.into(), decided: None }
    }

    /// A text.
    #[must_use]
    pub fn text(body: impl Into<String>) -> Self {
        Self { content_type: "text/plain; charset=utf-8".to_owned(), ..Self::xml(body) }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=[redacted]", self.name)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, fields, .. } = self;
        f.debug_struct("Request")
            .field("method", method)
            .field("path", path)
            .field("fields", fields)
            .finish_non_exhaustive()
    }
}
