//! A call over TwiML: signed forms to the real function, and what its documents lead to.

use crate::{
    TestApp,
    app::{Function, PUBLIC_URL, TWILIO_KEYS},
};
use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_lambda::Answer;
use serde_json::{Value, json};

/// A call from (212) 555-0142, at the URL that its last document gave.
pub struct TwimlCall<'a> {
    app: &'a TestApp,
    sid: String,
    /// What is asked next.
    pub url: String,
    /// Every document and URL so far.
    pub seen: String,
}

impl<'a> TwimlCall<'a> {
    /// A call that comes in at a flow.
    #[must_use]
    pub fn to(app: &'a TestApp, flow: &str, sid: &str) -> Self {
        let url = format!("{PUBLIC_URL}/twiml/{flow}/voice");
        Self { app, sid: sid.to_owned(), url, seen: String::new() }
    }

    /// The form of a request of this call.
    #[must_use]
    pub fn form(&self, more: &[(&str, &str)]) -> String {
        let own = [
            ("AccountSid", "AC0123"),
            ("CallSid", self.sid.as_str()),
            ("CallStatus", "in-progress"),
            ("From", "+12125550142"),
            ("To", "+18005550123"),
        ];
        let own = own.iter().filter(|(name, _)| more.iter().all(|(given, _)| given != name));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(own.chain(more)).finish()
    }

    /// Asks the next URL, and goes to where the document leads.
    pub async fn ask(&mut self, more: &[(&str, &str)]) -> Answer {
        let form = self.form(more);
        let answer = self.app.send(Function::Voice, &signed_event(&self.url, &form)).await;
        self.seen.push_str(&format!("{}\n{}\n", self.url, answer.body));
        if let Some(url) = next(&answer) {
            self.url = url;
        }
        answer
    }

    /// Keys digits, then `#`.
    pub async fn key(&mut self, digits: &str) -> Answer {
        self.ask(&[("Digits", digits), ("FinishedOnKey", "#")]).await
    }
}

/// The event of a signed POST.
#[must_use]
pub fn signed_event(url: &str, form: &str) -> Value {
    event(url, form, &[("x-twilio-signature", &sign_twilio(TWILIO_KEYS[0], url, form.as_bytes()))])
}

/// The event of a POST of a form, with these headers besides.
#[must_use]
pub fn event(url: &str, form: &str, headers: &[(&str, &str)]) -> Value {
    let target = url.strip_prefix(PUBLIC_URL).unwrap_or(url);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut sent = json!({ "content-type": "application/x-www-form-urlencoded; charset=UTF-8" });
    for (name, value) in headers {
        sent[*name] = json!(value);
    }
    json!({
        "version": "2.0", "routeKey": "POST /twiml/{flow}/voice", "rawPath": path, "rawQueryString": query,
        "headers": sent, "body": form, "isBase64Encoded": false,
        "pathParameters": { "flow": path.split('/').nth(2) },
        "requestContext": { "domainName": "calls.example.com", "http": { "method": "POST", "path": path } },
    })
}

/// Where a document leads: its question, its recording, its call or its redirect.
#[must_use]
pub fn next(answer: &Answer) -> Option<String> {
    let document = roxmltree::Document::parse(&answer.body).ok()?;
    document.descendants().find_map(|node| match node.tag_name().name() {
        "Gather" | "Record" | "Dial" => node.attribute("action").map(str::to_owned),
        "Redirect" => node.text().map(str::to_owned),
        _ => None,
    })
}

/// What the caller hears.
///
/// # Panics
/// The answer is no TwiML document.
#[must_use]
pub fn heard(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.content_type), (200, "text/xml; charset=utf-8"), "{answer:?}");
    let document = roxmltree::Document::parse(&answer.body).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "Response");
    let says = document.descendants().filter(|node| node.has_tag_name("Say")).filter_map(|node| node.text());
    says.collect::<Vec<_>>().join(" | ")
}

/// The numbers that a document dials.
///
/// # Panics
/// The answer is no TwiML document.
#[must_use]
pub fn dialled(answer: &Answer) -> Vec<String> {
    let document = roxmltree::Document::parse(&answer.body).unwrap();
    let numbers = document.descendants().filter(|node| node.has_tag_name("Number"));
    numbers.filter_map(|node| node.text().map(str::to_owned)).collect()
}
